"""Compositions to begin with: what works, and what goes wrong in an instructive way."""

from dataclasses import dataclass

from fmnist_core.composing.composition import Composition, parse


@dataclass(frozen=True)
class Preset:
    """A composition with what there is to see in it.

    Attributes:
        title: names it.
        lesson: what to watch for, in a sentence.
        composition: to train.
    """

    title: str
    lesson: str
    composition: Composition


PRESETS = {
    "convolutional": Preset(
        "First convolutional network",
        "Filters and pooling before the dense layer: better than the plain network, with about as many parameters.",
        parse({"net": "c16-p-c32-p-d64", "epochs": "10"}),
    ),
    "plain": Preset(
        "Plain network",
        "One hidden layer of 128 units, as in TensorFlow's first tutorial.",
        parse({"net": "d128", "epochs": "10"}),
    ),
    "softmax": Preset(
        "Softmax regression",
        "No hidden layer: one weight for each pixel and class. The curves soon stop rising.",
        parse({"net": "", "epochs": "10"}),
    ),
    "too-large": Preset(
        "Too large for its data",
        "Half a million parameters, 300 pictures: the training curve climbs to 100 %, the held-out one stays behind.",
        parse({"net": "d512-d256", "pictures": "300", "batch": "32", "epochs": "30"}),
    ),
    "too-small": Preset(
        "Too small",
        "Two units between pixels and classes: it cannot even learn its training pictures.",
        parse({"net": "d2", "epochs": "10"}),
    ),
    "too-fast": Preset(
        "Learning rate too high",
        "Every step overshoots: the loss jumps about instead of falling.",
        parse({"net": "d128", "optimiser": "Momentum", "rate": "1", "epochs": "10"}),
    ),
}
