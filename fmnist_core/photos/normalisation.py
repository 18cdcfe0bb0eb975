"""From a garment in a photo to 28 x 28: brightness on black, trimmed, resized, sharpened, centred, stretched."""

import cv2
import numpy as np

from fmnist_core.data import SIDE
from fmnist_core.photos.background import distance_from, grown
from fmnist_core.photos.choices import POLARITIES, Choices

DARKEST = 0.3  # of a garment's cloth, where 1 is its brightest: it stays in sight before black
MIN_SPAN = 0.35  # of the grey scale: cloth of one shade is not stretched to noise
# Photos of less than half the contrast of SPREAD grey levels get more, at most MAX_GAIN times as much.
SPREAD, MIN_GAIN, MAX_GAIN, SMOOTHING = 200, 2.0, 8.0, 1.5
# Undoes the blur of making a picture smaller: least squares over training pictures, enlarged and made small again.
SHARPEN = np.array(
    [
        [0.0, 0.0, 0.035, 0.0, 0.0],
        [0.0, 0.02, -0.175, 0.02, 0.0],
        [0.035, -0.175, 1.48, -0.175, 0.035],
        [0.0, 0.02, -0.175, 0.02, 0.0],
        [0.0, 0.0, 0.035, 0.0, 0.0],
    ],
    np.float32,
)


def spread_out(pixels: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return a photo whose light and dark lie close together with them further apart, and whether that was done.

    A white garment on a white ground: without this, nothing stands out. Noise is smoothed first, so as not to grow.

    Args:
        pixels: (h, w, 4) uint8; one with transparency is left as it is.
    """
    if pixels[..., 3].min() < 255:
        return pixels, False
    rgb = np.ascontiguousarray(pixels[..., :3])
    soft = cv2.GaussianBlur(rgb, (0, 0), SMOOTHING)
    low, high = np.percentile(cv2.cvtColor(soft, cv2.COLOR_RGB2GRAY), (0.5, 99.5))
    gain = min(MAX_GAIN, SPREAD / max(high - low, 1))
    if gain <= MIN_GAIN:
        return pixels, False
    lifted = np.clip((soft.astype(np.float32) - (low + high) / 2) * gain + 128, 0, 255).astype(np.uint8)
    return np.dstack([lifted, pixels[..., 3]]), True


def brightness(rgb: np.ndarray, ground: np.ndarray, mask: np.ndarray, choices: Choices) -> tuple[np.ndarray, bool]:
    """Return the garment bright on black, (h, w) float32 0..255, and whether it was negated.

    On a pale ground darkness counts, 1 - grey / ground; on a dark one brightness, (grey - ground) / (255 - ground):
    uneven light divides out. A garment as bright as its ground, but of another colour, keeps its colour's distance.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    behind = np.maximum(cv2.cvtColor(np.ascontiguousarray(ground), cv2.COLOR_RGB2GRAY), 1.0)
    darker = float(np.median((behind - grey)[mask]))
    negated = darker >= 0 if choices.polarity == "auto" else choices.polarity == POLARITIES[1]
    values = np.clip(1 - grey / behind if negated else (grey - behind) / np.maximum(255 - behind, 1.0), 0, 1)
    if choices.fill:
        inside = mask & (values < 0.35)
        values = np.where(inside, 0.6, values)
    elif float(np.median(values[mask])) < 0.08:
        colour = distance_from(rgb, ground)
        values = np.maximum(values, 0.8 * np.clip(colour / max(float(np.percentile(colour[mask], 98)), 1.0), 0, 1))
    # The garment's edge fades into the ground: a hard cut would be sharpened.
    return (255 * values * grown(mask, 0.008)).astype(np.float32), negated


def bounding_box(mask: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and columns that a mask (h, w) with something in it spans."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def fit(values: np.ndarray) -> np.ndarray:
    """Return (h, w) resized with its longest edge to 28, slightly sharpened, and centred: (28, 28) float32.

    Where the margins cannot be equal the larger one is at the top and the left, as in 997 of 1,000 training pictures.
    """
    height, width = values.shape
    scale = SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    if scale < 1:
        small = cv2.filter2D(small, -1, SHARPEN, borderType=cv2.BORDER_CONSTANT)
    image = np.zeros((SIDE, SIDE), np.float32)
    top, left = (SIDE - size[1] + 1) // 2, (SIDE - size[0] + 1) // 2
    image[top : top + size[1], left : left + size[0]] = small
    return np.clip(image, 0, 255)


def stretch(values: np.ndarray) -> np.ndarray:
    """Return (28, 28) uint8 with its brightest pixels at 255: so are 99 of 100 pictures of the data."""
    top = float(np.percentile(values, 99.7))
    return as_pixels(values * (255 / max(top, 1.0)))


def as_pixels(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def cloth_brightness(grey: np.ndarray, mask: np.ndarray, negated: bool) -> np.ndarray:
    """Return a garment bright on black by its own range of grey, (h, w) float32 0..1; it counts inside the mask alone.

    For photos whose background says nothing of the cloth: the garment's brightest shade becomes 1, its darkest not less
    than `DARKEST`.

    Args:
        grey: (h, w) 0..255.
        mask: (h, w) booleans, not empty.
        negated: dark cloth becomes bright.
    """
    values = (255 - grey if negated else grey).astype(np.float32) / 255
    low, high = np.percentile(values[mask], (3, 97))
    fallen = (high - values) / max(float(high - low), MIN_SPAN)
    return np.clip(1 - (1 - DARKEST) * fallen, 0.5 * DARKEST, 1).astype(np.float32)
