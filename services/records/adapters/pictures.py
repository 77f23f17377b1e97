"""Draws photos anew with Pillow: what comes out is pixels only, whatever its file held beside them."""

import asyncio
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from services.records.domain.files import JPEG, PNG
from shared.contracts.errors import AppError, invalid

LONGEST_SIDE = 2560
MOST_PIXELS = 24_000_000
MOST_PIXELS_JPEG = 100_000_000
"""A JPEG is read at a fraction of its size, so a large one costs no memory."""
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")


class PillowPictures:
    """One picture at a time: decoded ones are large."""

    def __init__(self) -> None:
        self._one = asyncio.Semaphore(1)

    async def cleaned(self, source: BinaryIO, media_type: str, target: BinaryIO) -> str:
        """The picture drawn anew, at most 2560 pixels long, upright; PNG stays PNG, all else becomes JPEG."""
        async with self._one:
            return await asyncio.to_thread(_drawn, source, media_type, target)


def _drawn(source: BinaryIO, media_type: str, target: BinaryIO) -> str:
    source.seek(0)
    try:
        with Image.open(source, formats=FORMATS) as opened:
            _refuse_huge(opened)
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            if media_type == PNG:
                _bare(picture, "RGBA" if picture.has_transparency_data else "RGB").save(target, "PNG")
                return PNG
            _bare(picture, "RGB").save(target, "JPEG", quality=QUALITY)
            return JPEG
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError) as fault:
        raise _no_picture() from fault


def _bare(picture: Image.Image, mode: str) -> Image.Image:
    """The pixels alone: a new image has none of the old one's metadata."""
    plain = picture.convert(mode)
    plain.info.clear()
    return plain


def _refuse_huge(opened: Image.Image) -> None:
    width, height = opened.size
    if width * height > (MOST_PIXELS_JPEG if opened.format == "JPEG" else MOST_PIXELS):
        raise ValueError("too many pixels")


def _no_picture() -> AppError:
    return invalid("body", "picture", "This cannot be read as a picture, or it is too large a one.")
