"""What a person may override of the way from a photo to 28 x 28 pixels."""

from dataclasses import dataclass

POLARITIES = ("auto", "darker than the background", "brighter than the background")


@dataclass(frozen=True)
class Choices:
    """What a person may override.

    Attributes:
        turn: quarter turns clockwise, 0..3, after the EXIF orientation.
        mirror: left and right.
        crop: left, top, right, bottom: shares of the picture cut off, at least a tenth of it left each way.
        polarity: one of `POLARITIES`.
        threshold: 0.3..3; larger takes more of the picture for background.
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


def check(choices: Choices) -> None:
    """Raise ValueError where a choice is out of its range."""
    if choices.polarity not in POLARITIES:
        raise ValueError(f"polarity must be one of {', '.join(POLARITIES)}, received {choices.polarity!r}")
    if choices.part < 0:
        raise ValueError(f"part must be a whole number from 0, received {choices.part}")
    if not 0.3 <= choices.threshold <= 3:
        raise ValueError(f"threshold must be 0.3..3, received {choices.threshold}")
    left, top, right, bottom = choices.crop
    if min(choices.crop) < 0 or max(left + right, top + bottom) > 0.9 + 1e-9:
        raise ValueError(f"crop must be shares from 0 that leave a tenth each way, received {choices.crop}")
