"""A ticket as Open311's form fields."""

from __future__ import annotations

from dataclasses import replace

from hotline.cases.open311_wire import case_fields
from hotline.records import MEDIA, Attachment
from hotline.settings import Settings

from .test_backend_contract import CASE

KEPT = MEDIA + "0" * 40


def test_pictures_that_the_house_keeps_can_be_found_from_elsewhere() -> None:
    case = replace(CASE, attachments=(Attachment("image", KEPT), Attachment("image", "https://else.example/b.jpg")),
                   attributes={"images": [KEPT, "https://else.example/b.jpg"]})
    fields = case_fields(case, Settings(public_url="https://12345.example/").address)
    whole = "https://12345.example" + KEPT
    assert ("media_url", whole) in fields
    assert [value for name, value in fields if name == "attribute[images]"] == [whole, "https://else.example/b.jpg"]
    assert ("media_url", KEPT) in case_fields(case, Settings().address)
