"""What a message is about, without its exact addresses: the model learns and reads the same."""

from __future__ import annotations

import re

from hotline.text.places import find_places

_EXACT = re.compile("\\d+号|\\d+栋|单元")


def matter(folded: str) -> str:
    """A message without its exact addresses: whoever reports a leak gives one, but so do many others."""
    for place in reversed(find_places(folded)):
        if place.precise and _EXACT.search(place.text):
            folded = folded[:place.start] + folded[place.end:]
    return folded.strip(" ,.。") or folded
