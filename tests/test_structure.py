"""Small files that would keep a decoder busy are refused before one sees them."""

import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from fmnist_core.photos import repair, samples, structure
from fmnist_core.photos.decoding import MAX_BYTES, PhotoError, decode

JPEG = samples.jpeg("Boot")


def as_bytes(kind, **options):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (600, 800, 3), np.uint8)).save(buffer, kind, **options)
    return buffer.getvalue()


def with_chunks(kind, body, count):
    """Return a PNG with many chunks before its picture."""
    png = as_bytes("PNG")
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return png[:33] + chunk * count + png[33:]


def repeated_scans(times):
    """Return a progressive JPEG of 16 million pixels of one colour whose last scan comes again and again."""
    buffer = io.BytesIO()
    Image.new("RGB", (4000, 4000), (90, 60, 30)).save(buffer, "JPEG", progressive=True)
    content = buffer.getvalue()
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * times + b"\xff\xd9"


def gif_comments(count):
    """Return a GIF with a comment in pieces of one letter before its picture."""
    gif = as_bytes("GIF")
    table = 13 + (3 << (1 + (gif[10] & 7)) if gif[10] & 0x80 else 0)
    return gif[:table] + b"\x21\xfe" + b"\x01x" * count + b"\x00" + gif[table:]


# Made when they are asked for: together they are 200 MB.
HOSTILE = {
    "empty JPEG segments": lambda: JPEG[:2] + b"\xff\xe3\x00\x02" * 6_000_000 + JPEG[2:],
    "JPEG comments": lambda: JPEG[:2] + b"\xff\xfe\x00\x02" * 3_000_000 + JPEG[2:],
    "restart markers": lambda: JPEG[:2] + b"\xff\xd0" * 12_000_000 + JPEG[2:],
    "fill bytes": lambda: JPEG[:2] + b"\xff" * 24_000_000 + JPEG[2:],
    "zeros": lambda: JPEG[:2] + b"\x00" * 24_000_000 + JPEG[2:],
    "PNG texts": lambda: with_chunks(b"tEXt", b"a\x00b", 1_500_000),
    "empty PNG chunks": lambda: with_chunks(b"teSt", b"", 1_900_000),
    "GIF comments": lambda: gif_comments(10_000_000),
    "repeated scans": lambda: repeated_scans(100),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_flood_is_refused_at_once(what):
    content = HOSTILE[what]()
    assert len(content) <= MAX_BYTES
    began = time.process_time()
    with pytest.raises(PhotoError):
        decode(content)
    assert time.process_time() - began < 1.0


def test_a_film_behind_a_photo_is_not_counted():
    """Telephones append one to a JPEG; its bytes look like anything, scans among it."""
    buffer = io.BytesIO()
    Image.new("RGB", (4000, 3000), (90, 60, 30)).save(buffer, "JPEG", progressive=True)
    film = np.random.default_rng(0).bytes(8_000_000)
    assert film.count(b"\xff\xda") > 83  # as many scans as would be too many
    assert decode(buffer.getvalue() + film).kind == "JPEG"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_what_people_have_is_read(kind):
    assert decode(as_bytes(kind)).kind == kind


def test_a_progressive_jpeg_is_read():
    assert decode(as_bytes("JPEG", progressive=True)).size == (800, 600)


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        (b"zTXt", b"Raw profile type exif\0\0"),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0en\0XML\0"),
        (b"iCCP", b"Display xyz\0\0"),
    ],
)
def test_a_png_with_a_large_packed_remark_is_read(kind, head):
    """Whatever letters are in its keyword."""
    png = with_chunks(kind, head + zlib.compress(bytes(2_000_000)), 1)
    assert repair.large_remarks(png)
    assert decode(png).kind == "PNG"


def test_a_jpeg_with_many_remarks_is_read():
    remarks = b"".join(b"\xff\xe1" + struct.pack(">H", 1002) + bytes(1000) for _ in range(300))
    assert decode(JPEG[:2] + remarks + JPEG[2:]).kind == "JPEG"


@pytest.mark.parametrize(
    "content", [b"\xff\xd8", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"GIF89a" + b"\x80" * 8]
)
def test_counting_ends_where_the_file_ends(content):
    structure.check_structure(content)
