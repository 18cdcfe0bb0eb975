"""From a photo to 28x28, step by step, as the data set was made.

Zalando trimmed each product photo, resized its longest edge to 28, sharpened it, centred it on a square, and negated
the white ground to black (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747). Here the ground may be of any colour, lit
unevenly, or textured: it is estimated from the picture's border and taken away first.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from fmnist_core.data import SIDE
from fmnist_core.photos.decoding import MIN_SIDE, Photo, PhotoError
from fmnist_core.photos.frames import data_picture, frame_is_cut, inside_frame
from fmnist_core.photos.normalisation import cloth_brightness
from fmnist_core.photos.segmentation import agree, garment_of, load_segmenter, parts_of

POLARITIES = ("auto", "darker than the ground", "brighter than the ground")
WORKING_SIDE = 256
# CIE Lab. Clean walls and most simulated photos stray less than this from a fitted background; of 34 photos that people
# took on which the two ways disagree, 2 do.
MAX_CLEAN_NOISE = 3.3
NOTHING = "a garment that stands out from its background was expected, received a picture in which nothing does"
# Undoes the blur of making a picture smaller: least squares over training pictures, enlarged and made small again.
SHARPEN = np.array(
    [
        [0.0, 0.0, 0.035, 0.0, 0.0],
        [0.0, 0.02, -0.175, 0.02, 0.0],
        [0.035, -0.175, 1.48, -0.175, 0.035],
        [0.0, 0.02, -0.175, 0.02, 0.0],
        [0.0, 0.0, 0.035, 0.0, 0.0],
    ],
    np.float32,
)


@dataclass(frozen=True)
class Choices:
    """What a person may override.

    Attributes:
        turn: quarter turns clockwise, 0..3, after the EXIF orientation.
        mirror: left and right.
        crop: left, top, right, bottom: shares of the picture cut off, at least a tenth of it left each way.
        polarity: one of `POLARITIES`.
        threshold: 0.3..3; larger takes more of the picture for ground.
        fill: fill closed outlines, as of a drawing.
        part: 0 for all that was found, else which of several garments, from the left; past the last, the last.
    """

    turn: int = 0
    mirror: bool = False
    crop: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    polarity: str = "auto"
    threshold: float = 1.0
    fill: bool = False
    part: int = 0


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
        negated: whether the garment was darker than the ground.
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
    _check(choices)
    pixels = upright(photo, choices)
    handling = _handling(photo, choices)
    if (own := data_picture(pixels)) is not None:
        words = f"{photo.size[0]} x {photo.size[1]} pixels, {handling}: a picture of the data set itself."
        return Development(own, (Step("As it is", words, own),), bool(pixels[0, 0, 0] > 127))
    kept, whole = inside_frame(pixels), pixels.shape
    if frame_is_cut(kept, pixels.shape):
        pixels = pixels[kept]
        handling += ", the frame round it cut off"
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
    steps.append(Step("Background", "What lies behind the garment, estimated from the border.", _as_pixels(ground)))
    how = "What stands out" if finding.plain else "Found by a network that knows garments"
    words = f"{how}: {share:.0%} of the picture."
    if len(parts) > 1:
        words += f" {len(parts)} things lie apart" + (f"; this is number {choices.part}." if choices.part else ".")
    steps.append(Step("Garment", words, _cut_out(rgb, mask)))
    values, negated = _values(rgb, finding, choices)
    words = "Darker than the background, so negated." if negated else "Brighter than the background: kept so."
    steps.append(Step("Bright on black", words, _as_pixels(values)))
    box = bounding_box(mask)
    trimmed = values[box]
    steps.append(
        Step("Trimmed", f"To the garment: {trimmed.shape[1]} x {trimmed.shape[0]} pixels.", _as_pixels(trimmed))
    )
    small = fit(trimmed)
    steps.append(Step("28 x 28", "The longest edge resized to 28, sharpened, centred.", _as_pixels(small)))
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
    """

    background: np.ndarray
    mask: np.ndarray
    plain: bool


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
        return Finding(*_ground_and_garment(rgb, alpha, choices), plain=True)
    plain = None
    if way != "network":
        try:
            plain = Finding(*_ground_and_garment(rgb, None, choices), plain=True)
        except PhotoError:
            if way == "background":
                raise
    if seen is None and way != "background" and (network := load_segmenter()):
        seen = network.probabilities(rgb)
    mask = None if seen is None or way == "background" else garment_of(seen, choices.threshold)
    if mask is None or (plain is not None and (agree(plain.mask, mask) or _is_clean(rgb, plain))):
        if plain is None:
            raise PhotoError(NOTHING)
        return plain
    return Finding(estimate_ground(rgb, known=~_grown(mask, 0.03)), mask, plain=False)


