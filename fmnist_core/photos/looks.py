"""A photo's picture seen several times: as it is, turned a little either way, and each of these mirrored.

How a garment lies in a photo is chance, and the mean over several views depends less on it than one view does
(test-time augmentation: Krizhevsky, Sutskever and Hinton 2012). models/README.md has the figures.
"""

import cv2
import numpy as np

from fmnist_core.data import SIDE
from fmnist_core.evaluation.metrics import log_softmax

DEGREES = (0, -8, 8)
COUNT = 2 * len(DEGREES)
SHARES = np.array([2, 1, 1, 2, 1, 1]) / 8  # of the mean: as the garment lies counts twice


def looks(image: np.ndarray) -> np.ndarray:
    """Return (6, 28, 28) uint8 views of a (28, 28) uint8 picture, the picture itself first."""
    middle = (SIDE - 1) / 2
    turned = [
        cv2.warpAffine(image, cv2.getRotationMatrix2D((middle, middle), degrees, 1), (SIDE, SIDE)) if degrees else image
        for degrees in DEGREES
    ]
    return np.stack([*turned, *(view[:, ::-1] for view in turned)])


def mean_logits(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Return the (10,) logits whose softmax is the mean of the views' probabilities, each with its share.

    Args:
        logits: (6, 10) of the views that `looks` returns.
        temperature: that divides logits before the softmax.
    """
    log_probs = log_softmax(logits, temperature) + np.log(SHARES)[:, None]
    return (temperature * np.logaddexp.reduce(log_probs, axis=0)).astype(np.float32)
