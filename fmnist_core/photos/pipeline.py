"""From a photo to 28x28, step by step, as the data set was made.

Zalando trimmed each product photo, resized its longest edge to 28, sharpened it, centred it on a square, and negated
the white background to black (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747). Here the background may be of any
colour, lit unevenly, or patterned: it is estimated from the picture's border, or a small network finds the garment.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from fmnist_core.photos.background import (
    NOTHING,
    distance_from,
    estimate_background,
    filled,
    find_garment,
    grown,
    noise_of,
)
from fmnist_core.photos.choices import Choices, check
from fmnist_core.photos.decoding import Photo, PhotoError
from fmnist_core.photos.frames import data_picture, frame_is_cut, inside_frame
from fmnist_core.photos.normalisation import (
    as_pixels,
    bounding_box,
    brightness,
    cloth_brightness,
    fit,
    spread_out,
    stretch,
)
from fmnist_core.photos.segmentation import agree, garment_of, load_segmenter, parts_of
from fmnist_core.photos.upright import WORKING_SIDE, at_working_size, handling_in_words, upright

# CIE Lab. Clean walls and most simulated photos stray less than this from a fitted background; of 34 photos that people
# took on which the two ways disagree, 2 do.
MAX_CLEAN_NOISE = 3.3


@dataclass(frozen=True)
class Step:
    """One step of the way.

    Attributes:
        name: what was done.
        words: what came out, one sentence.
        picture: (height, width) or (height, width, 3) uint8.
    """

    name: str
    words: str
    picture: np.ndarray


@dataclass(frozen=True)
class Development:
    """What the darkroom made of a photo.

    Attributes:
        image: (28, 28) uint8, bright on black, as the data set's.
        steps: the way there.
        negated: whether the garment was darker than the background.
        parts: boxes of the garments that were found, left to right: left, top, right, bottom as shares of the photo
            as it was turned and cropped by the choices; a pair of shoes that do not touch is two.
        outlines: (k, 2) float32 each, x and y as such shares: the outline of what became the picture.
    """

    image: np.ndarray
    steps: tuple[Step, ...]
    negated: bool
    parts: tuple[tuple[float, float, float, float], ...] = ()
    outlines: tuple[np.ndarray, ...] = ()


def develop(photo: Photo, choices: Choices | None = None) -> Development:
    """Return the photo as a picture of the data set's kind, with every step of the way.

    Args:
        photo: what `photo.decode` returned.
        choices: what a person overrides.

    Raises:
        PhotoError: nothing stands out from the ground.
        ValueError: choices out of range.
    """
    choices = choices or Choices()
    check(choices)
    pixels = upright(photo, choices)
    handling = handling_in_words(photo, choices)
    if (own := data_picture(pixels)) is not None:
        words = f"{photo.size[0]} x {photo.size[1]} pixels, {handling}: a picture of the data set itself."
        return Development(own, (Step("As it is", words, own),), bool(pixels[0, 0, 0] > 127))
    kept, whole = inside_frame(pixels), pixels.shape
    if frame_is_cut(kept, pixels.shape):
        pixels = pixels[kept]
        handling += ", the frame round it cut off"
    pixels, spread = spread_out(pixels)
    handling += ", its few shades spread out" if spread else ""
    rgb, alpha = at_working_size(pixels)
    steps = [Step("Upright", f"{photo.size[0]} x {photo.size[1]} pixels, {handling}.", rgb)]
    finding = find(rgb, choices, alpha=alpha)
    garments = parts_of(finding.mask)
    if choices.part and garments:
        finding = replace(finding, mask=garments[min(choices.part, len(garments)) - 1])
    share = finding.mask.mean()
    parts = tuple(_as_shares(bounding_box(garment), garment.shape, kept, whole) for garment in garments)
    outlines = tuple(_outline_shares(finding.mask, kept, whole))
    if not choices.part and (closer := _around(finding.mask, pixels)):
        try:
            near, near_alpha = at_working_size(pixels[closer])
            finding = find(near, choices, alpha=near_alpha)
            rgb = near
        except PhotoError:
            pass  # what stood out from afar does not so near: it stays as it was seen from afar
    ground, mask = finding.background, finding.mask
    steps.append(Step("Background", "What lies behind the garment, estimated from the border.", as_pixels(ground)))
    how = "What stands out" if finding.plain else "Found by a network that knows garments"
    words = f"{how}: {share:.0%} of the picture."
    if len(parts) > 1:
        words += f" {len(parts)} things lie apart" + (f"; this is number {choices.part}." if choices.part else ".")
    steps.append(Step("Garment", words, _cut_out(rgb, mask)))
    values, negated = _values(rgb, finding, choices)
    words = "Darker than the background, so negated." if negated else "Brighter than the background: kept so."
    steps.append(Step("Bright on black", words, as_pixels(values)))
    box = bounding_box(mask)
    trimmed = values[box]
    steps.append(
        Step("Trimmed", f"To the garment: {trimmed.shape[1]} x {trimmed.shape[0]} pixels.", as_pixels(trimmed))
    )
    small = fit(trimmed)
    steps.append(Step("28 x 28", "The longest edge resized to 28, sharpened, centred.", as_pixels(small)))
    image = stretch(small)
    steps.append(Step("Levels", "Stretched so that the brightest pixel is white, as in the data.", image))
    return Development(image, tuple(steps), negated, parts, outlines)


def _as_shares(
    box: tuple[slice, slice], shape: tuple[int, ...], kept: tuple[slice, slice], whole: tuple[int, ...]
) -> tuple[float, float, float, float]:
    """Return a box of a mask of `shape`, which shows the part `kept` of a photo of shape `whole`, as shares of it."""
    (top, bottom), (left, right) = (
        ((part.start + (part.stop - part.start) * side.start / size) / full,
         (part.start + (part.stop - part.start) * side.stop / size) / full)
        for side, size, part, full in zip(box, shape, kept, whole, strict=False)
    )  # fmt: skip
    return left, top, right, bottom


def _outline_shares(mask: np.ndarray, kept: tuple[slice, slice], whole: tuple[int, ...]) -> list[np.ndarray]:
    """Return the outer outlines of a mask that shows the part `kept` of a photo of shape `whole`, as shares of it."""
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    scale = [(part.stop - part.start) / size for part, size in zip(kept, mask.shape, strict=True)]
    start = np.array([kept[1].start, kept[0].start])
    full = np.array([whole[1], whole[0]])
    return [((start + (c[:, 0] + 0.5) * scale[::-1]) / full).astype(np.float32) for c in found]


@dataclass(frozen=True)
class Finding:
    """Where the garment is.

    Attributes:
        background: (h, w, 3) float32, what lies behind it.
        mask: (h, w) booleans.
        plain: whether the background alone told; else the network that finds garments did.
        noise: how far what lies around what stands out strays from the fitted background, CIE Lab; infinite where
            nothing stands out.
    """

    background: np.ndarray
    mask: np.ndarray
    plain: bool
    noise: float = np.inf


def find(
    rgb: np.ndarray,
    choices: Choices,
    way: str = "auto",
    alpha: np.ndarray | None = None,
    seen: np.ndarray | None = None,
) -> Finding:
    """Return where the garment is.

    Args:
        rgb: (h, w, 3) uint8.
        choices: threshold and fill count.
        way: "background", what stands out from it; "network", what a network that knows garments sees; "auto", the
            first where both agree, as it has the sharper edge, or where the background is clean, else the second.
        alpha: (h, w) of a garment that was cut out already.
        seen: (h, w) float32 probabilities of garment, where they are known already.

    Raises:
        PhotoError: there is none.
    """
    if alpha is not None or choices.fill:
        return _by_background(rgb, alpha, choices)
    plain = None
    if way != "network":
        try:
            plain = _by_background(rgb, None, choices)
        except PhotoError:
            if way == "background":
                raise
    if seen is None and way != "background" and (network := load_segmenter()):
        seen = network.probabilities(rgb)
    mask = None if seen is None or way == "background" else garment_of(seen, choices.threshold)
    if mask is None or (plain is not None and (agree(plain.mask, mask) or plain.noise < MAX_CLEAN_NOISE)):
        if plain is None:
            raise PhotoError(NOTHING)
        return plain  # before a clean background nothing tells better
    noise = plain.noise if plain else np.inf
    return Finding(estimate_background(rgb, known=~grown(mask, 0.03)), mask, plain=False, noise=noise)


def picture(rgb: np.ndarray, finding: Finding, choices: Choices) -> np.ndarray:
    """Return the garment as a picture of the data set's kind, (28, 28) uint8."""
    values, _ = _values(rgb, finding, choices)
    return stretch(fit(values[bounding_box(finding.mask)]))


