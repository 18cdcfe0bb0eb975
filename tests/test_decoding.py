"""What strangers may hand in: every bad picture gives a sentence, every good one its pixels."""

import io
import random
import struct
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path
from unittest import mock

import numpy as np
import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import GifImagePlugin, Image

from fmnist_core.photos.decoding import SIDE, Photo, PhotoError, decode
from tests.drivers import ROOT

pillow_heif.register_heif_opener()


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def gradient(mode="RGB", size=(64, 48)):
    rng = np.random.default_rng(0)
    return Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)).convert(mode)


def huge_png(width, height):
    """A PNG that says it is huge, without its pixels."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


BAD = {
    "empty": (b"", "received an empty file"),
    "text": (b"hello, I am a picture\n" * 9, "received something else"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "received something else"),
    "one pixel": (encoded(gradient(size=(1, 1))), "received 1 x 1"),
    "one row": (encoded(gradient(size=(500, 2))), "received 500 x 2"),
    "twenty thousand": (huge_png(20_000, 20_000), "at most 50 million pixels"),
    "ten thousand": (huge_png(10_000, 10_000), "received 10,000 x 10,000"),
    "fifty-one hundred": (huge_png(5_100, 5_100), "at most 25 million pixels was expected, received 5,100 x 5,100"),
    "cut-off PNG": (encoded(gradient())[:3000], "cut off or damaged"),
    "cut-off JPEG": (encoded(gradient(), "JPEG")[:900], "cut off or damaged"),
    "cut-off WebP": (encoded(gradient(), "WEBP", lossless=True)[:900], "expected"),
    "50 MB": (b"\xff\xd8" + bytes(50_000_000), "received 50.0 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_gives_a_sentence(name):
    content, words = BAD[name]
    with pytest.raises(PhotoError, match="expected") as problem:
        decode(content)
    assert words in str(problem.value)
    assert len(str(problem.value)) < 200


def test_a_picture_that_is_too_large_is_refused_before_it_is_decoded():
    tracemalloc.start()
    with pytest.raises(PhotoError):
        decode(huge_png(20_000, 20_000))
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


GOOD = {
    "PNG": encoded(gradient()),
    "JPEG": encoded(gradient(), "JPEG", quality=95),
    "WebP": encoded(gradient(), "WEBP"),
    "BMP": encoded(gradient(), "BMP"),
    "GIF": encoded(gradient(), "GIF"),
    "HEIC": encoded(gradient(), "HEIF", quality=80),
    "CMYK": encoded(gradient("CMYK"), "JPEG"),
    "grey": encoded(gradient("L")),
    "one bit": encoded(gradient("1")),
    "palette": encoded(gradient("P")),
    "grey with alpha": encoded(gradient("LA")),
}


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_of_picture_is_read(name):
    photo = decode(GOOD[name])
    assert photo.rgba.shape == (48, 64, 4)
    assert photo.rgba.dtype == np.uint8
    assert photo.size == (64, 48)
    assert np.ptp(photo.rgba[..., :3]) > 50


def test_sixteen_bits_are_scaled_not_clipped():
    values = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
    photo = decode(encoded(Image.fromarray(values)))
    assert photo.rgba[0, 0, 0] == 0
    assert photo.rgba[-1, -1, 0] == 255
    assert 120 < photo.rgba[24, 32, 0] < 136


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="peak memory is read from /proc")
@pytest.mark.parametrize("kind", ["I;16", "F", "RGB", "RGBA"])
def test_the_largest_picture_that_is_taken_needs_less_than_half_a_gigabyte(kind, tmp_path):
    """In a process of its own: what Pillow takes is seen by the operating system alone."""
    shape = (5_000, 5_000, len(kind)) if kind.startswith("RGB") else (5_000, 5_000)
    image = Image.fromarray(np.full(shape, 200, {"I;16": np.uint16, "F": np.float32}.get(kind, np.uint8)))
    path = tmp_path / "large"
    image.save(path, "TIFF" if kind == "F" else "PNG", **({} if kind == "F" else {"compress_level": 1}))
    code = """
