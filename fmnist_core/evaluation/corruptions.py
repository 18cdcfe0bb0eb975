"""Changes to a picture, one strength each: turned, moved, blurred, noisy, covered.

Every function takes one (28, 28) picture or (n, 28, 28) pictures, uint8, and one strength or n of them: one picture
and n strengths give n pictures. What enters the frame from outside is black, as the ground of Fashion-MNIST is.

Source: the corruptions of Hendrycks and Dietterich (2019), arXiv 1903.12261, and the spatial changes of Engstrom et
al. (2019), arXiv 1712.02779, at the size of Fashion-MNIST.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import starmap

import numpy as np

from fmnist_core.data import SIDE

Strength = float | np.ndarray
CENTRE = (SIDE - 1) / 2
MAX_SEED = 99


def rotate(images: np.ndarray, degrees: Strength) -> np.ndarray:
    """Return pictures turned clockwise about their centre, bilinear; 0 changes nothing."""
    images, angle = _checked(images, degrees)
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    # Where a pixel of the result comes from; rows count downwards.
    return _affine(images, cos, -sin, sin, cos, 0.0, 0.0)


def shift(images: np.ndarray, right: Strength = 0.0, down: Strength = 0.0) -> np.ndarray:
    """Return pictures moved by pixels, bilinear between whole ones; what leaves the frame is lost."""
    images, right = _checked(images, right)
    images, down = _checked(images, down)
    return _affine(images, 1.0, 0.0, 0.0, 1.0, -down, -right)


def scale(images: np.ndarray, factor: Strength) -> np.ndarray:
    """Return pictures enlarged about their centre, bilinear; 1 changes nothing.

    Raises:
        ValueError: a factor that is not above 0.
    """
    images, factor = _checked(images, factor, least=1e-3)
    return _affine(images, 1 / factor, 0.0, 0.0, 1 / factor, 0.0, 0.0)


def blur(images: np.ndarray, sigma: Strength) -> np.ndarray:
    """Return pictures under a Gaussian of `sigma` pixels, w(d) ~ exp(-d^2 / 2 sigma^2); 0 changes nothing."""
    images, sigma = _checked(images, sigma, least=0)
    offsets = np.arange(-SIDE, SIDE + 1)
    weights = np.exp(-(offsets**2) / (2 * np.maximum(sigma, 1e-3)[:, None] ** 2))
    weights /= weights.sum(axis=1, keepdims=True)
    places = np.arange(SIDE)
    across = weights[:, places[None, :] - places[:, None] + SIDE]
    return _pixels(across @ images.astype(np.float64) @ across)


def contrast(images: np.ndarray, factor: Strength) -> np.ndarray:
    """Return mean + factor * (pixel - mean), the mean of each picture; 1 changes nothing, 0 leaves one grey."""
    images, factor = _checked(images, factor, least=0)
    mean = images.mean(axis=(1, 2), keepdims=True)
    return _pixels(mean + factor[:, None, None] * (images - mean))


def invert(images: np.ndarray, percent: Strength = 100.0) -> np.ndarray:
    """Return pictures mixed with their negative, pixel + percent / 100 * (255 - 2 pixel); 100 is the negative."""
    images, percent = _checked(images, percent, least=0, most=100)
    return _pixels(images + percent[:, None, None] / 100 * (255 - 2 * images.astype(np.float64)))


def noise(images: np.ndarray, deviation: Strength, seed: int = 0) -> np.ndarray:
    """Return pictures with Gaussian noise added, `deviation` in grey levels.

    One seed gives one pattern a picture, whatever the strength: more noise is more of the same noise.
    """
    images, deviation = _checked(images, deviation, least=0)
    pattern = np.random.default_rng(seed).standard_normal(images.shape)
    return _pixels(images + deviation[:, None, None] * pattern)


def occlude(images: np.ndarray, side: Strength, seed: int = 0) -> np.ndarray:
    """Return pictures with a black square, `side` in pixels, whose centre the seed chooses for each picture.

    Source: DeVries and Taylor (2017), cutout, arXiv 1708.04552.
    """
    images, side = _checked(images, side, least=0)
    centres = np.random.default_rng(seed).integers(SIDE // 4, SIDE - SIDE // 4, (len(images), 2))
    places, low = np.arange(SIDE), centres - np.floor(side / 2)[:, None]
    inside = (places >= low[..., None]) & (places < (low + side[:, None])[..., None])
    return _pixels(np.where(inside[:, 0, :, None] & inside[:, 1, None, :], 0, images))


def _checked(
    images: np.ndarray, strength: Strength, least: float = -np.inf, most: float = np.inf
) -> tuple[np.ndarray, np.ndarray]:
    """Return (n, 28, 28) pictures and (n,) or (1,) strengths.

    Raises:
        ValueError: another shape or type of pictures, or strengths that do not fit.
    """
    if images.dtype != np.uint8 or images.ndim not in (2, 3) or images.shape[-2:] != (SIDE, SIDE):
        raise ValueError(
            f"expected uint8 pictures (28, 28) or (n, 28, 28), received {images.dtype} pictures {images.shape}"
        )
    images = images.reshape(-1, SIDE, SIDE)
    strengths = np.atleast_1d(np.asarray(strength, np.float64))
    if strengths.ndim != 1 or (len(strengths) not in (1, len(images)) and len(images) != 1):
        raise ValueError(f"expected one strength or {len(images)}, received shape {strengths.shape}")
    if not np.isfinite(strengths).all() or (strengths < least).any() or (strengths > most).any():
        raise ValueError(f"expected finite strengths {least:g}..{most:g}, received {np.array2string(strengths)[:60]}")
    return images, strengths


def _affine(images: np.ndarray, rr: Strength, rc: Strength, cr: Strength, cc: Strength, dr: Strength, dc: Strength):
    """Return pictures whose pixel (row, column) is read, bilinear, where the matrix and the offset send it.

    Args:
        images: (n, 28, 28).
        rr, rc, cr, cc: source row = rr * row + rc * column, source column = cr * row + cc * column, from the centre.
        dr, dc: added to the source row and column.
    """
    grid = np.arange(SIDE) - CENTRE

    def source(row: Strength, column: Strength, offset: Strength) -> np.ndarray:
        row, column, offset = (np.reshape(value, (-1, 1, 1)) for value in (row, column, offset))
        # A border of two black pixels stands for everything outside.
        place = row * grid[:, None] + column * grid[None, :] + offset + CENTRE + 2
        return np.clip(np.round(place, 9), 0, SIDE + 2)

    rows, columns = np.broadcast_arrays(source(rr, rc, dr), source(cr, cc, dc))
    top, left = rows.astype(int), columns.astype(int)
    down, along = rows - top, columns - left
    which = np.arange(len(images))[:, None, None]
    padded = np.pad(images.astype(np.float64), ((0, 0), (2, 2), (2, 2)))
    mixed = padded[which, top, left] * (1 - down) * (1 - along) + padded[which, top, left + 1] * (1 - down) * along
    mixed += padded[which, top + 1, left] * down * (1 - along) + padded[which, top + 1, left + 1] * down * along
    return _pixels(mixed)


def _pixels(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Kind:
    """One kind of change, as a slider offers it.

    Attributes:
        name: its key.
        title: in words.
        unit: of the strength.
        low: least strength.
        high: greatest strength.
        neutral: the strength that changes nothing.
        step: between two strengths; all of them are whole steps from `neutral`.
        seeded: whether it draws by a seed.
        change: the function.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    neutral: float
    step: float
    seeded: bool
    change: Callable[..., np.ndarray]

    def apply(self, images: np.ndarray, strength: Strength, seed: int = 0) -> np.ndarray:
        """Return the changed pictures, (n, 28, 28) uint8."""
        return self.change(images, strength, seed) if self.seeded else self.change(images, strength)

    def at(self, steps: int) -> float:
        """Return the strength that lies so many steps from the neutral one."""
        return round(self.neutral + steps * self.step, 6)

    def grid(self, most: int | None = None) -> list[int]:
        """Return all strengths, or at most about `most`, in steps: both ends of the range and the neutral one too."""
        first, last = (round((end - self.neutral) / self.step) for end in (self.low, self.high))
        stride = max(1, -(-(last - first) // (most - 1))) if most else 1
        return sorted({*range(0, last + 1, stride), *range(0, first - 1, -stride), first, last})

    def words(self, strength: float) -> str:
        """Return a strength with its unit."""
        sign = "−" if strength < 0 else ""
        return f"{sign}{abs(strength):g}{'' if self.unit in ('°', '%', '×') else ' '}{self.unit}".strip()


def _shift_down(images: np.ndarray, down: Strength) -> np.ndarray:
    return shift(images, 0.0, down)


# In the order in which several at once are applied: the garment moves, then come lens, light, sensor and cover.
KINDS = {
    kind.name: kind
    for kind in starmap(
        Kind,
        (
            ("scale", "Scale", "×", 0.5, 1.5, 1.0, 0.02, False, scale),
            ("rotate", "Rotate", "°", -180, 180, 0, 1, False, rotate),
            ("right", "Shift right", "px", -14, 14, 0, 1, False, shift),
            ("down", "Shift down", "px", -14, 14, 0, 1, False, _shift_down),
            ("blur", "Blur", "px", 0.0, 4.0, 0.0, 0.1, False, blur),
            ("contrast", "Contrast", "×", 0.0, 3.0, 1.0, 0.05, False, contrast),
            ("invert", "Invert", "%", 0, 100, 0, 1, False, invert),
            ("noise", "Noise", "grey levels", 0, 120, 0, 2, True, noise),
            ("occlude", "Cover", "px", 0, 28, 0, 1, True, occlude),
        ),
    )
}


def perturb(image: np.ndarray, strengths: Mapping[str, float], seed: int = 0) -> np.ndarray:
    """Return one (28, 28) picture under several changes at once, in the order of `KINDS`; others are neutral."""
    for name, kind in KINDS.items():
        strength = strengths.get(name, kind.neutral)
        if strength != kind.neutral:
            image = kind.apply(image, strength, seed)[0]
    return image.reshape(SIDE, SIDE)
