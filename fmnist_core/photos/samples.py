"""A handful of photos of our own making, so that the page is never empty: garments, and one thing that is none."""

import io
from functools import cache

import cv2
import numpy as np
from PIL import Image

SIDE = 480
Shape = list[tuple[float, float]]

_TEE: Shape = [
    (0.36, 0.14), (0.44, 0.19), (0.56, 0.19), (0.64, 0.14), (0.74, 0.19), (0.90, 0.38), (0.80, 0.46), (0.70, 0.38),
    (0.71, 0.88), (0.29, 0.88), (0.30, 0.38), (0.20, 0.46), (0.10, 0.38), (0.26, 0.19),
]  # fmt: skip
_TROUSER: Shape = [
    (0.34, 0.06), (0.66, 0.06), (0.70, 0.50), (0.69, 0.95), (0.55, 0.95), (0.51, 0.40), (0.49, 0.40), (0.45, 0.95),
    (0.31, 0.95), (0.30, 0.50),
]  # fmt: skip
_DRESS: Shape = [
    (0.40, 0.05), (0.44, 0.16), (0.56, 0.16), (0.60, 0.05), (0.65, 0.06), (0.63, 0.28), (0.60, 0.42), (0.72, 0.95),
    (0.28, 0.95), (0.40, 0.42), (0.37, 0.28), (0.35, 0.06),
]  # fmt: skip
_COAT: Shape = [
    (0.40, 0.07), (0.50, 0.12), (0.60, 0.07), (0.72, 0.13), (0.82, 0.45), (0.88, 0.80), (0.78, 0.83), (0.71, 0.52),
    (0.72, 0.95), (0.28, 0.95), (0.29, 0.52), (0.22, 0.83), (0.12, 0.80), (0.18, 0.45), (0.28, 0.13),
]  # fmt: skip
_SNEAKER: Shape = [
    (0.06, 0.66), (0.08, 0.57), (0.20, 0.52), (0.38, 0.44), (0.52, 0.33), (0.60, 0.31), (0.66, 0.37), (0.80, 0.38),
    (0.90, 0.31), (0.94, 0.40), (0.95, 0.62), (0.95, 0.70), (0.06, 0.70),
]  # fmt: skip
_BOOT: Shape = [
    (0.50, 0.12), (0.86, 0.12), (0.84, 0.45), (0.88, 0.70), (0.88, 0.86), (0.70, 0.86), (0.66, 0.81), (0.14, 0.86),
    (0.12, 0.76), (0.20, 0.68), (0.42, 0.60), (0.52, 0.46),
]  # fmt: skip
_BAG: Shape = [(0.14, 0.42), (0.86, 0.42), (0.92, 0.86), (0.08, 0.86)]
_MUG: Shape = [(0.26, 0.22), (0.66, 0.22), (0.64, 0.82), (0.28, 0.82)]

# Shape, colour of the cloth, colour of the ground.
SAMPLES: dict[str, tuple[Shape, tuple[int, int, int], tuple[int, int, int]]] = {
    "T-shirt": (_TEE, (38, 60, 110), (226, 221, 212)),
    "Jeans": (_TROUSER, (52, 74, 112), (238, 238, 236)),
    "Dress": (_DRESS, (150, 34, 52), (214, 224, 222)),
    "Coat": (_COAT, (74, 62, 50), (232, 230, 226)),
    "Sneaker": (_SNEAKER, (236, 236, 232), (44, 52, 60)),
    "Boot": (_BOOT, (66, 44, 32), (222, 214, 200)),
    "Bag": (_BAG, (128, 70, 36), (233, 233, 229)),
    "Not a garment": (_MUG, (60, 120, 116), (235, 231, 224)),
}


@cache
def jpeg(name: str) -> bytes:
    """Return a sample as a JPEG photo."""
    shape, cloth, ground = SAMPLES[name]
    rng = np.random.default_rng(list(SAMPLES).index(name))
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(mask, [_points(shape)], 255, cv2.LINE_AA)
    mask = np.where(cv2.GaussianBlur(mask, (0, 0), 5) > 127, 255, 0).astype(np.uint8)  # cloth has no sharp corners
    marks = _marks(name, mask)
    matte = cv2.GaussianBlur(mask, (0, 0), 1.2).astype(np.float32)[..., None] / 255
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    light = (1 - 0.10 * y - 0.06 * x - 0.05 * (x * x + y * y))[..., None]
    shadow = cv2.GaussianBlur(np.roll(mask, (10, 8), (0, 1)), (0, 0), 14).astype(np.float32)[..., None] / 255
    folds = cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE)), (0, 0), 16) * 5
    weave = rng.normal(0, 0.03, (SIDE, SIDE))
    fabric = np.array(cloth) * (1 + 0.25 * np.clip(folds, -1, 1) + weave + marks)[..., None]
    behind = np.array(ground) * light * (1 - 0.28 * shadow)
    pixels = behind * (1 - matte) + fabric * light * matte + rng.normal(0, 1.5, (SIDE, SIDE, 1))
    buffer = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _points(shape: Shape) -> np.ndarray:
    """Return pixels of a slightly smaller shape in the middle of the picture."""
    return ((np.array(shape) - 0.5) * 0.82 * SIDE + SIDE / 2).astype(np.int32)


def _marks(name: str, mask: np.ndarray) -> np.ndarray:
    """Return seams, soles and handles, as brightness to add; handles join the mask."""
    marks = np.zeros(mask.shape, np.float32)

    def line(points: Shape, depth: float, width: int = 3) -> None:
        cv2.polylines(marks, [_points(points)], False, depth, width, cv2.LINE_AA)

    if name == "Coat":
        line([(0.50, 0.12), (0.50, 0.95)], -0.5)
        line([(0.40, 0.07), (0.46, 0.34), (0.50, 0.40), (0.54, 0.34), (0.60, 0.07)], -0.4)
        line([(0.29, 0.40), (0.29, 0.90)], -0.4)
        line([(0.71, 0.40), (0.71, 0.90)], -0.4)
    elif name == "Jeans":
        line([(0.34, 0.12), (0.66, 0.12)], -0.4)
        line([(0.50, 0.12), (0.50, 0.40)], -0.4)
    elif name == "Dress":
        line([(0.40, 0.42), (0.60, 0.42)], -0.5, 5)
    elif name == "Sneaker":
        line([(0.06, 0.645), (0.95, 0.645)], -0.5, 5)
        for k in range(4):
            line([(0.40 + 0.055 * k, 0.47 - 0.035 * k), (0.46 + 0.055 * k, 0.54 - 0.035 * k)], -0.5)
    elif name == "Boot":
        line([(0.14, 0.80), (0.66, 0.755), (0.88, 0.80)], -0.5, 5)
        for k in range(4):
            line([(0.52, 0.20 + 0.07 * k), (0.62, 0.22 + 0.07 * k)], 0.6)
    elif name == "Bag":
        cv2.ellipse(mask, tuple(_points([(0.5, 0.42)])[0].tolist()), (82, 92), 0, 180, 360, 255, 13, cv2.LINE_AA)
        line([(0.12, 0.54), (0.88, 0.54)], -0.45)
        line([(0.5, 0.54), (0.5, 0.60)], 0.9, 10)
    elif name == "Not a garment":
        cv2.ellipse(mask, tuple(_points([(0.66, 0.50)])[0].tolist()), (52, 66), 0, -90, 90, 255, 20, cv2.LINE_AA)
    return marks
