"""What lies behind a garment, fitted from the photo itself, and what stands out from it."""

import cv2
import numpy as np

from fmnist_core.photos.errors import PhotoError

NOTHING = "a garment that stands out from its background was expected, received a picture in which nothing does"


def estimate_background(rgb: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
    """Return the ground behind the garment, (h, w, 3) float32: a quadratic surface for each channel.

    Fitted by iteratively reweighted least squares, so that a garment that touches the border does not count. First to
    the border alone, then, where it is `known`, to all of the ground.

    Args:
        rgb: (h, w, 3) uint8.
        known: (h, w) booleans, or None for the border.
    """
    height, width = rgb.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    if known is None or known.mean() < 0.05:
        known = _border(height, width)
    places = np.flatnonzero(known)
    places = places[:: max(1, len(places) // 4000)]
    samples = rgb.reshape(-1, 3)[places].astype(np.float64)
    design = terms.reshape(-1, 6)[places]
    weights = _dominant(samples, design)
    for step in range(12):
        # Straight first, curved once the outliers are known.
        used = design[:, : 3 if step < 4 else 6]
        weighed = used * weights[:, None]
        # The normal equations: six unknowns within -1..1 are well conditioned.
        solution = np.linalg.lstsq(weighed.T @ used, weighed.T @ samples, rcond=None)[0]
        errors = np.linalg.norm(samples - used @ solution, axis=1)
        spread = max(1.4826 * float(np.median(errors[weights > 0.1])) if (weights > 0.1).any() else 1.0, 2.0)
        weights = np.clip(1 - (errors / (4.5 * spread)) ** 2, 0, None) ** 2 + 1e-6
    surface = terms @ solution
    low, high = samples.min(axis=0), samples.max(axis=0)
    return np.clip(surface, low, high).astype(np.float32)


def _border(height: int, width: int) -> np.ndarray:
    ring = max(1, round(0.03 * max(height, width)))
    border = np.ones((height, width), bool)
    border[ring:-ring, ring:-ring] = False
    return border


def _dominant(samples: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Return first weights: 1 for samples like most of the others, corners counting more than the middles."""
    corner = (np.abs(design[:, 1]) > 0.6) & (np.abs(design[:, 2]) > 0.6)
    counts = np.where(corner, 3.0, 1.0)
    if len(samples) < 8:
        return counts
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    cv2.setRNGSeed(0)
    labels = np.zeros((len(samples), 1), np.int32)
    _, found, centres = cv2.kmeans(samples.astype(np.float32), 2, labels, criteria, 2, cv2.KMEANS_PP_CENTERS)
    cluster = found.ravel()
    if np.linalg.norm(centres[0] - centres[1]) < 40:  # one ground, a little uneven
        return counts
    larger = int(counts[cluster == 1].sum() > counts[cluster == 0].sum())
    return np.where(cluster == larger, counts, 1e-3)


def distance_from(rgb: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Return how far each pixel is from the ground, (h, w) float32, CIE Lab (1976) distance after a slight blur."""
    blurred = cv2.GaussianBlur(rgb, (0, 0), max(0.4, 0.006 * max(rgb.shape[:2])))
    here = cv2.cvtColor(blurred.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    there = cv2.cvtColor(np.ascontiguousarray(ground) / np.float32(255), cv2.COLOR_RGB2LAB)
    return np.linalg.norm(here - there, axis=2).astype(np.float32)


def noise_of(distance: np.ndarray, ground: np.ndarray | None = None) -> float:
    """Return how far the ground itself strays from its estimate."""
    if ground is None or ground.sum() < 30:
        ground = _border(*distance.shape)
    values = distance[ground]
    return float(np.median(values) + 1.4826 * np.median(np.abs(values - np.median(values))))


def find_garment(distance: np.ndarray, threshold: float = 1.0, noise: float = 0.0) -> np.ndarray:
    """Return which pixels are the garment, (h, w) booleans.

    Otsu's threshold (1979) on the distance from the ground, above the ground's own noise; specks are dropped.

    Args:
        distance: (h, w) float32 from the ground.
        threshold: factor on Otsu's.
        noise: how far the ground itself strays.

    Raises:
        PhotoError: nothing stands out.
    """
    top = float(np.percentile(distance, 99.7))
    if top < max(6.0, 2.2 * noise):
        raise PhotoError(NOTHING)
    scaled = np.clip(255 * distance / top, 0, 255).astype(np.uint8)
    otsu, _ = cv2.threshold(scaled, 0, 255, cv2.THRESH_OTSU)
    limit = max(0.62 * otsu * top / 255, 1.6 * noise, 4.0) * threshold
    mask: np.ndarray = (distance > limit).astype(np.uint8)
    side = max(distance.shape)
    if side > 64:
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
        size = max(3, round(0.015 * side) | 1)
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    mask = _without_specks(mask)
    if not mask.any():
        raise PhotoError(NOTHING)
    return mask


def _without_specks(mask: np.ndarray) -> np.ndarray:
    """Return the largest part and those not much smaller: a pair of shoes has two."""
    count, parts, facts, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return np.zeros(mask.shape, bool)
    areas = facts[1:, cv2.CC_STAT_AREA]
    return np.isin(parts, 1 + np.flatnonzero(areas >= 0.08 * areas.max()))


def grown(mask: np.ndarray, share: float) -> np.ndarray:
    size = max(1, round(share * max(mask.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * size + 1, 2 * size + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)


def filled(mask: np.ndarray) -> np.ndarray:
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros(mask.shape, np.uint8), outlines, -1, 1, cv2.FILLED).astype(bool)
