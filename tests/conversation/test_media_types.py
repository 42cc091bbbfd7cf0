"""What may be kept: told by content, drawn anew, everything else refused."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from hotline.conversation import media_types
from hotline.conversation.media_types import check
from hotline.errors import BadInput, TooLarge
from tests.conversation.samples import MAKER, picture, recording


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_a_photograph_is_turned_upright_and_keeps_no_traces() -> None:
    sent = picture()
    assert MAKER.encode() in sent and opened(sent).getexif().get_ifd(0x8825)
    kept = check(sent)
    assert (kept.kind, kept.media_type) == ("image", "image/jpeg")
    image = opened(kept.data)
    assert image.size == (32, 64)
    assert not image.getexif() and MAKER.encode() not in kept.data and b"Exif" not in kept.data


@pytest.mark.parametrize(("kind", "media_type"), [
    ("PNG", "image/png"), ("GIF", "image/png"), ("WEBP", "image/jpeg"), ("BMP", "image/jpeg")])
def test_other_pictures_become_what_every_browser_shows(kind: str, media_type: str) -> None:
    kept = check(picture(kind))
    assert kept.media_type == media_type and opened(kept.data).size == (64, 32)


def test_what_is_hidden_behind_a_picture_is_gone() -> None:
    kept = check(picture() + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in kept.data and b"PK\x03\x04" not in kept.data


def test_a_png_with_text_in_it_is_a_png_without() -> None:
    from PIL.PngImagePlugin import PngInfo
    info, out = PngInfo(), io.BytesIO()
    info.add_text("Comment", MAKER)
    Image.new("RGBA", (8, 8), (1, 2, 3, 0)).save(out, "PNG", pnginfo=info)
    kept = check(out.getvalue())
    assert opened(kept.data).getpixel((0, 0))[3] == 0 and MAKER.encode() not in kept.data  # type: ignore[index]


def test_a_huge_one_is_made_smaller_and_a_bomb_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert max(opened(check(picture(size=(5000, 100), traces=False)).data).size) == media_types.LONGEST_SIDE
    monkeypatch.setattr(media_types, "MOST_PIXELS", 2000)
    with pytest.raises(TooLarge):
        check(picture())


@pytest.mark.parametrize(("data", "media_type"), [
    (recording(), "audio/wav"), (b"#!AMR\n" + b"\x3c" * 40, "audio/amr"),
    (b"OggS" + b"\x00" * 24 + b"OpusHead" + b"\x00" * 20, "audio/ogg"), (b"ID3\x04" + b"\x00" * 40, "audio/mpeg"),
    (b"\xff\xfb\x90\x00" + b"\x00" * 40, "audio/mpeg"), (b"\xff\xf1\x50\x80" + b"\x00" * 40, "audio/aac"),
    (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + b"A_OPUS", "audio/webm"),
    (b"\x00\x00\x00\x18ftypM4A \x00" + b"hdlr" + b"soun", "audio/mp4")])
def test_voice_notes_are_known_by_their_first_bytes(data: bytes, media_type: str) -> None:
    kept = check(data)
    assert (kept.kind, kept.media_type, kept.data) == ("voice", media_type, data)


@pytest.mark.parametrize("data", [
    b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"%PDF-1.7",
    b"PK\x03\x04", b"MZ\x90", "文字".encode(), b"\x00" * 64, picture()[:60], b"GIF89a<script>",
    b"\x1aE\xdf\xa3webm" + b"V_VP8", b"\x00\x00\x00\x18ftypisom" + b"vide" + b"soun", b"OggS" + b"\x80theora" * 4])
def test_everything_else_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        check(data)
    assert refused.value.field == "file"