def _is_clean(rgb: np.ndarray, finding: Finding) -> bool:
    """Return whether what was found before a background stands before a clean one: nothing tells better then."""
    return _noise(_distance(rgb, finding.background), ~_grown(finding.mask, 0.03)) < MAX_CLEAN_NOISE


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


def _ground_and_garment(rgb: np.ndarray, alpha: np.ndarray | None, choices: Choices) -> tuple[np.ndarray, np.ndarray]:
    """Return the ground (h, w, 3) and which pixels are the garment (h, w), at first glance and then with a second look.

    Raises:
        PhotoError: nothing stands out.
    """
    if alpha is not None:
        ground = np.full(rgb.shape, 255, np.float32)
        mask = find_garment(alpha.astype(np.float32), choices.threshold)
    else:
        ground = estimate_ground(rgb)
        distance = _distance(rgb, ground)
        mask = find_garment(distance, choices.threshold, _noise(distance))
        behind = ~_grown(mask, 0.03)
        ground = estimate_ground(rgb, known=behind)
        distance = _distance(rgb, ground)
        mask = find_garment(distance, choices.threshold, _noise(distance, behind))
    return ground, _filled(mask) if choices.fill else mask


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
    scale, margin = pixels.shape[0] / mask.shape[0], 0.4 * longest
    top, left = (max(0, int(scale * (part.start - margin))) for part in (rows, columns))
    bottom, right = (int(np.ceil(scale * (part.stop + margin))) for part in (rows, columns))
    return slice(top, bottom), slice(left, right)


def _handling(photo: Photo, choices: Choices) -> str:
    """Return in words what was done to a photo before anything else."""
    done = [
        words
        for words, so in (
            ("turned by the camera's note", photo.orientation != 1),
            ("turned by hand", choices.turn),
            ("mirrored", choices.mirror),
            ("cropped", any(choices.crop)),
        )
        if so
    ]
    return ", ".join(done) or "as it came"


def _check(choices: Choices) -> None:
    if choices.polarity not in POLARITIES:
        raise ValueError(f"polarity must be one of {', '.join(POLARITIES)}, received {choices.polarity!r}")
    if choices.part < 0:
        raise ValueError(f"part must be a whole number from 0, received {choices.part}")
    if not 0.3 <= choices.threshold <= 3:
        raise ValueError(f"threshold must be 0.3..3, received {choices.threshold}")
    left, top, right, bottom = choices.crop
    if min(choices.crop) < 0 or max(left + right, top + bottom) > 0.9 + 1e-9:
        raise ValueError(f"crop must be shares from 0 that leave a tenth each way, received {choices.crop}")


def upright(photo: Photo, choices: Choices) -> np.ndarray:
    """Return the photo turned, mirrored and cropped, (h, w, 4) uint8."""
    pixels = _ORIENTATIONS[photo.orientation](photo.rgba)
    pixels = np.rot90(pixels, -choices.turn)
    if choices.mirror:
        pixels = pixels[:, ::-1]
    height, width = pixels.shape[:2]
    left, top, right, bottom = choices.crop
    return pixels[_kept(top, bottom, height), _kept(left, right, width)]


def _kept(before: float, after: float, length: int) -> slice:
    """Return what is left of so many pixels when shares are cut off; at least `MIN_SIDE` of them, or all."""
    least = min(MIN_SIDE, length)
    start = min(round(before * length), length - least)
    return slice(start, max(start + least, length - round(after * length)))


