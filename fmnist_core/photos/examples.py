"""Photos of our own making that show how to take one: three good ones, three bad ones."""

import io
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from PIL import Image

from fmnist_core.photos import samples

SIDE = 240


def _pixels(name: str) -> np.ndarray:
    """Return a sample as (480, 480, 3) uint8."""
    return np.asarray(Image.open(io.BytesIO(samples.jpeg(name))).convert("RGB"))


def _jpeg(pixels: np.ndarray) -> bytes:
    small = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    buffer = io.BytesIO()
    Image.fromarray(small).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


@cache
def _whole(name: str) -> bytes:
    return _jpeg(_pixels(name))


@cache
def _cut_off() -> bytes:
    """Return a garment of which only a part is in the picture."""
    return _jpeg(_pixels("Coat")[150:400, 40:290])


@cache
def _patterned() -> bytes:
    """Return a garment on a quilt of its own colours."""
    pixels = _pixels("T-shirt").astype(np.float32)
    y, x = np.mgrid[: samples.SIDE, : samples.SIDE]
    squares = ((x // 40 + y // 40) % 2)[..., None]
    quilt = np.where(squares, np.array([44.0, 66.0, 116.0]), np.array([206.0, 190.0, 178.0]))
    cloth = (pixels.mean(axis=2) < 140)[..., None]
    return _jpeg(np.where(cloth, pixels, quilt * pixels / 230).clip(0, 255).astype(np.uint8))


@cache
def _slanted() -> bytes:
    """Return a garment seen from the side, in the dark."""
    edge = samples.SIDE
    seen = np.array([[150, 170], [400, 40], [430, 330], [30, 440]], np.float32)
    corners = np.array([[0, 0], [edge, 0], [edge, edge], [0, edge]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, seen)
    flat = cv2.warpPerspective(_pixels("Dress"), turn, (edge, edge), borderMode=cv2.BORDER_REPLICATE)
    return _jpeg((flat * np.linspace(0.5, 0.12, edge)[None, :, None]).astype(np.uint8))


# What each shows, and its JPEG.
GOOD: dict[str, Callable[[], bytes]] = {
    "Spread out flat": lambda: _whole("T-shirt"),
    "On a plain background": lambda: _whole("Dress"),
    "A shoe from its side": lambda: _whole("Sneaker"),
}
BAD: dict[str, Callable[[], bytes]] = {
    "Cut off by the edge": _cut_off,
    "On a pattern": _patterned,
    "At a slant, in the dark": _slanted,
}
