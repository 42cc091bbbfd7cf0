"""The arithmetic of the figures, against values worked out by hand or known from the literature."""

from __future__ import annotations

import pytest

from hotline.care.evaluation.figures import Share, accuracy, calibration, confusions, macro_f1, per_class, percentile

PAIRS = [("a", "a"), ("a", "a"), ("a", "b"), ("b", "b"), ("c", "a"), (None, None)]


def test_wilson_interval() -> None:
    # Newcombe 1998, table I: 81 of 263.
    low, high = Share(81, 263).interval
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(10, 10).interval[1] == pytest.approx(1.0)


def test_accuracy_and_macro_f1() -> None:
    assert accuracy(PAIRS) == Share(4, 6)
    rows = {row.label: row for row in per_class(PAIRS)}
    assert (rows["a"].precision, rows["a"].recall) == (2 / 3, 2 / 3)
    assert rows["c"].f1 == 0.0
    assert macro_f1(PAIRS) == pytest.approx((2 / 3 + 2 / 3 + 0 + 1) / 4)


def test_confusions_come_most_frequent_first() -> None:
    assert confusions([*PAIRS, ("c", "a")]) == [("c", "a", 2), ("a", "b", 1)]


def test_calibration_of_a_model_that_knows_itself_and_of_one_that_boasts() -> None:
    honest = [(0.75, True)] * 3 + [(0.75, False)]
    assert calibration(honest)[1] == pytest.approx(0.0)
    bins, error = calibration([(0.95, False)] * 4)
    assert (len(bins), round(error, 2)) == (1, 0.95)
    assert calibration([]) == ([], 0.0)


def test_percentiles() -> None:
    assert percentile([5, 1, 3], 0.5) == 3
    assert percentile([], 0.5) == 0.0
