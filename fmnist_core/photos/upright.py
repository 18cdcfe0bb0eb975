"""A photo the right way up: turned, mirrored, cropped, at the size that is worked at."""

from collections.abc import Callable

import cv2
import numpy as np

from fmnist_core.photos.choices import Choices
from fmnist_core.photos.decoding import MIN_SIDE, Photo
from fmnist_core.photos.normalisation import as_pixels

WORKING_SIDE = 256
_ORIENTATIONS: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: np.rot90(p, -1),
    7: lambda p: p.swapaxes(0, 1)[::-1, ::-1],
    8: lambda p: np.rot90(p, 1),
}


def upright(photo: Photo, choices: Choices) -> np.ndarray:
    """Return the photo turned, mirrored and cropped, (h, w, 4) uint8."""
    pixels = _ORIENTATIONS[photo.orientation](photo.rgba)
    pixels = np.rot90(pixels, -choices.turn)
    if choices.mirror:
        pixels = pixels[:, ::-1]
    height, width = pixels.shape[:2]
    left, top, right, bottom = choices.crop
    return pixels[_kept(top, bottom, height), _kept(left, right, width)]


def _kept(before: float, after: float, length: int) -> slice:
    """Return what is left of so many pixels when shares are cut off; at least `MIN_SIDE` of them, or all."""
    least = min(MIN_SIDE, length)
    start = min(round(before * length), length - least)
    return slice(start, max(start + least, length - round(after * length)))


def at_working_size(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Return (H, W, 4) pixels made smaller, as (h, w, 3) uint8, and their alpha (h, w) or None."""
    height, width = pixels.shape[:2]
    # What lies hidden under transparency must not shine through: white takes its place before anything is averaged.
    alpha = np.ascontiguousarray(pixels[..., 3])
    rgb = _over_white(pixels[..., :3], alpha) if alpha.min() < 255 else np.ascontiguousarray(pixels[..., :3])
    scale = WORKING_SIDE / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        rgb, alpha = (cv2.resize(values, size, interpolation=cv2.INTER_AREA) for values in (rgb, alpha))
    # A garment cut out by somebody else: its own outline is better than any estimate of ours.
    if np.mean(alpha < 128) < 0.02 or np.mean(alpha >= 128) < 0.005:
        return rgb, None
    return rgb, alpha


def _over_white(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    share = alpha[..., None] / 255
    return as_pixels(rgb * share + 255 * (1 - share))


def handling_in_words(photo: Photo, choices: Choices) -> str:
    """Return in words what was done to a photo before anything else."""
    done = [
        words
        for words, so in (
            ("turned by the camera's note", photo.orientation != 1),
            ("turned by hand", choices.turn),
            ("mirrored", choices.mirror),
            ("cropped", any(choices.crop)),
        )
        if so
    ]
    return ", ".join(done) or "as it came"
