"""What lies round a photo and is no part of it: bars, borders, window edges, rounded corners, axes with ticks."""

import cv2
import numpy as np

SAME = 14  # grey levels in every channel within which pixels have the frame's colour
UNIFORM = 0.72  # share of a line that has the frame's colour: ticks and labels take the rest
EDGE = 0.9  # share of the inner edge that must differ from the frame
MAX_CUT = 0.42  # of a side
MIN_LEFT = 8  # pixels of a side that stay, however many borders lie in each other


def inside_frame(rgba: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and columns of the photo inside its frame; all of them where there is none.

    A frame ends, on each side that has it, in one straight line along which the picture differs from the frame's
    colour: a garment on a plain background never does so over its whole length.

    Args:
        rgba: (h, w, 4) uint8.
    """
    height, width = rgba.shape[:2]
    if min(height, width) < 24 or rgba[..., 3].min() < 250:
        return slice(0, height), slice(0, width)
    rgb = rgba[..., :3].astype(np.int16)
    top, bottom, left, right = _box(rgb)
    for _ in range(3):  # a border within a window within a bar
        before = top, bottom, left, right
        for _ in range(2):  # the sides' ends are hidden by each other's frames at first
            part = rgb[top:bottom, left:right]
            above, below = _depth(part), _depth(part[::-1])
            top, bottom = top + above, bottom - below
            part = rgb[top:bottom, left:right].swapaxes(0, 1)
            before_it, after_it = _depth(part), _depth(part[::-1])
            left, right = left + before_it, right - after_it
        if min(bottom - top, right - left) < MIN_LEFT:
            top, bottom, left, right = before
        if (top, bottom, left, right) == before:
            break
    corner = _rounding(rgb[top:bottom, left:right])
    if min(bottom - top, right - left) - 2 * corner < MIN_LEFT:
        corner = 0
    return slice(top + corner, bottom - corner), slice(left + corner, right - corner)


def _box(rgb: np.ndarray) -> tuple[int, int, int, int]:
    """Return top, bottom, left and right of a rectangle that fills its place in a frame of one colour, (h, w, 3) int16.

    All of the picture where there is none. Ticks and labels may stand in the frame. The rectangle's edges must be
    straight, sharp and without rounded corners: a bag that fills its photo is no picture in a frame.
    """
    height, width = rgb.shape[:2]
    whole = 0, height, 0, width
    colour = np.median(np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]]), axis=0)
    inside = np.abs(rgb - colour).max(axis=2) > SAME
    rows, columns = (np.flatnonzero(inside.mean(axis=axis) >= 0.5) for axis in (1, 0))
    if len(rows) < 16 or len(columns) < 16:
        return whole
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    if (top, bottom, left, right) == whole:
        return whole
    outside = np.ones((height, width), bool)
    outside[top:bottom, left:right] = False
    if inside[outside].mean() > 1 - UNIFORM:
        return whole
    box = inside[top:bottom, left:right]
    corners = [box[0, 0], box[0, -1], box[-1, 0], box[-1, -1]]
    edges = [
        (top > 0, box[0], inside[max(top - 3, 0), left:right]),
        (bottom < height, box[-1], inside[min(bottom + 2, height - 1), left:right]),
        (left > 0, box[:, 0], inside[top:bottom, max(left - 3, 0)]),
        (right < width, box[:, -1], inside[top:bottom, min(right + 2, width - 1)]),
    ]
    sharp = all(within.mean() >= EDGE and beyond.mean() <= 1 - UNIFORM for there, within, beyond in edges if there)
    if not (sharp and all(corners)):
        return whole
    # The line of axes goes with the frame, and so does the soft edge of a picture that was made smaller.
    cut = 3
    return (
        int(top + cut * (top > 0)), int(bottom - cut * (bottom < height)),
        int(left + cut * (left > 0)), int(right - cut * (right < width)),
    )  # fmt: skip


def _depth(rgb: np.ndarray) -> int:
    """Return how many of the first rows are frame, (h, w, 3) int16; 0 where they are none."""
    height, width = rgb.shape[:2]
    limit = int(MAX_CUT * height)
    if limit < 1 or width < 16:
        return 0
    colour = np.median(rgb[0], axis=0)
    framed = np.abs(rgb[: limit + 3] - colour).max(axis=2) <= SAME
    share = framed.mean(axis=1)
    uniform = share >= UNIFORM
    if not uniform[0]:
        return 0
    # The edge: the first row after which the frame's colour is all but gone, and does not come back.
    gone = np.flatnonzero(share <= 1 - EDGE)
    if not len(gone) or gone[0] > limit:
        return 0
    edge = int(gone[0])
    if edge > 0 and not uniform[: max(1, edge - 3)].all():
        return 0
    # A soft edge takes a row or two; a thin line of axes belongs to the frame.
    line = rgb[edge]
    following = rgb[min(edge + 2, height - 1)]
    if np.ptp(line, axis=0).max() < 12 and np.abs(line - following).max(axis=1).mean() > 25:
        edge += 1
    return edge + (1 if edge else 0)


def _rounding(rgb: np.ndarray) -> int:
    """Return how many pixels to cut off all round so that rounded corners of one colour are gone."""
    height, width = rgb.shape[:2]
    reach = int(0.12 * min(height, width))
    if reach < 3:
        return 0
    corners = [rgb[0, 0], rgb[0, -1], rgb[-1, 0], rgb[-1, -1]]
    if np.abs(np.stack(corners) - corners[0]).max() > SAME:
        return 0
    radii = []
    for flip_y in (1, -1):
        for flip_x in (1, -1):
            square = rgb[::flip_y, ::flip_x][:reach, :reach]
            same = np.abs(square - corners[0]).max(axis=2) <= SAME
            along, down = (_run(same[0]), _run(same[:, 0]))
            diagonal = _run(np.diagonal(same))
            if not (2 <= along < reach and 2 <= down < reach and abs(along - down) <= max(2, 0.3 * along)):
                return 0
            if not 0.12 * along <= diagonal <= 0.55 * along + 1:
                return 0
            radii.append(max(along, down))
    return int(np.ceil(0.32 * max(radii))) + 1


def _run(values: np.ndarray) -> int:
    """Return how many of the first values are true."""
    return int(np.argmin(values)) if not values.all() else len(values)


def frame_is_cut(kept: tuple[slice, slice], shape: tuple[int, ...]) -> bool:
    """Return whether anything of a picture of this shape was left out."""
    return (kept[0].stop - kept[0].start, kept[1].stop - kept[1].start) != shape[:2]


def data_picture(rgba: np.ndarray) -> np.ndarray | None:
    """Return the (28, 28) uint8 picture of the data set that this is, or None.

    It may be negated (dark on white), and enlarged by a whole factor, smoothly or not.

    Args:
        rgba: (h, w, 4) uint8.
    """
    from PIL import Image

    side = 28
    height, width = rgba.shape[:2]
    if height != width or height % side or rgba[..., 3].min() < 255:
        return None
    grey = rgba[..., 0]
    if np.abs(rgba[..., :3].astype(np.int16) - grey[..., None]).max() > 2:
        return None
    factor = height // side
    small = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    if factor > 1:
        blocks = np.kron(np.rint(small), np.ones((factor, factor)))
        if np.abs(blocks - grey).mean() > 0.5:
            target = small.copy()
            for _ in range(8):  # undo what the smooth enlargement took from the means
                enlarged = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
                again = np.clip(np.asarray(enlarged), 0, 255)
                small = np.clip(small + target - again.reshape(side, factor, side, factor).mean(axis=(1, 3)), 0, 255)
            if np.abs(again - grey).mean() > 4:
                return None
    picture = np.rint(small).astype(np.uint8)
    black, white = (picture <= 1).mean(), (picture >= 254).mean()
    if max(black, white) < 0.08:
        return None
    return picture if black >= white else 255 - picture
