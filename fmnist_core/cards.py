"""The networks that ship: their cards, their files, and the results stored beside them.

A stored result belongs to one network file and one data set. Its card names both by SHA-256, and nothing stored
is used when they do not match: `Card.problem` then says so in a sentence.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from fmnist_core import data
from fmnist_core.classifier import ModelError

MODELS = Path(__file__).parent.parent / "models"
TITLES = {"linear": "Linear", "mlp": "MLP", "cnn": "CNN", "resnet": "ResNet", "street": "Street", "tiny": "Tiny"}


@dataclass(frozen=True)
class Card:
    """What is known of one trained network.

    Attributes:
        name: as in `models/NAME.json`.
        facts: the card's JSON: recipe, data, versions, measurements, file hashes.
        folder: where its files are.
        problem: None, or a sentence saying why the card does not speak of the network file that is there.
    """

    name: str
    facts: dict
    folder: Path
    problem: str | None

    @property
    def title(self) -> str:
        return TITLES.get(self.name, self.name)

    @property
    def tflite(self) -> Path:
        return self.folder / f"{self.name}.tflite"

    @property
    def temperature(self) -> float:
        """The temperature fitted on the held-out pictures; 1 when the card does not match its network."""
        return 1.0 if self.problem else float(self.facts["temperature"])


@dataclass(frozen=True)
class StoredLogits:
    """The logits behind the whole-test-set pages, read-only float32.

    Attributes:
        test: (10000, 10).
        heldout: (5000, 10).
        heldout_labels: (5000,) uint8.
    """

    test: np.ndarray
    heldout: np.ndarray
    heldout_labels: np.ndarray


@dataclass(frozen=True)
class Parts:
    """Weights of a network that explanations need, read-only float32.

    Attributes:
        kernel: (features, 10) of the last dense layer.
        bias: (10,) of the last dense layer.
        filters: kernel of the first layer with weights.
        scale: normalised pixel = pixel * scale + offset.
        offset: see `scale`.
    """

    kernel: np.ndarray
    bias: np.ndarray
    filters: np.ndarray
    scale: float
    offset: float


def load_parts(card: Card) -> Parts:
    """Return the weights that explanations need.

    Raises:
        ModelError: they are missing, damaged, or another network's.
    """
    kept = read_kept(card, "parts", ("kernel", "bias", "filters", "scale", "offset"), "there is no explanation")
    return Parts(kept["kernel"], kept["bias"], kept["filters"], float(kept["scale"]), float(kept["offset"]))


def read_kept(card: Card, kind: str, keys: Iterable[str], without: str) -> dict[str, np.ndarray]:
    """Return arrays that are kept beside a network in `NAME.kind.npz`, read-only, once they are known to belong to it.

    Args:
        card: of the network.
        kind: second part of the file's name.
        keys: of the arrays; a file that names a data set must name ours.
        without: what a person goes without when they cannot be used, for the message.

    Raises:
        ModelError: the file is missing or damaged, or belongs to another network or other data.
    """
    if card.problem:
        raise ModelError(card.problem)
    path = card.folder / f"{card.name}.{kind}.npz"
    if not path.is_file():
        raise ModelError(f"{path.name} is missing: {without}.")
    try:
        with np.load(path, allow_pickle=False) as stored:
            owner, dataset = str(stored["network_sha256"]), str(stored.get("dataset_sha256", data.dataset_hash()))
            kept = {key: stored[key] for key in keys}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as cause:
        raise ModelError(f"{path.name} cannot be read ({cause}): {without}.") from cause
    if owner != card.facts["files"][card.tflite.name] or dataset != data.dataset_hash():
        raise ModelError(f"{path.name} belongs to another network or other data: it is not used, {without}.")
    for array in kept.values():
        array.setflags(write=False)
    return kept


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Have a file written beside `path`, then put it there: a kill in the middle leaves what was there before."""
    unfinished = path.with_name(f".unfinished-{path.name}")
    try:
        write(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_arrays(path: Path, **arrays: object) -> None:
    """Write arrays as a compressed `.npz`, in one go."""
    replace_file(path, lambda file: np.savez_compressed(file, allow_pickle=False, **arrays))  # type: ignore[arg-type]


def write_card(path: Path, facts: dict) -> None:
    """Write a card, in one go."""
    text = json.dumps(facts, indent=1) + "\n"
    replace_file(path, lambda file: file.write_text(text, "utf-8"))


def network_names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of the networks that ship, smallest accuracy first, as `TITLES` orders them."""
    folder = folder or MODELS
    return tuple(name for name in TITLES if (folder / f"{name}.json").is_file())


def default_network(folder: Path | None = None) -> str:
    """Return the network that the app opens with: the champion, or the best there is; the champion if none ships."""
    names = network_names(folder)
    return next((name for name in ("resnet", "cnn", *names) if name in names), "resnet")


def photo_network(folder: Path | None = None) -> str:
    """Return the network that photos are shown to first: the one that learned from photos too, where it ships."""
    return "street" if "street" in network_names(folder) else default_network(folder)


def load_card(name: str, folder: Path | None = None) -> Card:
    """Return the card of a network, checked against the network file beside it.

    Raises:
        ModelError: no such network, or a card that cannot be read.
    """
    folder = folder or MODELS
    names = network_names(folder)
    if name not in names:
        raise ModelError(f"network must be one of {', '.join(names)}, received {name[:40]!r}")
    path = folder / f"{name}.json"
    try:
        facts = json.loads(path.read_text("utf-8"))
        expected = facts["files"][f"{name}.tflite"]
        if not float(facts["temperature"]) > 0:
            raise ValueError(f"temperature {facts['temperature']}")
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise ModelError(f"{path.name} is not a model card ({cause!r})") from cause
    return Card(name, facts, folder, _mismatch(name, folder, expected, facts.get("dataset_sha256")))


def _mismatch(name: str, folder: Path, expected: str, dataset: str | None) -> str | None:
    tflite = folder / f"{name}.tflite"
    if not tflite.is_file():
        return f"{tflite.name} is missing: the network {TITLES[name]} cannot run."
    received = data.file_hash(tflite)
    if received != expected:
        return (
            f"{tflite.name} is not the file that {name}.json describes (SHA-256 {received[:12]}…, "
            f"expected {expected[:12]}…): its stored results are not used."
        )
    if dataset != data.dataset_hash():
        return f"{name}.json was measured on other data: its stored results are not used."
    return None


def load_stored_logits(card: Card) -> StoredLogits:
    """Return the stored logits that belong to a card.

    Raises:
        ModelError: the card does not match its network, or the logits are missing, damaged or another network's.
    """
    kept = read_kept(card, "logits", ("test", "heldout", "heldout_labels"), "stored results are not used")
    path = card.folder / f"{card.name}.logits.npz"
    if [a.shape for a in kept.values()] != [(data.TEST_SIZE, 10), (data.HELDOUT_SIZE, 10), (data.HELDOUT_SIZE,)]:
        raise ModelError(f"{path.name} has arrays of other shapes: stored results are not used.")
    if data.file_hash(path) != card.facts["files"][path.name]:
        raise ModelError(f"{path.name} is not the file that {card.name}.json describes: stored results are not used.")
    return StoredLogits(**kept)
