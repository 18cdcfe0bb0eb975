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

from fmnist_core.photos import repair
from fmnist_core.photos.errors import PhotoError
from fmnist_core.photos.structure import check_scans, check_structure

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP")
# The one list of what is taken: uploader, its help, command line and messages.
EXTENSIONS = ("jpg", "jpeg", "jfif", "png", "webp", "heic", "heif", "avif", "gif", "bmp")
KINDS = "JPEG, PNG, WebP, HEIC, AVIF, GIF or BMP"
ANIMATED = ("GIF", "WEBP", "PNG")
MAX_BYTES = 25_000_000
# Pixels. A JPEG is decoded at a part of its size, and telephones write HEIC of 48 million; any other kind takes about
# ten bytes of memory a pixel.
MAX_PIXELS, MAX_PIXELS_OF_CAMERAS = 25_000_000, 50_000_000
CAMERA_KINDS = ("JPEG", "HEIF")
MIN_SIDE = 8
SIDE = 640  # pixels of the longest side after decoding; 28 are needed in the end
_ONE_AT_A_TIME = Lock()  # whatever a crowd hands in, the memory of one picture is enough


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
        content: of a file of one of the `KINDS`.

    Raises:
        PhotoError: empty, larger than 25 MB, or than 25 million pixels (JPEG and HEIC: 50), smaller than 8 x 8, cut
            off, damaged, of endless parts, or no picture.
    """
    if not content:
        raise PhotoError("a picture was expected, received an empty file")
    if len(content) > MAX_BYTES:
        raise PhotoError(
            f"a file of at most {MAX_BYTES // 1_000_000} MB was expected, received {len(content) / 1e6:.1f} MB"
        )
    check_structure(content)
    learn_heif()
    with _ONE_AT_A_TIME:
        if repair.large_remarks(content):
            content = repair.without_remarks(content)
        try:
            opened = Image.open(io.BytesIO(content), formats=FORMATS)
        except Image.DecompressionBombError as cause:
            raise PhotoError(_too_large(MAX_PIXELS_OF_CAMERAS, "more")) from cause
        except Exception as cause:  # a decoder may raise anything on hostile bytes
            raise PhotoError(f"a picture ({KINDS}) was expected, received something else") from cause
        with opened:
            return _decode(opened, content)


@cache
def learn_heif() -> None:
    """Teach Pillow HEIC once; the app's start does without."""
    import pillow_heif

    pillow_heif.register_heif_opener()


def _decode(opened: Image.Image, content: bytes) -> Photo:
    width, height = size = opened.size
    # A JPEG with a second picture in it (a preview, depth) is a still all the same.
    kind = "JPEG" if opened.format == "MPO" else opened.format or "picture"
    most = MAX_PIXELS_OF_CAMERAS if kind in CAMERA_KINDS else MAX_PIXELS
    if width * height > most:
        raise PhotoError(_too_large(most, f"{width:,} x {height:,}"))
    if kind == "JPEG":
        check_scans(content, width * height)
    if min(size) < MIN_SIDE:
        raise PhotoError(
            f"a picture of at least {MIN_SIDE} x {MIN_SIDE} pixels was expected, received {width} x {height}"
        )
    notes: list[str] = []
    try:
        animated = kind in ANIMATED and getattr(opened, "is_animated", False)  # `n_frames` would read every frame
        if isinstance(opened, ImageFile.ImageFile) and kind == "JPEG":
            opened.draft(None, (SIDE, SIDE))  # decodes at a half, a quarter or an eighth of the size
        if animated:
            frame = repair.seek_something(opened)
            which = "its first frame" if frame == 0 else f"frame {frame + 1}, the first that is not blank"
            notes.append(f"It is animated: this is {which}.")
        rgba = _rgba(_loaded(opened, content, kind, notes), content)
    except Exception as cause:  # likewise
        raise PhotoError(f"a whole {kind} file was expected, received one that is cut off or damaged") from cause
    return Photo(rgba, _orientation(opened), kind, size, tuple(notes))


def _loaded(opened: Image.Image, content: bytes, kind: str, notes: list[str]) -> Image.Image:
    """Return the picture with its pixels loaded; a JPEG may lack its end marker, which then is noted."""
    try:
        opened.load()
    except OSError:
        mended = repair.with_end_marker(content) if kind == "JPEG" else None
        if mended is None:
            raise
        notes.append("The file lacks its end, but the picture is whole.")
        opened = Image.open(io.BytesIO(mended), formats=("JPEG",))
        opened.draft(None, (SIDE, SIDE))
        opened.load()
    return opened


def _too_large(most: int, received: str) -> str:
    return f"a picture of at most {most // 1_000_000} million pixels was expected, received {received}"


def _rgba(image: Image.Image, content: bytes) -> np.ndarray:
    if image.mode.startswith(("I", "F")):  # 16 and 32 bits a pixel
        image = Image.fromarray(repair.eight_bits(np.asarray(image)))
    elif (deep := repair.deep_png(content)) is not None:
        image = Image.fromarray(deep)
    if image.mode != "RGBA":
        see_through = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
        image = image.convert("RGBA" if see_through else "RGB")
    elif image.format == "BMP" and image.getextrema()[-1] == (0, 0):  # four bytes a pixel, and nothing in the fourth
        image = image.convert("RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(image.convert("RGBA"))


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(0x0112, 1)
    except Exception:  # a damaged EXIF block is no reason to refuse the picture: it lies as it lies
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1
