"""The networks that ship: their cards and their files.

A stored result belongs to one network file and one data set. Its card names both by SHA-256, and nothing stored
is used when they do not match: `Card.problem` then says so in a sentence.
"""

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fmnist_core import data
from fmnist_core.networks import manifest
from fmnist_core.networks.classifier import ModelError

_ROOT = Path(__file__).parent.parent.parent


def models_folder() -> Path:
    """Return where the networks are: `FMNIST_MODELS_DIR`, else the installed package's, else the repository's."""
    chosen, installed = os.environ.get("FMNIST_MODELS_DIR"), _ROOT / "fmnist_models"
    if chosen:
        return Path(chosen)
    return installed if installed.is_dir() else _ROOT / "models"


MODELS = models_folder()
TITLES = {
    "linear": "Linear",
    "mlp": "MLP",
    "cnn": "CNN",
    "resnet": "ResNet",
    "wide": "Wide",
    "street": "Street",
    "tiny": "Tiny",
}


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
        return TITLES.get(self.name) or self.facts.get("title", self.name)

    @property
    def tflite(self) -> Path:
        return self.folder / self.facts.get("file", f"{self.name}.tflite")

    @property
    def temperature(self) -> float:
        """The temperature fitted on the held-out pictures; 1 when the card does not match its network."""
        return 1.0 if self.problem else float(self.facts["temperature"])


def network_names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of the networks that ship, in the order of `TITLES`, and of those that were added."""
    folder = folder or MODELS
    try:
        return _names(folder, folder.stat().st_mtime_ns)
    except OSError:
        return ()


@cache
def _names(folder: Path, changed: int) -> tuple[str, ...]:
    """Look for the cards, once until a file comes or goes."""
    added = [path.stem for path in sorted(folder.glob("*.json")) if path.stem not in TITLES and _was_added(path)]
    return (*(name for name in TITLES if (folder / f"{name}.json").is_file()), *added)


def _was_added(path: Path) -> bool:
    """Return whether a file is the card of a network that somebody added (`fmnist add`)."""
    try:
        facts = json.loads(path.read_text("utf-8"))
        return facts["added"] is True and facts["name"] == path.stem and isinstance(facts["title"], str)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def title(name: str, folder: Path | None = None) -> str:
    """Return what people call a network; its name, where no card says."""
    if name in TITLES:
        return TITLES[name]
    folder = folder or MODELS
    try:
        return _added_title(folder / f"{name}.json", folder.stat().st_mtime_ns)
    except OSError:
        return name


@cache
def _added_title(path: Path, changed: int) -> str:
    return json.loads(path.read_text("utf-8"))["title"] if _was_added(path) else path.stem


def default_network(folder: Path | None = None) -> str:
    """Return the network that the app opens with: the champion, which is light, or another one if it does not ship."""
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
    if not names:
        raise ModelError(f"a folder of networks was expected, received {folder}, which holds none")
    if name not in names:
        raise ModelError(f"network must be one of {', '.join(names)}, received {name[:40]!r}")
    path = folder / f"{name}.json"
    try:
        facts = json.loads(path.read_text("utf-8"))
        expected = facts["files"][f"{name}.tflite"]
        _check_numbers(facts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as cause:
        raise ModelError(f"{path.name} is not a model card ({cause!r})") from cause
    return Card(name, facts, folder, _mismatch(name, folder, expected, facts.get("dataset_sha256")))


def _check_numbers(facts: dict) -> None:
    """Make sure that the numbers which everything is computed from are numbers, in their range.

    Raises:
        ValueError: one of them is not.
        KeyError: one is missing.
    """

    def check(what: str, value: object, low: float, high: float) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"{what} must be a number {low:g}..{high:g}, received {value!r}")

    check("temperature", facts["temperature"], 0.01, 100)
    check("accuracy", facts["test"]["accuracy"], 0, 1)
    low, high = facts["test"]["interval"]
    check("lower limit of the accuracy", low, 0, facts["test"]["accuracy"])
    check("upper limit of the accuracy", high, facts["test"]["accuracy"], 1)
    check("parameters", facts["parameters"], 1, 1e12)
    check("flops", facts["flops"], 1, 1e15)


def _mismatch(name: str, folder: Path, expected: str, dataset: str | None) -> str | None:
    tflite = folder / f"{name}.tflite"
    if not tflite.is_file():
        return f"{tflite.name} is missing: the network {title(name, folder)} cannot run."
    received = data.file_hash(tflite)
    if received != expected:
        return (
            f"{tflite.name} is not the file that {name}.json describes (SHA-256 {received[:12]}…, "
            f"expected {expected[:12]}…): its stored results are not used."
        )
    if dataset != data.dataset_hash():
        return f"{name}.json was measured on other data: its stored results are not used."
    try:
        manifest.check(folder / f"{name}.json", "its stored results are not used")
    except ModelError as problem:
        return str(problem)
    return None
