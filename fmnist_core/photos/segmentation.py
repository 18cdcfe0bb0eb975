"""Where the garment is, as a small network sees it: colour photo in, probabilities out.

The fitted background of a plain wall gives the sharper outline; this network sees what it cannot: garments on patterns,
on cloth, light on light. Served by LiteRT; `python -m fmnist_core segmenter` trains it.
"""

import threading
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from fmnist_core.networks import manifest, runtime_notes
from fmnist_core.networks.cards import MODELS
from fmnist_core.networks.classifier import ModelError

SEGMENTER = MODELS / "segmenter.tflite"
SIDE = 96  # what the network takes, photos squeezed into a square
MIN_SHARE, MAX_SHARE = 0.005, 0.95  # of the picture: what is smaller or larger was not found
MIN_AGREEMENT = 0.8  # intersection over union from which on the plain background's outline counts, being sharper
MIN_PART = 0.25  # of the largest part: what is smaller is no garment of its own


class Segmenter:
    """The network, safe to share between threads."""

    def __init__(self, path: Path):
        """Load a `.tflite` file that takes `pixels` (1, 96, 96, 3) and gives `logits` (1, 48, 48, 1).

        Raises:
            ModelError: the file is missing, damaged, or of another form.
        """
        self._lock = threading.Lock()
        try:
            with runtime_notes.withheld():
                self._interpreter = Interpreter(model_content=path.read_bytes(), num_threads=1)
                self._interpreter.allocate_tensors()
            self._input = self._interpreter.get_input_details()[0]["index"]
            self._output = self._interpreter.get_output_details()[0]["index"]
            shape = tuple(self._interpreter.get_input_details()[0]["shape"])
        except Exception as cause:  # a damaged file may make LiteRT raise anything
            raise ModelError(f"{path.name}: expected a LiteRT network that finds garments, but {cause}") from cause
        if shape != (1, SIDE, SIDE, 3):
            raise ModelError(f"{path.name}: expected an input of shape (1, {SIDE}, {SIDE}, 3), received {shape}")

    def probabilities(self, rgb: np.ndarray) -> np.ndarray:
        """Return how likely each pixel is garment, (h, w) float32 0..1, edges drawn to those of the photo.

        Args:
            rgb: (h, w, 3) uint8.
        """
        small = cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        with self._lock:
            self._interpreter.set_tensor(self._input, small[None].astype(np.float32))
            self._interpreter.invoke()
            logits = self._interpreter.get_tensor(self._output)[0, ..., 0]
        height, width = rgb.shape[:2]
        coarse = 1 / (1 + np.exp(-cv2.resize(logits, (width, height), interpolation=cv2.INTER_CUBIC)))
        return guided(coarse, rgb, radius=max(2, round(0.02 * max(height, width))))


@cache
def load_segmenter() -> Segmenter | None:
    """Return the network that ships, or None where there is none: garments are then found by their background alone.

    Raises:
        ModelError: its file is damaged, or another one.
    """
    if not SEGMENTER.is_file():
        return None
    manifest.check(SEGMENTER, "and no garment can be found in a photo")
    return Segmenter(SEGMENTER)


def guided(values: np.ndarray, rgb: np.ndarray, radius: int, epsilon: float = 1e-3) -> np.ndarray:
    """Return (h, w) values smoothed within `radius` along the edges of a picture (He, Sun and Tang 2010, grey guide).

    Args:
        values: (h, w) float32 0..1.
        rgb: (h, w, 3) uint8.
        radius: of the windows, pixels.
        epsilon: variance of grey 0..1 below which a window counts as flat.
    """
    guide = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    size = (2 * radius + 1, 2 * radius + 1)

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.blur(x, size)

    values = values.astype(np.float32)
    mean_guide, mean_values = mean(guide), mean(values)
    slope = (mean(guide * values) - mean_guide * mean_values) / (mean(guide * guide) - mean_guide**2 + epsilon)
    offset = mean_values - slope * mean_guide
    return np.clip(mean(slope) * guide + mean(offset), 0, 1)


def garment_of(probabilities: np.ndarray, threshold: float = 1.0) -> np.ndarray | None:
    """Return the mask (h, w) of the garment, or None when the network sees none.

    Args:
        probabilities: (h, w) 0..1.
        threshold: 1 takes a pixel from one half on; larger takes more of the picture for background.
    """
    if np.percentile(probabilities, 99) < 0.8:
        return None
    mask = probabilities > 1 - 0.5**threshold
    parts = parts_of(mask)
    if not parts:
        return None
    whole = np.any(parts, axis=0)
    return whole if MIN_SHARE < whole.mean() < MAX_SHARE else None


def agree(plain: np.ndarray, network: np.ndarray) -> bool:
    """Return whether two masks (h, w) show the same garment."""
    return intersection_over_union(plain, network) >= MIN_AGREEMENT


def intersection_over_union(a: np.ndarray, b: np.ndarray) -> float:
    """Return how much two masks of one shape agree, 0..1; two empty ones agree."""
    union = np.logical_or(a, b).sum()
    return float(np.logical_and(a, b).sum() / union) if union else 1.0


def parts_of(mask: np.ndarray) -> list[np.ndarray]:
    """Return the garments of a mask (h, w) that lie apart, left to right; what is much smaller is left out."""
    count, numbers, facts, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return []
    areas = facts[1:, cv2.CC_STAT_AREA]
    chosen = 1 + np.flatnonzero(areas >= MIN_PART * areas.max())
    return [numbers == k for k in sorted(chosen, key=lambda k: centres[k][0])]
