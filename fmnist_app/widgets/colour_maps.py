"""Arrays become small colour pictures: evidence over a garment, filters, feature maps."""

import numpy as np
from PIL import Image

FOR, AGAINST = np.array([61.0, 118.0, 255.0]), np.array([255.0, 138.0, 48.0])
ZOOM = 16


def overlay(image: np.ndarray, values: np.ndarray, strength: float) -> Image.Image:
    """Return the picture, every pixel crisp, under smoothly enlarged evidence: blue for, orange against.

    Args:
        image: (28, 28) uint8.
        values: (rows, columns) numbers of any size; the largest magnitude gets the full colour.
        strength: of the colours, 0..1.
    """
    side = len(image) * ZOOM
    scaled = values / max(float(np.abs(values).max()), 1e-12)
    smooth = Image.fromarray(scaled.astype(np.float32)).resize((side, side), Image.Resampling.BILINEAR)
    depth = np.asarray(smooth)[..., None]
    grey = np.kron(image, np.ones((ZOOM, ZOOM)))[..., None]
    share = np.clip(np.abs(depth), 0, 1) * strength
    colours = np.where(depth > 0, FOR, AGAINST)
    return Image.fromarray((grey * (1 - share) + colours * share).astype(np.uint8))


def tile(values: np.ndarray, signed: bool, scale: tuple[float, float] | None = None) -> Image.Image:
    """Return (rows, columns) numbers as a picture of as many pixels.

    Args:
        values: numbers of any size.
        scale: what counts as the least and the largest; by default the numbers' own.
        signed: blue for positive and orange for negative on white; else black to white from the least to the largest.
    """
    if signed:
        scaled = (values / max(float(np.abs(values).max()), 1e-12))[..., None]
        return Image.fromarray((255 + (np.where(scaled > 0, FOR, AGAINST) - 255) * np.abs(scaled)).astype(np.uint8))
    low, high = scale or (float(values.min()), float(values.max()))
    return Image.fromarray((255 * (values - low) / max(high - low, 1e-12)).astype(np.uint8))
