"""Pictures and voice notes made for the tests, with the traces that a telephone leaves in them."""

from __future__ import annotations

import io
import struct
import wave

from PIL import Image

MAKER = "Telephone of a Citizen"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 32), *, traces: bool = True, colour: str = "red") -> bytes:
    """A picture; a JPEG one with maker, place and lying on its side."""
    out = io.BytesIO()
    image = Image.new("RGB", size, colour)
    exif = Image.Exif()
    if traces:
        exif[0x010F], exif[0x0112] = MAKER, 6  # maker; turned by a quarter
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (36.0, 4.0, 12.34)
    image.save(out, kind, exif=exif, comment=MAKER.encode()) if kind == "JPEG" else image.save(out, kind)
    return out.getvalue()


def recording() -> bytes:
    """A tenth of a second of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack("<h", 0) * 800)
    return out.getvalue()
