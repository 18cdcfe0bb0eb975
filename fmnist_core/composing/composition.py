"""A composition: layers and training settings as one frozen record, to and from the text of an address."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fmnist_core.composing.layers import KINDS, CompositionError, Layer, Row, outline
from fmnist_core.composing.limits import Limits
from fmnist_core.sample import TRAINING

ACTIVATIONS = ("ReLU", "GELU", "Tanh", "Sigmoid")
OPTIMISERS = ("Adam", "SGD", "Momentum")
SCHEDULES = ("Constant", "Falling", "Warm-up")
RATES = ("0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3")
BATCHES = ("16", "32", "64", "128", "256")
AUGMENTATIONS = ("None", "Mirror", "Mirror and shift", "Mirror, shift and erase")
SMOOTHINGS = ("0", "0.05", "0.1", "0.2")
WRONG = ("0", "10", "20", "40", "80")
NO_LAYERS = "none"
ALL = 55_000
PICTURES = ("100", "300", "1000", "3000", str(TRAINING), str(ALL))
# What each setting may be, as the screen says it too; the others are the layers and the epochs.
CHOICES: dict[str, tuple[str, ...]] = {
    "activation": ACTIVATIONS,
    "optimiser": OPTIMISERS,
    "rate": RATES,
    "schedule": SCHEDULES,
    "batch": BATCHES,
    "augmentation": AUGMENTATIONS,
    "smoothing": SMOOTHINGS,
    "pictures": PICTURES,
    "wrong": WRONG,
}


@dataclass(frozen=True)
class Composition:
    """A network and how it is trained.

    Attributes:
        layers: between the pixels and the ten logits.
        activation: after each dense layer and convolution.
        optimiser: `Adam`, `SGD`, or `Momentum` (SGD with Nesterov momentum 0.9).
        rate: highest learning rate.
        schedule: `Constant`, `Falling` (linearly to nothing), or `Warm-up` (climbing for 15 % of the run, then
            falling).
        batch: pictures a step.
        epochs: passes over the training pictures.
        augmentation: what is done at random to each training picture.
        smoothing: share of the target spread over all classes.
        pictures: training pictures.
        wrong: per cent of the training labels that are made wrong.
    """

    layers: tuple[Layer, ...] = field(default=())
    activation: str = "ReLU"
    optimiser: str = "Adam"
    rate: str = "0.001"
    schedule: str = "Constant"
    batch: str = "64"
    epochs: int = 10
    augmentation: str = "None"
    smoothing: str = "0"
    pictures: str = str(TRAINING)
    wrong: str = "0"

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every layer with its shape, parameters and arithmetic, from the pixels to the logits."""
        return outline(self.layers)

    @property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @property
    def flops(self) -> int:
        """Arithmetic of one picture's way through the network: 1 multiply-add = 2 operations."""
        return sum(row.flops for row in self.rows)

    def to_address(self) -> dict[str, str]:
        """Return the text of every setting that is not the usual one, and of the layers."""
        usual = Composition()
        chosen = {name: str(getattr(self, name)) for name in (*CHOICES, "epochs")}
        return {"net": self.net} | {name: text for name, text in chosen.items() if text != str(getattr(usual, name))}

    @property
    def changes(self) -> tuple[str, ...]:
        """What augmentation does: of `mirror`, `shift` and `erase` those that it names."""
        return tuple(word for word in ("mirror", "shift", "erase") if word in self.augmentation.lower())

    @property
    def net(self) -> str:
        """The layers as text, for example `c16-p-c32-p-d64`; `none` where there are none."""
        return net_text(self.layers)

    def differences(self, other: "Composition") -> list[str]:
        """Return, in words, what is otherwise than in another composition."""
        found = [] if self.layers == other.layers else [f"layers {self.net}"]
        names = (name for name in (*CHOICES, "epochs") if getattr(self, name) != getattr(other, name))
        return found + [f"{name} {getattr(self, name)}" for name in names]

    def warnings(self) -> list[str]:
        """Return, in sentences, what will work but not well."""
        found = []
        if self.parameters > 1000 * int(self.pictures):
            found.append(
                f"{self.parameters:,} parameters for {int(self.pictures):,} pictures: it can learn them by heart, and "
                "will do worse on others."
            )
        if self.optimiser == "Adam" and float(self.rate) >= 0.03:
            found.append(f"A learning rate of {self.rate} is high for Adam: the loss may jump about.")
        if self.optimiser != "Adam" and float(self.rate) >= 1:
            found.append(f"A learning rate of {self.rate} is high: the loss may grow without end.")
        return found


def parse(address: Mapping[str, str], limits: Limits | None = None) -> Composition:
    """Return the composition that an address names; what it does not name is as usual.

    Args:
        address: `net`, `epochs` and the keys of `CHOICES`, as text; other keys are left alone.
        limits: what it may take; without them, the usual ones.

    Raises:
        CompositionError: something cannot be; the message says in a sentence what was expected and what came.
    """
    limits = limits or Limits()
    chosen: dict = {"layers": parse_layers(address.get("net", ""), limits)}
    chosen["epochs"] = min(Composition.epochs, limits.epochs)
    for name, allowed in CHOICES.items():
        if name in address:
            if address[name] not in allowed:
                raise CompositionError(
                    f"The {name} must be one of {', '.join(allowed)}, received {address[name][:40]!r}."
                )
            chosen[name] = address[name]
    if "epochs" in address:
        text = address["epochs"]
        if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= limits.epochs:
            raise CompositionError(f"The epochs must be a whole number 1..{limits.epochs}, received {text[:40]!r}.")
        chosen["epochs"] = int(text)
    composition = Composition(**chosen)
    if int(composition.batch) > int(composition.pictures):
        raise CompositionError(
            f"A batch of {composition.batch} pictures cannot be taken from {composition.pictures}: take a smaller "
            "batch or more pictures."
        )
    if composition.parameters > limits.parameters:
        raise CompositionError(
            f"This network has {composition.parameters:,} parameters, at most {limits.parameters:,} can be trained "
            "here: make a layer narrower, or put a pooling layer before the first dense layer."
        )
    return composition


def parse_layers(text: str, limits: Limits | None = None) -> tuple[Layer, ...]:
    """Return the layers that text such as `c16-p-c32-p-d64` names; none for empty text and for `none`.

    Raises:
        CompositionError: as `parse`.
    """
    limits = limits or Limits()
    if text.strip().lower() == NO_LAYERS:
        return ()
    words = [word for word in re.split(r"[-\s,]+", text.strip().lower()) if word] if len(text) <= 4000 else ["?"] * 999
    if len(words) > limits.layers:
        raise CompositionError(f"At most {limits.layers} layers can be stacked here, received {len(words):,}.")
    layers = []
    for word in words:
        found = re.fullmatch(r"([a-z])([0-9]{0,12})", word)
        if found is None or found[1] not in KINDS:
            raise CompositionError(
                f"Each layer must be one of {', '.join(k.example for k in KINDS.values())}, received {word[:20]!r}."
            )
        layers.append(Layer.checked(found[1], found[2], limits.width))
    return tuple(layers)


def net_text(layers: Iterable[Layer]) -> str:
    """Return layers as the text that `parse_layers` reads."""
    return "-".join(layer.text for layer in layers) or NO_LAYERS
