"""What may be kept of what was sent: pictures drawn anew and voice notes, told by their content and never by a name."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from hotline.errors import BadInput, TooLarge

PICTURES = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
# A telephone's largest pictures are about 50 million pixels; a small file may unfold into far more.
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 4096
JPEG_QUALITY = 88
UNKNOWN = "只能发图片（JPEG、PNG、GIF、WebP）和语音"


@dataclass(frozen=True)
class Checked:
    """Bytes that are safe to serve as `media_type`; `kind` is image or voice."""

    kind: str
    media_type: str
    data: bytes


def check(data: bytes) -> Checked:
    """Find out what it is and make it safe. Raises BadInput for anything that is no picture and no voice note."""
    voice = voice_type(data)
    return Checked("voice", voice, data) if voice else _drawn_anew(data)


def voice_type(data: bytes) -> str | None:
    """The media type of a voice note by its first bytes; None for everything else, films too."""
    start = data[:512]
    if start.startswith(b"#!AMR"):
        return "audio/amr"
    if start.startswith(b"OggS"):
        return "audio/ogg" if any(mark in start for mark in (b"OpusHead", b"\x01vorbis", b"Speex   ")) else None
    if start[:4] == b"RIFF" and start[8:12] == b"WAVE":
        return "audio/wav"
    if start.startswith(b"\x1aE\xdf\xa3"):
        film = any(mark in data[:65_536] for mark in (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG"))
        return "audio/webm" if b"webm" in start and not film else None
    if start[4:8] == b"ftyp":
        return "audio/mp4" if b"soun" in data and b"vide" not in data else None
    return _mpeg(start)


def _mpeg(start: bytes) -> str | None:
    if start.startswith(b"ID3"):
        return "audio/mpeg"
    if len(start) < 4 or start[0] != 0xFF or start[1] & 0xE0 != 0xE0:
        return None
    if start[1] & 0xF6 == 0xF0:
        return "audio/aac"
    layer, rate = start[1] & 0x06, start[2] >> 4
    return "audio/mpeg" if layer == 0x02 and 0 < rate < 15 else None


def _drawn_anew(data: bytes) -> Checked:
    """The picture upright, without place, time, maker or anything else that is not seen."""
    try:
        with Image.open(io.BytesIO(data), formats=PICTURES) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise TooLarge("图片的尺寸太大", "file")
            return _encoded(picture)
    except BadInput:
        raise
    except Exception as error:
        # A broken file may raise nearly anything in its decoder, none of which is ours to tell apart.
        raise BadInput(UNKNOWN, "file") from error


def _encoded(picture: Image.Image) -> Checked:
    png = picture.format in ("PNG", "GIF") or "A" in picture.getbands() or "transparency" in picture.info
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    mode = ("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB") if png else "RGB"
    drawn = upright.convert(mode)
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A fresh picture: what Pillow carries along in `info` would be written too.
    clean = Image.new(mode, drawn.size)
    clean.paste(drawn)
    out = io.BytesIO()
    if png:
        clean.save(out, "PNG", compress_level=6)
        return Checked("image", "image/png", out.getvalue())
    clean.save(out, "JPEG", quality=JPEG_QUALITY)
    return Checked("image", "image/jpeg", out.getvalue())