def _values(rgb: np.ndarray, finding: Finding, choices: Choices) -> tuple[np.ndarray, bool]:
    """Return the garment bright on black, (h, w) float32 0..255, and whether it was negated."""
    values, negated = brightness(rgb, finding.background, finding.mask, choices)
    if not finding.plain:
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        cloth = cloth_brightness(grey, finding.mask, negated)
        values = 255 * cloth * cv2.GaussianBlur(finding.mask.astype(np.float32), (0, 0), 0.8)
    return values, negated


def _by_background(rgb: np.ndarray, alpha: np.ndarray | None, choices: Choices) -> Finding:
    """Return the garment as what stands out from the background, at first glance and then with a second look.

    Raises:
        PhotoError: nothing stands out.
    """
    if alpha is not None:
        ground, noise = np.full(rgb.shape, 255, np.float32), 0.0
        mask = find_garment(alpha.astype(np.float32), choices.threshold)
    else:
        ground = estimate_background(rgb)
        distance = distance_from(rgb, ground)
        mask = find_garment(distance, choices.threshold, noise_of(distance))
        behind = ~grown(mask, 0.03)
        ground = estimate_background(rgb, known=behind)
        distance = distance_from(rgb, ground)
        mask = find_garment(distance, choices.threshold, noise_of(distance, behind))
        noise = noise_of(distance, ~grown(mask, 0.03))
    return Finding(ground, filled(mask) if choices.fill else mask, plain=True, noise=noise)


def _around(mask: np.ndarray, pixels: np.ndarray) -> tuple[slice, slice] | None:
    """Return the part of `pixels` to look at closer: a small garment with some ground around it; None if it is large.

    Args:
        mask: (h, w) at working size.
        pixels: (H, W, 4) the same picture at full size.
    """
    rows, columns = bounding_box(mask)
    longest = max(rows.stop - rows.start, columns.stop - columns.start)
    if longest > 0.6 * max(mask.shape) or max(pixels.shape) <= WORKING_SIDE:
        return None
    margin = 0.4 * longest

    def at_full_size(part: slice, full: int, working: int) -> slice:  # a thin picture's two scales differ
        scale = full / working
        return slice(max(0, int(scale * (part.start - margin))), int(np.ceil(scale * (part.stop + margin))))

    return (
        at_full_size(rows, pixels.shape[0], mask.shape[0]),
        at_full_size(columns, pixels.shape[1], mask.shape[1]),
    )


def _cut_out(rgb: np.ndarray, mask: np.ndarray) -> np.ndarray:
    faded = (0.25 * rgb + 0.75 * 128).astype(np.uint8)
    return np.where(mask[..., None], rgb, faded)
