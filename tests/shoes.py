"""A drawn photo of a pair of boots."""

import io

import cv2
import numpy as np
from PIL import Image

from fmnist_core.photos import samples


def pair_of_boots() -> bytes:
    """Return a JPEG of two boots side by side, their heels together."""
    boot = np.asarray(Image.open(io.BytesIO(samples.jpeg("Boot"))).convert("RGB"))
    both = np.concatenate([boot, boot[:, ::-1]], axis=1)
    buffer = io.BytesIO()
    Image.fromarray(cv2.resize(both, (640, 320), interpolation=cv2.INTER_AREA)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
