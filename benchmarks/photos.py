"""Simulated photos: `python -m benchmarks.photos [--model resnet]`.

Garments of the data set, put back into photos as a telephone takes them: on pale, tinted, dark, unevenly lit and
textured grounds, with soft shadows, off-centre, small in the frame, turned by EXIF, saved as JPEG; each picture once,
the grounds in turn. The pipeline was tuned on held-out pictures; the figures come from test pictures and other random
numbers. Then clip art: the garments of two fonts, Symbola (Debian: fonts-symbola; looked at while tuning) and Noto
Color Emoji (Debian: fonts-noto-color-emoji; for the figure).
"""

import argparse
import io
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from benchmarks import people
from benchmarks.serving import markdown
from fmnist_core import Network, default_network, load_heldout, load_test, network_names
from fmnist_core.photos.choices import Choices
from fmnist_core.photos.decoding import PhotoError, decode
from fmnist_core.photos.pipeline import develop
from fmnist_core.photos.prediction import predict_development

GROUNDS = ("pale", "tinted", "dark", "uneven", "textured", "shadow", "small", "large", "turned")
SIZE = 800
FONTS = {
    "Symbola": "/usr/share/fonts/truetype/ancient-scripts/Symbola_hint.ttf",
    "Noto Color Emoji": "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
}
# Garments of Unicode, and the classes that a person may call them by.
GLYPHS = {
    "\U0001f455": (0,),  # t-shirt
    "\U0001f3bd": (0,),  # running shirt
    "\U0001f456": (1,),  # jeans
    "\U0001f457": (3,),  # dress
    "\U0001f9e5": (4,),  # coat
    "\U0001f97c": (4,),  # lab coat
    "\U0001f45a": (0, 2, 6),  # woman's clothes
    "\U0001f461": (5,),  # woman's sandal
    "\U0001f460": (5,),  # high-heeled shoe
    "\U0001f45f": (7,),  # running shoe
    "\U0001f45e": (7,),  # man's shoe
    "\U0001f45c": (8,),  # handbag
    "\U0001f45d": (8,),  # pouch
    "\U0001f45b": (8,),  # purse
    "\U0001f392": (8,),  # backpack
    "\U0001f4bc": (8,),  # briefcase
    "\U0001f462": (9,),  # boots
    "\U0001f97e": (9,),  # hiking boot
}


