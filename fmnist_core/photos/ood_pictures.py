"""Pictures that are not garments, made here: digits, words, noise, textures, shapes, scribbles.

They measure whether "none of these" is noticed. Two sets share nothing that is random: one to look at while building,
one for the figure alone, drawn with other fonts. Household things are for learning only.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fmnist_core.data import SIDE
from fmnist_core.photos.normalisation import fit, stretch

CANVAS = 160
KINDS = ("digits", "words", "noise", "textures", "shapes", "scribbles")
# Matplotlib brings these fonts along.
FONTS = {
    "tuning": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    "figure": ("DejaVuSerif.ttf", "STIXGeneral.ttf", "cmss10.ttf"),
}


def ood_pictures(purpose: str, per_kind: int = 300) -> dict[str, np.ndarray]:
    """Return pictures that are not garments, by kind, each (n, 28, 28) uint8, resized and stretched as photos are.

    Args:
        purpose: "tuning", to look at while building and to learn from, or "figure", for the number that is reported.
        per_kind: n.

    Raises:
        ValueError: another purpose.
    """
    if purpose not in FONTS:
        raise ValueError(f"purpose must be one of {', '.join(FONTS)}, received {purpose!r}")
    found = {}
    for number, kind in enumerate(KINDS):
        rng = np.random.default_rng([{"tuning": 11, "figure": 12}[purpose], number])
        found[kind] = np.stack([_DRAW[kind](rng, FONTS[purpose]) for _ in range(per_kind)])
    return found


def _font(rng: np.random.Generator, fonts: tuple[str, ...], size: int) -> ImageFont.FreeTypeFont:
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / str(rng.choice(fonts)), size)


def _developed(canvas: np.ndarray) -> np.ndarray:
    """Trim, fit and stretch as the darkroom does."""
    rows, columns = np.flatnonzero(canvas.max(axis=1) > 20), np.flatnonzero(canvas.max(axis=0) > 20)
    if len(rows) and len(columns):
        canvas = canvas[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return stretch(fit(canvas.astype(np.float32)))


def _write(text: str, rng: np.random.Generator, fonts: tuple[str, ...]) -> np.ndarray:
    canvas = Image.new("L", (CANVAS * 2, CANVAS))
    ImageDraw.Draw(canvas).text((20, 20), text, fill=255, font=_font(rng, fonts, int(rng.integers(50, 90))))
    turned = canvas.rotate(float(rng.uniform(-15, 15)), Image.Resampling.BICUBIC)
    pixels = np.asarray(turned)
    if rng.random() < 0.5:
        pixels = cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(0.5, 3)))
    return _developed(pixels)


def _digit(rng: np.random.Generator, fonts: tuple[str, ...]) -> np.ndarray:
    return _write(str(rng.integers(10)), rng, fonts)


def _word(rng: np.random.Generator, fonts: tuple[str, ...]) -> np.ndarray:
    letters = rng.choice(list("abcdefghijklmnopqrstuvwxyzABCDEFGHKMNPRSTWX&%?#@"), int(rng.integers(2, 6)))
    return _write("".join(letters), rng, fonts)


def _noise(rng: np.random.Generator, _: tuple[str, ...]) -> np.ndarray:
    pixels: np.ndarray = rng.uniform(0, 255, (SIDE, SIDE)) if rng.random() < 0.5 else rng.normal(128, 60, (SIDE, SIDE))
    if rng.random() < 0.6:
        pixels = cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(0.4, 2.5)))
        pixels = 255 * (pixels - pixels.min()) / max(np.ptp(pixels), 1.0)
    if rng.random() < 0.3:
        pixels = pixels * (rng.random((SIDE, SIDE)) < rng.uniform(0.1, 0.6))
    return stretch(np.clip(pixels, 0, 255))


def _texture(rng: np.random.Generator, _: tuple[str, ...]) -> np.ndarray:
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    angle, period = rng.uniform(0, np.pi), rng.uniform(3, 14)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    wave = np.sin(2 * np.pi * along / period)
    kind = rng.integers(4)
    if kind == 1:
        wave = wave * np.sin(2 * np.pi * across / period)
    elif kind == 2:
        wave = np.sign(wave)
    elif kind == 3:
        wave = np.sign(wave) * np.sign(np.sin(2 * np.pi * across / period))
    return stretch(127.5 * (1 + wave))


def _shape(rng: np.random.Generator, _: tuple[str, ...]) -> np.ndarray:
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    middle, radius, shade = (CANVAS // 2, CANVAS // 2), int(rng.integers(40, 70)), int(rng.integers(120, 256))
    thick = cv2.FILLED if rng.random() < 0.5 else int(rng.integers(3, 14))
    kind = rng.integers(4)
    if kind == 0:
        cv2.circle(canvas, middle, radius, shade, thick, cv2.LINE_AA)
    elif kind == 1:
        axes = (radius, int(radius * rng.uniform(0.3, 0.9)))
        cv2.ellipse(canvas, middle, axes, float(rng.uniform(0, 180)), 0, 360, shade, thick, cv2.LINE_AA)
    else:
        corners = int(rng.integers(3, 8))
        turns = rng.uniform(0, 2 * np.pi) + np.arange(corners * (2 if kind == 3 else 1)) * 2 * np.pi / corners / (
            2 if kind == 3 else 1
        )
        lengths = np.where(np.arange(len(turns)) % 2, 0.45, 1.0) if kind == 3 else np.ones(len(turns))
        points = np.stack([np.cos(turns), np.sin(turns)], axis=1) * lengths[:, None] * radius + CANVAS / 2
        if thick == cv2.FILLED:
            cv2.fillPoly(canvas, [points.astype(np.int32)], shade, cv2.LINE_AA)
        else:
            cv2.polylines(canvas, [points.astype(np.int32)], True, shade, thick, cv2.LINE_AA)
    return _developed(canvas)


def _scribble(rng: np.random.Generator, _: tuple[str, ...]) -> np.ndarray:
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    steps = np.cumsum(rng.normal(0, 14, (int(rng.integers(10, 40)), 2)), axis=0)
    points = np.clip(steps - steps.mean(axis=0) + CANVAS / 2, 8, CANVAS - 8).astype(np.int32)
    cv2.polylines(canvas, [points], bool(rng.random() < 0.3), 255, int(rng.integers(3, 12)), cv2.LINE_AA)
    return _developed(canvas)


def household_pictures(count: int, seed: int = 13) -> np.ndarray:
    """Return drawn mugs, bottles, bowls and spoons, (count, 28, 28) uint8, seen from the side as photos are developed.

    They are to learn from: no figure is measured on them.
    """
    rng = np.random.default_rng(seed)
    kinds = (_mug, _bottle, _bowl, _spoon)
    return np.stack([_thing(kinds[k % len(kinds)], rng) for k in range(count)])


def other_things() -> np.ndarray:
    """Return all pictures that networks learn from as no garment, (n, 28, 28) uint8: those to tune by, and things."""
    return np.concatenate([*ood_pictures("tuning").values(), household_pictures(1_200)])


def _thing(draw: Callable[[np.ndarray, np.random.Generator, int], None], rng: np.random.Generator) -> np.ndarray:
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    draw(canvas, rng, int(rng.integers(90, 256)))
    light = np.linspace(rng.uniform(0.5, 1), rng.uniform(0.5, 1), CANVAS)  # comes from one side
    pixels: np.ndarray = canvas * (light[None] if rng.random() < 0.8 else light[:, None])
    turn = cv2.getRotationMatrix2D((CANVAS / 2, CANVAS / 2), float(rng.normal(0, 8)), 1)
    pixels = cv2.warpAffine(pixels, turn, (CANVAS, CANVAS))
    return _developed(pixels[:, ::-1] if rng.random() < 0.5 else pixels)


def _mug(canvas: np.ndarray, rng: np.random.Generator, shade: int) -> None:
    left, right, top, bottom = 40, int(rng.integers(90, 116)), int(rng.integers(30, 60)), int(rng.integers(110, 135))
    narrower = int(rng.integers(0, 12))
    body = np.array([(left, top), (right, top), (right - narrower, bottom), (left + narrower, bottom)])
    handle = (int(rng.integers(12, 26)), int((bottom - top) * rng.uniform(0.22, 0.36)))
    cv2.ellipse(
        canvas, (right, (top + bottom) // 2), handle, 0, -100, 100, shade, int(rng.integers(6, 14)), cv2.LINE_AA
    )
    cv2.fillPoly(canvas, [body], shade, cv2.LINE_AA)
    middle, radius = ((left + right) // 2, top), ((right - left) // 2, int(rng.integers(3, 12)))
    cv2.ellipse(canvas, middle, radius, 0, 0, 360, int(shade * rng.uniform(0.3, 1)), cv2.FILLED, cv2.LINE_AA)


def _bottle(canvas: np.ndarray, rng: np.random.Generator, shade: int) -> None:
    width, neck, shoulder = int(rng.integers(16, 34)), int(rng.integers(5, 12)), int(rng.integers(45, 75))
    half = np.array([(neck, 12), (neck, shoulder - 18), (width, shoulder + 8), (width, 148)])
    outline = np.concatenate([half, half[::-1] * (-1, 1)]) + np.array((CANVAS // 2, 0))
    cv2.fillPoly(canvas, [outline.astype(np.int32)], shade, cv2.LINE_AA)
    if rng.random() < 0.6:
        label = int(shade * rng.uniform(0.3, 1.2)) % 256
        cv2.rectangle(canvas, (CANVAS // 2 - width, 90), (CANVAS // 2 + width, 125), label, cv2.FILLED)


def _bowl(canvas: np.ndarray, rng: np.random.Generator, shade: int) -> None:
    wide, deep = int(rng.integers(45, 72)), int(rng.integers(20, 60))
    cv2.ellipse(canvas, (CANVAS // 2, 60), (wide, deep), 0, 0, 180, shade, cv2.FILLED, cv2.LINE_AA)
    rim = int(shade * rng.uniform(0.3, 1))
    cv2.ellipse(canvas, (CANVAS // 2, 60), (wide, int(rng.integers(4, 20))), 0, 0, 360, rim, cv2.FILLED, cv2.LINE_AA)


def _spoon(canvas: np.ndarray, rng: np.random.Generator, shade: int) -> None:
    start = (CANVAS // 2, int(rng.integers(35, 50)))
    size = (int(rng.integers(12, 24)), int(rng.integers(20, 34)))
    cv2.ellipse(canvas, start, size, 0, 0, 360, shade, cv2.FILLED, cv2.LINE_AA)
    cv2.line(canvas, start, (CANVAS // 2, 150), shade, int(rng.integers(4, 10)), cv2.LINE_AA)


_DRAW: dict[str, Callable[[np.random.Generator, tuple[str, ...]], np.ndarray]] = {
    "digits": _digit,
    "words": _word,
    "noise": _noise,
    "textures": _texture,
    "shapes": _shape,
    "scribbles": _scribble,
}
