"""Exact addresses are no news of danger; the rest of a message is left as it stands."""

from __future__ import annotations

from hotline.emergency.matter import matter


def test_an_exact_address_is_left_out_and_nothing_else() -> None:
    assert matter("市南区香港中路10号,厨房有煤气味") == "厨房有煤气味"
    assert matter("楼道里有煤气味") == "楼道里有煤气味"
