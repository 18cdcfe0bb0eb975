"""Bytes that somebody calls a picture become pixels, or a sentence that says why not.

The bytes come from strangers. Size is judged before anything is decoded, JPEGs are decoded at a reduced size, and
whatever a decoder raises becomes one `PhotoError`.
"""

import io
from dataclasses import dataclass
from functools import cache
from threading import Lock

import numpy as np
from PIL import Image, ImageFile

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "GIF", "BMP")
EXTENSIONS = ("jpg", "jpeg", "png", "webp", "heic", "heif", "gif", "bmp")
ANIMATED = ("GIF", "WEBP", "PNG")
MAX_BYTES = 25_000_000
# Pixels. A JPEG is decoded at a part of its size, and telephones write HEIC of 48 million; any other kind takes about
# ten bytes of memory a pixel.
MAX_PIXELS, MAX_PIXELS_OF_CAMERAS = 25_000_000, 50_000_000
CAMERA_KINDS = ("JPEG", "HEIF")
MIN_SIDE = 8
SIDE = 640  # pixels of the longest side after decoding; 28 are needed in the end
_ONE_AT_A_TIME = Lock()  # whatever a crowd hands in, the memory of one picture is enough


class PhotoError(ValueError):
    """These bytes cannot be used as a picture; the message says what was expected and what came."""


@dataclass(frozen=True)
class Photo:
    """A decoded picture, as it lies in the file.

    Attributes:
        rgba: (height, width, 4) uint8, the longest side at most `SIDE`.
        orientation: EXIF orientation 1..8; 1 where there is none.
        kind: format of the file, for example "JPEG".
        size: width and height of the file's picture.
        notes: what a person should know, one sentence each.
    """

    rgba: np.ndarray
    orientation: int
    kind: str
    size: tuple[int, int]
    notes: tuple[str, ...] = ()


def decode(content: bytes) -> Photo:
    """Return the picture in a file's bytes; the bytes decide what it is, not the file's name.

    Args:
        content: of a JPEG, PNG, WebP, HEIC, GIF or BMP file.

    Raises:
        PhotoError: empty, larger than 25 MB, or than 25 million pixels (JPEG and HEIC: 50), smaller than 8 x 8, cut
            off, damaged, or no picture.
    """
    if not content:
        raise PhotoError("a picture was expected, received an empty file")
    if len(content) > MAX_BYTES:
        raise PhotoError(
            f"a file of at most {MAX_BYTES // 1_000_000} MB was expected, received {len(content) / 1e6:.1f} MB"
        )
    _learn_heif()
    try:
        opened = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as cause:
        raise PhotoError(_too_large(MAX_PIXELS_OF_CAMERAS, "more")) from cause
    except Exception as cause:  # a decoder may raise anything on hostile bytes
        raise PhotoError(
            "a picture (JPEG, PNG, WebP, HEIC, GIF or BMP) was expected, received something else"
        ) from cause
    with opened, _ONE_AT_A_TIME:
        return _decode(opened)


@cache
def _learn_heif() -> None:
    """Teach Pillow HEIC once; the app's start does without."""
    import pillow_heif

    pillow_heif.register_heif_opener()


def _decode(opened: Image.Image) -> Photo:
    width, height = size = opened.size
    # A JPEG with a second picture in it (a preview, depth) is a still all the same.
    kind = "JPEG" if opened.format == "MPO" else opened.format or "picture"
    most = MAX_PIXELS_OF_CAMERAS if kind in CAMERA_KINDS else MAX_PIXELS
    if width * height > most:
        raise PhotoError(_too_large(most, f"{width:,} x {height:,}"))
    if min(size) < MIN_SIDE:
        raise PhotoError(
            f"a picture of at least {MIN_SIDE} x {MIN_SIDE} pixels was expected, received {width} x {height}"
        )
    try:
        animated = kind in ANIMATED and getattr(opened, "is_animated", False)  # `n_frames` would read every frame
        if isinstance(opened, ImageFile.ImageFile) and kind == "JPEG":
            opened.draft(None, (SIDE, SIDE))  # decodes at a half, a quarter or an eighth of the size
        opened.load()
        rgba = _rgba(opened)
    except Exception as cause:  # likewise
        raise PhotoError(f"a whole {kind} file was expected, received one that is cut off or damaged") from cause
    notes = ("It is animated: this is its first frame.",) if animated else ()
    return Photo(rgba, _orientation(opened), kind, size, notes)


def _too_large(most: int, received: str) -> str:
    return f"a picture of at most {most // 1_000_000} million pixels was expected, received {received}"


def _rgba(image: Image.Image) -> np.ndarray:
    if image.mode.startswith(("I", "F")):  # 16 and 32 bits a pixel
        image = Image.fromarray(_eight_bits(np.asarray(image)))
    if image.mode != "RGBA":
        see_through = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
        image = image.convert("RGBA" if see_through else "RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(image.convert("RGBA"))


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """Return (height, width) grey values of 16 or 32 bits as uint8, a few rows at a time."""
    top = 65535.0 if np.nanmax(values) > 255 else 255.0
    grey = np.empty(values.shape, np.uint8)
    for row in range(0, len(values), 64):
        part = np.nan_to_num(values[row : row + 64].astype(np.float32))
        grey[row : row + 64] = 255 * np.clip(part / top, 0, 1)
    return grey


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(0x0112, 1)
    except Exception:  # a damaged EXIF block is no reason to refuse the picture: it lies as it lies
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1
