"""One photo developed in many ways: turned, cropped, by either way of finding the garment, in either brightness."""

import hashlib
from dataclasses import replace

import cv2
import numpy as np

from fmnist_core.data import SIDE
from fmnist_core.photos import pipeline
from fmnist_core.photos.choices import Choices
from fmnist_core.photos.collection import LabelledPhoto, read_rgb
from fmnist_core.photos.decoding import PhotoError
from fmnist_core.photos.segmentation import garment_of, guided, load_segmenter, parts_of

WORKING_SIDE = 160  # pixels: less than for a visitor's photo, as there are thousands of views
VERSION = 2  # of what is done here: cached views of another version are not used


def views(photo: LabelledPhoto, count: int, seen: np.ndarray | None = None) -> np.ndarray:
    """Return (count, 28, 28) uint8: the photo as it is developed by default first, then in random ways.

    What is random depends on the file's name alone.

    Args:
        photo: which.
        count: how many views.
        seen: (h, w) float32 probabilities of garment at any size, where they are known already.

    Raises:
        DataError: the photo cannot be read.
    """
    rng = np.random.default_rng(list(hashlib.sha256(photo.path.name.encode()).digest()[:8]))
    rgb = read_rgb(photo.path)
    scale = WORKING_SIDE / max(rgb.shape[:2])
    rgb = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if seen is not None:
        seen = guided(cv2.resize(seen, rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR), rgb, radius=4)
    findings = _findings(rgb, seen)
    if not findings:
        return np.zeros((count, SIDE, SIDE), np.uint8)
    images = [_image(rgb, findings[0])]
    while len(images) < count:
        finding = findings[0] if rng.random() < 0.6 else findings[int(rng.integers(len(findings)))]
        if rng.random() < 0.25 and len(parts := parts_of(finding.mask)) > 1:
            finding = replace(finding, mask=parts[int(rng.integers(len(parts)))])
        if rng.random() < 0.25:
            finding = replace(finding, plain=not finding.plain)
        turned, finding = _turned(rgb, finding, _placement(rgb.shape, photo.kind, rng))
        if finding.mask.mean() > 0.003:
            images.append(_image(turned, finding))
    return np.stack(images)


def _findings(rgb: np.ndarray, seen: np.ndarray | None) -> list[pipeline.Finding]:
    """Return where the garment is: by default, then as the network sees it when it is bold and when it is careful."""
    if seen is None and (network := load_segmenter()):
        seen = network.probabilities(rgb)
    try:
        first = pipeline.find(rgb, Choices(), seen=seen)
    except PhotoError:
        return []
    masks = [] if seen is None else [garment_of(seen, threshold) for threshold in (0.6, 1.0, 1.5)]
    return [first, *(pipeline.Finding(first.background, mask, plain=False) for mask in masks if mask is not None)]


def _placement(shape: tuple[int, ...], kind: str, rng: np.random.Generator) -> np.ndarray:
    """Return the (2, 3) matrix of a random turn and place; the frame cuts off a little of one photo in five."""
    height, width = shape[:2]
    quarter = rng.integers(4) if kind == "shoes" or rng.random() < 0.08 else 0
    angle = float(90 * quarter + np.clip(rng.normal(0, 9), -25, 25))
    matrix: np.ndarray = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1), float)
    if kind == "shoes" and rng.random() < 0.5:
        matrix = matrix @ np.array([[-1, 0, width], [0, 1, 0], [0, 0, 1]])
    if rng.random() < 0.2:
        matrix[:, 2] += rng.uniform(-0.15, 0.15, 2) * (width, height)
    return matrix


def _turned(rgb: np.ndarray, finding: pipeline.Finding, matrix: np.ndarray) -> tuple[np.ndarray, pipeline.Finding]:
    size = (rgb.shape[1], rgb.shape[0])

    def turned(values: np.ndarray, border: int) -> np.ndarray:
        return cv2.warpAffine(values, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border)

    mask = turned(finding.mask.astype(np.float32), cv2.BORDER_CONSTANT) > 0.5
    background = turned(finding.background, cv2.BORDER_REPLICATE)
    return turned(rgb, cv2.BORDER_REPLICATE), replace(finding, mask=mask, background=background)


def _image(rgb: np.ndarray, finding: pipeline.Finding) -> np.ndarray:
    return pipeline.picture(rgb, finding, Choices())
