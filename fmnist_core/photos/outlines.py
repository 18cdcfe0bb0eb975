"""Outlines that nobody drew: where several ways of finding a garment agree, they are taken for right.

They teach the segmentation network, and are the yardstick for it. Each way fails on other photos: the fitted
background on patterns, GrabCut (Rother, Kolmogorov and Blake 2004) where garment and background share colours.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from fmnist_core.photos.background import distance_from, estimate_background, find_garment, noise_of
from fmnist_core.photos.decoding import PhotoError
from fmnist_core.photos.segmentation import intersection_over_union

SIDE = 96  # outlines are kept at this size, photos squeezed into a square


@dataclass(frozen=True)
class Outline:
    """One photo and where its garment is.

    Attributes:
        rgb: (96, 96, 3) uint8, squeezed into a square.
        share: (96, 96) float32 0..1, how many ways call the pixel garment.
        agreement: 0..1, the mean intersection over union of the ways, pair by pair.
    """

    rgb: np.ndarray
    share: np.ndarray
    agreement: float


def outline(rgb: np.ndarray) -> Outline:
    """Return where several ways put the garment, (h, w, 3) uint8 any size."""
    small = cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    ways = [_filled_small_holes(way) for way in (_background_way(small), *_grabcut_ways(small)) if way is not None]
    # A way that takes nothing or nearly everything has failed, and is left out.
    ways = [way for way in ways if 0.04 < way.mean() < 0.9]
    if len(ways) < 2:
        return Outline(small, np.full((SIDE, SIDE), 0.5, np.float32), 0.0)
    pairs = [intersection_over_union(a, b) for k, a in enumerate(ways) for b in ways[k + 1 :]]
    return Outline(small, np.mean(np.stack(ways), axis=0).astype(np.float32), float(np.mean(pairs)))


def _background_way(rgb: np.ndarray) -> np.ndarray | None:
    try:
        distance = distance_from(rgb, estimate_background(rgb))
        return find_garment(distance, 1.0, noise_of(distance))
    except PhotoError:
        return None


def _grabcut_ways(rgb: np.ndarray) -> list[np.ndarray]:
    """Return GrabCut from an ellipse in the middle, and from the fitted background."""
    ways = []
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    radius = np.sqrt(x * x + y * y)
    for outer in (0.85,):
        guess = np.where(radius < outer, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
        guess[radius < 0.12] = cv2.GC_FGD
        ways.append(grabcut(rgb, guess))
    start = _background_way(rgb)
    if start is not None:
        ways.append(grabcut(rgb, np.where(start, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)))
    return ways


def grabcut(rgb: np.ndarray, guess: np.ndarray, steps: int = 3) -> np.ndarray:
    """Return GrabCut's mask (h, w) booleans from a guess in its own four values; the outermost rim is background."""
    guess = guess.copy()
    rim = np.ones(guess.shape, bool)
    rim[2:-2, 2:-2] = False
    guess[rim] = cv2.GC_BGD
    if not np.isin(guess, (cv2.GC_FGD, cv2.GC_PR_FGD)).any():
        return np.zeros(guess.shape, bool)
    cv2.setRNGSeed(0)
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    mask, _, _ = cv2.grabCut(  # type: ignore[call-overload]  # the rectangle is not used
        lab, guess, None, np.zeros((1, 65)), np.zeros((1, 65)), steps, cv2.GC_INIT_WITH_MASK
    )
    return np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD))


def _filled_small_holes(mask: np.ndarray) -> np.ndarray:
    """Return the mask without specks and without holes below a hundredth of the picture: prints are cloth."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    clean = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    for value in (1, 0):
        count, parts, facts, _ = cv2.connectedComponentsWithStats((clean == value).astype(np.uint8), connectivity=4)
        small = [k for k in range(1, count) if facts[k, cv2.CC_STAT_AREA] < 0.01 * mask.size]
        clean[np.isin(parts, small)] = 1 - value
    return clean.astype(bool)
