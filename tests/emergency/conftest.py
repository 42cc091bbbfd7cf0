"""The detector as the house runs it; its model is trained once for the sources at hand and kept."""

from __future__ import annotations

import pytest

from hotline.emergency import Detector
from hotline.emergency.training import load_or_train


@pytest.fixture(scope="session")
def detector() -> Detector:
    return Detector(load_or_train())