def at_working_size(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Return (H, W, 4) pixels made smaller, as (h, w, 3) uint8, and their alpha (h, w) or None."""
    height, width = pixels.shape[:2]
    # What lies hidden under transparency must not shine through: white takes its place before anything is averaged.
    alpha = np.ascontiguousarray(pixels[..., 3])
    rgb = _over_white(pixels[..., :3], alpha) if alpha.min() < 255 else np.ascontiguousarray(pixels[..., :3])
    scale = WORKING_SIDE / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        rgb, alpha = (cv2.resize(values, size, interpolation=cv2.INTER_AREA) for values in (rgb, alpha))
    # A garment cut out by somebody else: its own outline is better than any estimate of ours.
    if np.mean(alpha < 128) < 0.02 or np.mean(alpha >= 128) < 0.005:
        return rgb, None
    return rgb, alpha


_ORIENTATIONS: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: np.rot90(p, -1),
    7: lambda p: p.swapaxes(0, 1)[::-1, ::-1],
    8: lambda p: np.rot90(p, 1),
}


def _over_white(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    share = alpha[..., None] / 255
    return _as_pixels(rgb * share + 255 * (1 - share))


def estimate_ground(rgb: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
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


def _distance(rgb: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Return how far each pixel is from the ground, (h, w) float32, CIE Lab (1976) distance after a slight blur."""
    blurred = cv2.GaussianBlur(rgb, (0, 0), max(0.4, 0.006 * max(rgb.shape[:2])))
    here = cv2.cvtColor(blurred.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    there = cv2.cvtColor(np.ascontiguousarray(ground) / np.float32(255), cv2.COLOR_RGB2LAB)
    return np.linalg.norm(here - there, axis=2).astype(np.float32)


def _noise(distance: np.ndarray, ground: np.ndarray | None = None) -> float:
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


def _grown(mask: np.ndarray, share: float) -> np.ndarray:
    size = max(1, round(share * max(mask.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * size + 1, 2 * size + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)


def _filled(mask: np.ndarray) -> np.ndarray:
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros(mask.shape, np.uint8), outlines, -1, 1, cv2.FILLED).astype(bool)


def brightness(rgb: np.ndarray, ground: np.ndarray, mask: np.ndarray, choices: Choices) -> tuple[np.ndarray, bool]:
    """Return the garment bright on black, (h, w) float32 0..255, and whether it was negated.

    On a pale ground darkness counts, 1 - grey / ground; on a dark one brightness, (grey - ground) / (255 - ground):
    uneven light divides out. A garment as bright as its ground, but of another colour, keeps its colour's distance.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    behind = np.maximum(cv2.cvtColor(np.ascontiguousarray(ground), cv2.COLOR_RGB2GRAY), 1.0)
    darker = float(np.median((behind - grey)[mask]))
    negated = darker >= 0 if choices.polarity == "auto" else choices.polarity == POLARITIES[1]
    values = np.clip(1 - grey / behind if negated else (grey - behind) / np.maximum(255 - behind, 1.0), 0, 1)
    if choices.fill:
        inside = mask & (values < 0.35)
        values = np.where(inside, 0.6, values)
    elif float(np.median(values[mask])) < 0.08:
        colour = _distance(rgb, ground)
        values = np.maximum(values, 0.8 * np.clip(colour / max(float(np.percentile(colour[mask], 98)), 1.0), 0, 1))
    # The garment's edge fades into the ground: a hard cut would be sharpened.
    return (255 * values * _grown(mask, 0.008)).astype(np.float32), negated


def bounding_box(mask: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and columns that a mask (h, w) with something in it spans."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def fit(values: np.ndarray) -> np.ndarray:
    """Return (h, w) resized with its longest edge to 28, slightly sharpened, and centred: (28, 28) float32.

    Where the margins cannot be equal the larger one is at the top and the left, as in 997 of 1,000 training pictures.
    """
    height, width = values.shape
    scale = SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    if scale < 1:
        small = cv2.filter2D(small, -1, SHARPEN, borderType=cv2.BORDER_CONSTANT)
    image = np.zeros((SIDE, SIDE), np.float32)
    top, left = (SIDE - size[1] + 1) // 2, (SIDE - size[0] + 1) // 2
    image[top : top + size[1], left : left + size[0]] = small
    return np.clip(image, 0, 255)


def stretch(values: np.ndarray) -> np.ndarray:
    """Return (28, 28) uint8 with its brightest pixels at 255: so are 99 of 100 pictures of the data."""
    top = float(np.percentile(values, 99.7))
    return _as_pixels(values * (255 / max(top, 1.0)))


def _cut_out(rgb: np.ndarray, mask: np.ndarray) -> np.ndarray:
    faded = (0.25 * rgb + 0.75 * 128).astype(np.uint8)
    return np.where(mask[..., None], rgb, faded)


def _as_pixels(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
