"""Brightness of cloth, whatever lies behind it."""

import numpy as np

DARKEST = 0.3  # of a garment's cloth, where 1 is its brightest: it stays in sight before black
MIN_SPAN = 0.35  # of the grey scale: cloth of one shade is not stretched to noise


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
