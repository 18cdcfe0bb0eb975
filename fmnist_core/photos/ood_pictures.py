"""Pictures that are not garments, made here: digits, words, noise, textures, shapes, scribbles.

They measure whether "none of these" is noticed. Two sets share nothing that is random: one to look at while building,
one for the figure alone, drawn with other fonts.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fmnist_core.data import SIDE
from fmnist_core.photos.pipeline import fit, stretch

CANVAS = 160
KINDS = ("digits", "words", "noise", "textures", "shapes", "scribbles")
# Matplotlib brings these fonts along.
FONTS = {
    "tuning": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    "figure": ("DejaVuSerif.ttf", "STIXGeneral.ttf", "cmss10.ttf"),
}


def strangers(purpose: str, per_kind: int = 300) -> dict[str, np.ndarray]:
    """Return pictures that are not garments, by kind, each (n, 28, 28) uint8, resized and stretched as photos are.

    Args:
        purpose: "tuning", to look at while building, or "figure", for the number that is reported.
        per_kind: n.

    Raises:
        ValueError: another purpose.
    """
    if purpose not in FONTS:
        raise ValueError(f"purpose must be one of {', '.join(FONTS)}, received {purpose!r}")
    found = {}
    for number, kind in enumerate(KINDS):
        dice = np.random.default_rng([{"tuning": 11, "figure": 12}[purpose], number])
        found[kind] = np.stack([_DRAW[kind](dice, FONTS[purpose]) for _ in range(per_kind)])
    return found


def _font(dice: np.random.Generator, fonts: tuple[str, ...], size: int) -> ImageFont.FreeTypeFont:
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / str(dice.choice(fonts)), size)


def _developed(canvas: np.ndarray) -> np.ndarray:
    """Trim, fit and stretch as the darkroom does."""
    rows, columns = np.flatnonzero(canvas.max(axis=1) > 20), np.flatnonzero(canvas.max(axis=0) > 20)
    if len(rows) and len(columns):
        canvas = canvas[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return stretch(fit(canvas.astype(np.float32)))


def _write(text: str, dice: np.random.Generator, fonts: tuple[str, ...]) -> np.ndarray:
    canvas = Image.new("L", (CANVAS * 2, CANVAS))
    ImageDraw.Draw(canvas).text((20, 20), text, fill=255, font=_font(dice, fonts, int(dice.integers(50, 90))))
    turned = canvas.rotate(float(dice.uniform(-15, 15)), Image.Resampling.BICUBIC)
    pixels = np.asarray(turned)
    if dice.random() < 0.5:
        pixels = cv2.GaussianBlur(pixels, (0, 0), float(dice.uniform(0.5, 3)))
    return _developed(pixels)


def _digit(dice: np.random.Generator, fonts: tuple[str, ...]) -> np.ndarray:
    return _write(str(dice.integers(10)), dice, fonts)


def _word(dice: np.random.Generator, fonts: tuple[str, ...]) -> np.ndarray:
    letters = dice.choice(list("abcdefghijklmnopqrstuvwxyzABCDEFGHKMNPRSTWX&%?#@"), int(dice.integers(2, 6)))
    return _write("".join(letters), dice, fonts)


def _noise(dice: np.random.Generator, _: tuple[str, ...]) -> np.ndarray:
    pixels: np.ndarray = (
        dice.uniform(0, 255, (SIDE, SIDE)) if dice.random() < 0.5 else dice.normal(128, 60, (SIDE, SIDE))
    )
    if dice.random() < 0.6:
        pixels = cv2.GaussianBlur(pixels, (0, 0), float(dice.uniform(0.4, 2.5)))
        pixels = 255 * (pixels - pixels.min()) / max(np.ptp(pixels), 1.0)
    if dice.random() < 0.3:
        pixels = pixels * (dice.random((SIDE, SIDE)) < dice.uniform(0.1, 0.6))
    return stretch(np.clip(pixels, 0, 255))


def _texture(dice: np.random.Generator, _: tuple[str, ...]) -> np.ndarray:
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    angle, period = dice.uniform(0, np.pi), dice.uniform(3, 14)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    wave = np.sin(2 * np.pi * along / period)
    kind = dice.integers(4)
    if kind == 1:
        wave = wave * np.sin(2 * np.pi * across / period)
    elif kind == 2:
        wave = np.sign(wave)
    elif kind == 3:
        wave = np.sign(wave) * np.sign(np.sin(2 * np.pi * across / period))
    return stretch(127.5 * (1 + wave))


def _shape(dice: np.random.Generator, _: tuple[str, ...]) -> np.ndarray:
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    middle, radius, shade = (CANVAS // 2, CANVAS // 2), int(dice.integers(40, 70)), int(dice.integers(120, 256))
    thick = cv2.FILLED if dice.random() < 0.5 else int(dice.integers(3, 14))
    kind = dice.integers(4)
    if kind == 0:
        cv2.circle(canvas, middle, radius, shade, thick, cv2.LINE_AA)
    elif kind == 1:
        axes = (radius, int(radius * dice.uniform(0.3, 0.9)))
        cv2.ellipse(canvas, middle, axes, float(dice.uniform(0, 180)), 0, 360, shade, thick, cv2.LINE_AA)
    else:
        corners = int(dice.integers(3, 8))
        turns = dice.uniform(0, 2 * np.pi) + np.arange(corners * (2 if kind == 3 else 1)) * 2 * np.pi / corners / (
            2 if kind == 3 else 1
        )
        lengths = np.where(np.arange(len(turns)) % 2, 0.45, 1.0) if kind == 3 else np.ones(len(turns))
        points = np.stack([np.cos(turns), np.sin(turns)], axis=1) * lengths[:, None] * radius + CANVAS / 2
        if thick == cv2.FILLED:
            cv2.fillPoly(canvas, [points.astype(np.int32)], shade, cv2.LINE_AA)
        else:
            cv2.polylines(canvas, [points.astype(np.int32)], True, shade, thick, cv2.LINE_AA)
    return _developed(canvas)


def _scribble(dice: np.random.Generator, _: tuple[str, ...]) -> np.ndarray:
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    steps = np.cumsum(dice.normal(0, 14, (int(dice.integers(10, 40)), 2)), axis=0)
    points = np.clip(steps - steps.mean(axis=0) + CANVAS / 2, 8, CANVAS - 8).astype(np.int32)
    cv2.polylines(canvas, [points], bool(dice.random() < 0.3), 255, int(dice.integers(3, 12)), cv2.LINE_AA)
    return _developed(canvas)


_DRAW: dict[str, Callable[[np.random.Generator, tuple[str, ...]], np.ndarray]] = {
    "digits": _digit,
    "words": _word,
    "noise": _noise,
    "textures": _texture,
    "shapes": _shape,
    "scribbles": _scribble,
}