def photo(image: np.ndarray, ground: str, rng: np.random.Generator) -> bytes:
    """Return a JPEG of a garment.

    Args:
        image: (28, 28) uint8 of the data set.
        ground: one of `GROUNDS`.
        rng: of everything random.
    """
    width, height = (SIZE, 600) if rng.random() < 0.5 else (600, SIZE)
    share = {"small": 0.2, "large": 0.9}.get(ground, rng.uniform(0.35, 0.75))
    side = round(share * min(width, height))
    big = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
    shape = Image.fromarray(((image > 6) * 255).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    shape = shape.filter(ImageFilter.GaussianBlur(side / 90))
    left = rng.integers(0, width - side + 1)
    top = rng.integers(0, height - side + 1)
    garment, matte = np.zeros((height, width)), np.zeros((height, width))
    garment[top : top + side, left : left + side] = np.asarray(big) / 255
    matte[top : top + side, left : left + side] = np.asarray(shape) / 255
    matte = np.clip((matte - 0.3) / 0.4, 0, 1)
    dark = ground == "dark" or (ground in ("small", "large", "turned") and rng.random() < 0.3)
    shade = _ground(ground, dark, width, height, rng)
    if dark:
        cloth = garment[..., None] * rng.uniform(0.85, 1.0, 3)
        cloth = np.maximum(cloth, shade * 0.5)
    else:
        cloth = (1 - 0.93 * garment)[..., None] * np.minimum(1, shade.mean(axis=(0, 1)) * rng.uniform(0.97, 1.05, 3))
    if ground == "shadow":
        soft = Image.fromarray((matte * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(side / 12))
        away = round(side / 14)
        fallen = np.roll(np.asarray(soft) / 255, (away, away), (0, 1))
        shade = shade * (1 - rng.uniform(0.15, 0.5) * fallen[..., None])
    pixels = shade * (1 - matte[..., None]) + cloth * matte[..., None]
    pixels += rng.normal(0, 0.012, pixels.shape)
    picture = Image.fromarray((255 * np.clip(pixels, 0, 1)).astype(np.uint8))
    return _jpeg(picture, 6 if ground == "turned" else 1)


def _ground(ground: str, dark: bool, width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    """Return (height, width, 3), 0..1."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    if dark:
        shade = np.full((height, width, 3), rng.uniform(0.02, 0.15, 3))
    elif ground == "tinted":
        shade = np.ones((height, width, 3)) * rng.uniform(0.55, 0.95, 3)
    else:
        shade = np.ones((height, width, 3)) * rng.uniform(0.86, 1.0)
    if ground in ("uneven", "shadow"):
        angle = rng.uniform(0, 2 * np.pi)
        slope = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)
        falloff = 0.25 * ((x - rng.uniform(0.2, 0.8)) ** 2 + (y - rng.uniform(0.2, 0.8)) ** 2)
        shade = shade * (0.85 + rng.uniform(0.1, 0.35) * slope - falloff)[..., None]
    if ground == "textured":
        shade = shade * _texture(width, height, rng)[..., None] * rng.uniform(0.8, 1.0, 3)
    return np.clip(shade, 0, 1)


def _texture(width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    """Return cloth, wood or plaster, about 1."""
    y, x = np.mgrid[0:height, 0:width]
    kind = rng.integers(3)
    if kind == 0:
        period = rng.uniform(6, 24)
        return 0.9 + 0.1 * np.sin(2 * np.pi * x / period) * np.sin(2 * np.pi * y / period)
    rough = rng.normal(0, 1, (height // 4, width // (40 if kind == 1 else 4)))
    grain = Image.fromarray(rough.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC)
    return 0.88 + 0.07 * np.clip(np.asarray(grain), -2, 2)


def _jpeg(picture: Image.Image, orientation: int) -> bytes:
    buffer, exif = io.BytesIO(), Image.Exif()
    if orientation == 6:  # the camera lay on its side: shown upright only by those who read the note
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    exif[0x0112] = orientation
    picture.save(buffer, "JPEG", quality=85, exif=exif)
    return buffer.getvalue()


def glyph(char: str, font_path: str) -> bytes:
    """Return a PNG of a font's garment on white."""
    font = ImageFont.truetype(font_path, 109)  # the one size that the colour font has
    picture = Image.new("RGB", (260, 260), "white")
    ImageDraw.Draw(picture).text((60, 60), char, font=font, embedded_color=True, fill=(20, 20, 20))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _drawn(font_path: str) -> list[str]:
    """Return the garments that a font has."""
    font = ImageFont.truetype(font_path, 109)
    absent = bytes(font.getmask("\U0001fffe"))
    return [char for char in GLYPHS if bytes(font.getmask(char)) != absent]


def _class_of(content: bytes, network: Network) -> int | None:
    """Return the class that a network gives a photo, or None when no garment is found."""
    try:
        # Line art is filled, as the drawing board's outlines are.
        found = develop(decode(content), Choices(fill=content[:4] == b"\x89PNG"))
    except PhotoError:
        return None
    return predict_development(network, found)[1].predicted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=network_names(), default=default_network())
    parser.add_argument("--tune", action="store_true", help="held-out pictures and other random numbers")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--folder", type=Path, help="photos that people took, in folders named by kind, instead")
    parser.add_argument(
        "--part", choices=("all", "judged", "tuning"), default="all", help="of the folder, by the fixed rule"
    )
    parser.add_argument("--card", action="store_true", help="put the figures of the folder on the network's card")
    args = parser.parse_args()
    if args.folder:
        raise SystemExit(people.run(args.folder, args.part, args.model, args.card))
    split, seed = (load_heldout(), 1) if args.tune else (load_test(), 3)
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(split), args.count, replace=False)
    network = Network(args.model)
    verdicts = network.classifier.bulk_logits(split.images[chosen]).argmax(axis=1)
    whole, right = defaultdict(list), defaultdict(list)
    for number, place in enumerate(chosen):
        ground, label = GROUNDS[number % len(GROUNDS)], split.labels[place]
        whole[ground].append(verdicts[number] == label)
        right[ground].append(_class_of(photo(split.images[place], ground, rng), network) == label)
    rows = [[g, str(len(right[g])), f"{np.mean(whole[g]):.1%}", f"{np.mean(right[g]):.1%}"] for g in GROUNDS]
    all_whole, all_right = (np.mean([x for g in GROUNDS for x in found[g]]) for found in (whole, right))
    rows.append(["all", str(args.count), f"{all_whole:.1%}", f"{all_right:.1%}"])
    print(markdown(["ground", "photos", f"{args.model} untouched", "from the photo"], rows))
    print(f"\nOf the accuracy on the untouched pictures, {all_right / all_whole:.1%} is kept.")
    for name, path in FONTS.items():
        if not Path(path).is_file():
            print(f"{name} is not installed.")
            continue
        found = [(char, _class_of(glyph(char, path), network) in GLYPHS[char]) for char in _drawn(path)]
        missed = " ".join(char for char, good in found if not good)
        print(f"{name}: {sum(g for _, g in found)} of {len(found)} garments right; missed: {missed or 'none'}")


if __name__ == "__main__":
    main()
