"""The detector's regression finds what scikit-learn's finds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix, hstack
from scipy.sparse import random as drawn
from sklearn.linear_model import LogisticRegression

from hotline.emergency import softmax


@pytest.mark.parametrize("wide", [0, 6])
def test_it_agrees_with_scikit_learn(wide: int) -> None:
    random = np.random.default_rng(5)
    sparse = csr_matrix(drawn(400, 30, density=0.2, random_state=5, dtype=np.float32))
    dense = random.normal(size=(400, wide)).astype(np.float32)
    both = hstack([sparse, csr_matrix(dense)]).toarray()
    target = np.argmax(both[:, [1, 7, -1]] + random.normal(scale=0.3, size=(400, 3)), axis=1)
    weights, bias = softmax.fit(sparse, dense, target, 3, cost=10.0)
    known = LogisticRegression(C=10.0, max_iter=500).fit(both, target)
    assert weights.shape == (30 + wide, 3) and weights.dtype == bias.dtype == np.float32
    scores = both @ weights + bias
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert np.abs(chances - known.predict_proba(both)).max() < 0.01
    assert (scores.argmax(axis=1) == known.predict(both)).all()