import re, sys
from pathlib import Path
from fmnist_core.photos import decoding as photo
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1000
photo.FORMATS += ("TIFF",)  # a way to 32 bits a pixel
content = Path(sys.argv[1]).read_bytes()
photo.MAX_BYTES = len(content)
photo.decode((Path(sys.argv[1]).parent / "small").read_bytes())
before = peak()
photo.decode(content)
print(peak() - before)
"""
    (tmp_path / "small").write_bytes(encoded(gradient()))
    done = subprocess.run([sys.executable, "-c", code, path], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 10 < float(done.stdout) < 500


def test_of_a_long_animation_only_the_beginning_is_read():
    frames = [Image.new("L", (16, 16), k % 200) for k in range(3000)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    gif = GifImagePlugin.GifImageFile
    with mock.patch.object(gif, "_seek", autospec=True, side_effect=gif._seek) as seek:
        assert decode(content).notes
    assert seek.call_count < 10


def test_a_palette_with_transparency_keeps_it():
    image = gradient("P")
    image.info["transparency"] = 0
    image.putpixel((3, 3), 0)
    photo = decode(encoded(image, transparency=0))
    assert photo.rgba[3, 3, 3] == 0
    assert photo.rgba[..., 3].max() == 255


def test_of_an_animation_the_first_frame_counts_and_it_is_said():
    frames = [Image.new("RGB", (32, 32), c) for c in ("red", "blue", "green")]
    photo = decode(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert tuple(photo.rgba[5, 5, :3]) == (255, 0, 0)
    assert any("first frame" in note for note in photo.notes)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_cameras_note_is_read(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert decode(encoded(gradient(), "JPEG", exif=exif)).orientation == orientation


@pytest.mark.parametrize("damage", [b"Exif\x00\x00garbage", b"Exif\x00\x00II*\x00\xff\xff\xff\xff", b"Exif\x00\x00"])
def test_a_damaged_note_is_no_reason_to_refuse(damage):
    photo = decode(encoded(gradient(), "JPEG", exif=damage))
    assert photo.orientation == 1


def test_a_telephones_photo_is_decoded_small():
    big = Image.fromarray(np.zeros((3000, 4000, 3), np.uint8) + 200)
    photo = decode(encoded(big, "JPEG"))
    assert max(photo.rgba.shape[:2]) == SIDE
    assert photo.size == (4000, 3000)


SEEDS = [*GOOD.values(), encoded(gradient("RGBA"), "WEBP", lossless=True)]


def survives(content):
    """Decode; only a picture or our own error may come out."""
    try:
        photo = decode(content)
    except PhotoError:
        return
    assert isinstance(photo, Photo)
    assert photo.rgba.dtype == np.uint8
    assert max(photo.rgba.shape[:2]) <= SIDE
    assert 1 <= photo.orientation <= 8


@settings(max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(SEEDS) - 1), st.randoms(use_true_random=False), st.integers(1, 24))
def test_mutated_files_never_break_the_decoder(seed, rng: random.Random, changes):
    content = bytearray(SEEDS[seed])
    for _ in range(changes):
        place = rng.randrange(len(content))
        what = rng.randrange(4)
        if what == 0:
            content[place] = rng.randrange(256)
        elif what == 1:
            content[place:place] = rng.randbytes(rng.randrange(1, 9))
        elif what == 2:
            del content[place : place + rng.randrange(1, 40)]
        else:
            content[place : place + 4] = rng.choice([b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff"])
        if not content:
            break
    survives(bytes(content))


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_picture_or_a_sentence(content):
    survives(content)


@pytest.mark.parametrize(("end", "whole"), [(0.2, False), (0.3, False), (0.5, True), (0.8, True), (0.99, True)])
def test_a_cut_off_animation_gives_its_first_frame_where_that_is_whole_and_else_a_sentence(end, whole):
    frames = [Image.fromarray(np.random.default_rng(k).integers(0, 255, (40, 40, 3), np.uint8)) for k in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    content = buffer.getvalue()
    cut = content[: int(end * len(content))]
    if whole:
        assert decode(cut).size == (40, 40)
    else:
        with pytest.raises(PhotoError, match="cut off"):
            decode(cut)


def test_a_still_with_a_second_picture_in_its_file_is_not_called_animated():
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("white", "black")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "MPO", save_all=True, append_images=frames[1:])
    photo = decode(buffer.getvalue())
    assert photo.kind == "JPEG"
    assert photo.notes == ()
