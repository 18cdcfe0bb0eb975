"""The kinds of layers that a visitor stacks: what each does to a shape, its parameters and its arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass

from fmnist_core.data import CLASS_NAMES, SIDE

Shape = tuple[int, ...]  # (rows, columns, channels) of feature maps, or (units,)


class CompositionError(ValueError):
    """A composition that cannot be; the message is a sentence for the person who made it."""


@dataclass(frozen=True)
class Kind:
    """A kind of layer.

    Attributes:
        letter: names it in an address.
        title: names it on the screen.
        number: what its number is, "" for a kind without one.
        usual: the number that a new layer gets.
        low, high: what the number may be; a width has the limit of `Limits` besides.
        meaning: what it does, in a sentence.
    """

    letter: str
    title: str
    meaning: str
    number: str = ""
    usual: int = 0
    low: int = 0
    high: int = 0

    @property
    def example(self) -> str:
        return f"{self.letter}{self.usual or ''} ({self.title.lower()})"


KINDS = {
    kind.letter: kind
    for kind in (
        Kind(
            "c", "Convolution", "Filters of 3 by 3 pixels look for the same detail everywhere.", "filters", 32, 1, 10**9
        ),
        Kind("p", "Pooling", "Keeps the largest of every 2 by 2 values: half the side."),
        Kind("d", "Dense", "Every unit sees all that comes before it.", "units", 64, 1, 10**9),
        Kind(
            "n",
            "Batch normalisation",
            "Shifts and scales its input so that its mean is 0 and its spread 1 over the batch.",
        ),
        Kind("o", "Dropout", "While training, leaves out so many of the values at random.", "percent", 30, 1, 90),
        Kind("r", "Residual pair", "Two convolutions and a shortcut past them."),
        Kind("g", "Global average pooling", "One number a filter: its mean over the picture."),
    )
}


@dataclass(frozen=True)
class Layer:
    """One layer of a composition: a key of `KINDS`, and its number (0 for a kind without one)."""

    kind: str
    number: int = 0

    @property
    def title(self) -> str:
        return KINDS[self.kind].title

    @property
    def text(self) -> str:
        return f"{self.kind}{self.number or ''}"

    @classmethod
    def checked(cls, kind: str, number: str, width: int) -> "Layer":
        """Return a layer whose number is what its kind allows; the usual one for no text.

        Raises:
            CompositionError: it is not.
        """
        facts = KINDS[kind]
        if not facts.number:
            if number:
                raise CompositionError(f"{facts.title} takes no number, received {kind}{number[:12]}.")
            return cls(kind)
        value, high = int(number or facts.usual), min(facts.high, width)
        if not facts.low <= value <= high:
            raise CompositionError(f"{facts.title}: {facts.low} to {high:,} {facts.number}, received {value:,}.")
        return cls(kind, value)


@dataclass(frozen=True)
class Row:
    """What a layer makes of what comes to it, for one picture.

    Attributes:
        title: of the layer.
        shape: that it gives.
        parameters: that it has.
        flops: of its arithmetic; 1 multiply-add = 2 operations, counted for convolutions and dense layers.
        position: in the composition, or None for the pixels, the flattening and the logits, which are always there.
    """

    title: str
    shape: Shape
    parameters: int
    flops: int
    position: int | None = None


def outline(layers: Iterable[Layer]) -> tuple[Row, ...]:
    """Return every layer with its shape, parameters and arithmetic, from the pixels to the logits.

    Raises:
        CompositionError: a layer cannot follow the one before.
    """
    shape: Shape = (SIDE, SIDE, 1)
    rows = [Row("Pixels", shape, 0, 0)]
    for position, layer in enumerate(layers):
        if layer.kind == "d" and len(shape) == 3:
            shape = (shape[0] * shape[1] * shape[2],)
            rows.append(Row("Flatten", shape, 0, 0))
        row = _row(layer, shape, position)
        shape = row.shape
        rows.append(row)
    if len(shape) == 3:
        shape = (shape[0] * shape[1] * shape[2],)
        rows.append(Row("Flatten", shape, 0, 0))
    classes = len(CLASS_NAMES)
    rows.append(Row("Logits", (classes,), (shape[0] + 1) * classes, 2 * shape[0] * classes))
    return tuple(rows)


def _row(layer: Layer, shape: Shape, position: int) -> Row:
    title, where = layer.title, f"layer {position + 1}"
    if layer.kind in "cprg" and len(shape) != 3:
        raise CompositionError(
            f"{title} ({where}) needs feature maps, but after a dense layer or global average pooling there are only "
            "numbers: move it before."
        )
    if layer.kind == "d":
        return Row(title, (layer.number,), (shape[0] + 1) * layer.number, 2 * shape[0] * layer.number, position)
    if layer.kind == "c":
        rows, columns, channels = shape
        weights = 9 * channels * layer.number
        return Row(title, (rows, columns, layer.number), weights + layer.number, 2 * rows * columns * weights, position)
    if layer.kind == "r":
        rows, columns, channels = shape
        weights = 2 * 9 * channels * channels
        return Row(title, shape, weights + 2 * channels, 2 * rows * columns * weights, position)
    if layer.kind == "p":
        rows, columns, channels = shape
        if rows < 2:
            raise CompositionError(
                f"{title} ({where}) would leave nothing: only {rows} by {columns} values come to it. Take it away."
            )
        return Row(title, (rows // 2, columns // 2, channels), 0, 0, position)
    if layer.kind == "g":
        return Row(title, (shape[-1],), 0, 0, position)
    return Row(title, shape, 4 * shape[-1] if layer.kind == "n" else 0, 0, position)  # or dropout
