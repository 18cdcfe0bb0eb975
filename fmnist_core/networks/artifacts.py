"""What is kept beside a network: stored logits, weights for explanations, reference pictures, a map, accuracies.

Each file holds the hash of the network that it came from, and of the data where it depends on them; one that belongs
to another network or other data is not used, and the `ModelError` says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from fmnist_core import data
from fmnist_core.evaluation.corruptions import KINDS
from fmnist_core.files import write_arrays
from fmnist_core.networks import manifest
from fmnist_core.networks.cards import Card
from fmnist_core.networks.classifier import Classifier, ModelError, pixels_as_features

_FULL = 65_535  # of the map's coordinates


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
class ExplanationWeights:
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


@dataclass(frozen=True)
class Gallery:
    """Training pictures as a network sees them; all arrays read-only.

    Attributes:
        images: (n, 28, 28) uint8.
        labels: (n,) uint8.
        numbers: (n,) positions in the training split.
        features: (n, k) float32.
        sha256: of the file that holds the pictures.
    """

    images: np.ndarray
    labels: np.ndarray
    numbers: np.ndarray
    features: np.ndarray
    sha256: str


@dataclass(frozen=True)
class Projection:
    """The 10,000 test pictures on a map.

    Attributes:
        codes: (10000, 2) uint16, x to the right and y upwards, 0..65535; read-only.
    """

    codes: np.ndarray

    @property
    def positions(self) -> np.ndarray:
        """(10000, 2) float64, 0..1."""
        return self.codes / _FULL


@dataclass(frozen=True)
class CorruptionAccuracies:
    """Accuracy of a network on changed test pictures.

    Attributes:
        n: pictures behind each number.
        curves: for each kind, (m,) strengths and (m,) accuracies as fractions.
    """

    n: int
    curves: dict[str, tuple[np.ndarray, np.ndarray]]


def load_artifact(card: Card, kind: str, keys: Iterable[str], without: str) -> dict[str, np.ndarray]:
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
            arrays = {key: stored[key] for key in keys}
    except Exception as cause:  # a damaged file may make its reader raise anything
        raise ModelError(f"{path.name} cannot be read ({cause}): {without}.") from cause
    if owner != card.facts["files"][card.tflite.name] or dataset != data.dataset_hash():
        raise ModelError(f"{path.name} belongs to another network or other data: it is not used, {without}.")
    manifest.check(path, without)
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def load_stored_logits(card: Card) -> StoredLogits:
    """Return the stored logits that belong to a card.

    Raises:
        ModelError: the card does not match its network, or the logits are missing, damaged or another network's.
    """
    arrays = load_artifact(card, "logits", ("test", "heldout", "heldout_labels"), "stored results are not used")
    path = card.folder / f"{card.name}.logits.npz"
    if [a.shape for a in arrays.values()] != [(data.TEST_SIZE, 10), (data.HELDOUT_SIZE, 10), (data.HELDOUT_SIZE,)]:
        raise ModelError(f"{path.name} has arrays of other shapes: stored results are not used.")
    if data.file_hash(path) != card.facts["files"][path.name]:
        raise ModelError(f"{path.name} is not the file that {card.name}.json describes: stored results are not used.")
    accuracy = float((arrays["test"].argmax(axis=1) == data.load_test().labels).mean())
    if abs(accuracy - card.facts["test"]["accuracy"]) > 1e-9:
        raise ModelError(
            f"{card.name}.json says that {card.facts['test']['accuracy']:.2%} of the test pictures are right; its "
            f"logits give {accuracy:.2%}: stored results are not used."
        )
    return StoredLogits(**arrays)


def load_explanation_weights(card: Card) -> ExplanationWeights:
    """Return the weights that explanations need.

    Raises:
        ModelError: they are missing, damaged, or another network's.
    """
    arrays = load_artifact(card, "parts", ("kernel", "bias", "filters", "scale", "offset"), "there is no explanation")
    return ExplanationWeights(
        arrays["kernel"], arrays["bias"], arrays["filters"], float(arrays["scale"]), float(arrays["offset"])
    )


def load_gallery(card: Card) -> Gallery:
    """Return the reference pictures with a network's features of them.

    Raises:
        ModelError: a file is missing or damaged, or belongs to another network or another gallery.
    """
    if card.problem:
        raise ModelError(card.problem)
    pictures_file, features_file = card.folder / "gallery.npz", card.folder / f"{card.name}.gallery.npz"
    try:
        with np.load(pictures_file, allow_pickle=False) as stored:
            images, labels, numbers = (stored[key] for key in ("images", "labels", "numbers"))
        with np.load(features_file, allow_pickle=False) as stored:
            owner, gallery_hash = str(stored["network_sha256"]), str(stored["gallery_sha256"])
            # Of a network without hidden layer the features are the pixels, and not stored twice.
            features = stored["features"].astype(np.float32) if "features" in stored else pixels_as_features(images)
    except Exception as cause:  # likewise
        raise ModelError(f"{features_file.name} cannot be used ({cause}): there are no look-alikes.") from cause
    if owner != card.facts["files"][card.tflite.name] or gallery_hash != data.file_hash(pictures_file):
        raise ModelError(f"{features_file.name} belongs to another network or gallery: it is not used.")
    for path in (pictures_file, features_file):
        manifest.check(path, "there are no look-alikes")
    arrays = (images, labels, numbers, features)
    for array in arrays:
        array.setflags(write=False)
    return Gallery(*arrays, sha256=gallery_hash)


def write_gallery_features(card: Card, classifier: Classifier) -> None:
    """Write a network's features of the gallery's pictures, float16, with the hashes of both."""
    pictures_file = card.folder / "gallery.npz"
    arrays = {}
    if classifier.stage_names:
        with np.load(pictures_file, allow_pickle=False) as stored:
            arrays["features"] = classifier.features(stored["images"]).astype(np.float16)
    write_arrays(
        card.folder / f"{card.name}.gallery.npz",
        **arrays,
        network_sha256=data.file_hash(card.tflite),
        gallery_sha256=data.file_hash(pictures_file),
    )
    manifest.record(card.folder, f"{card.name}.gallery.npz")


def load_projection(card: Card) -> Projection:
    """Return the stored map of a network.

    Raises:
        ModelError: it is missing or damaged, or belongs to another network or other data.
    """
    codes = load_artifact(card, "map", ("codes",), "there is no map")["codes"]
    if codes.shape != (data.TEST_SIZE, 2) or codes.dtype != np.uint16:
        raise ModelError(f"{card.name}.map.npz holds no map of {data.TEST_SIZE} pictures: it is not used.")
    return Projection(codes)


def write_projection(card: Card, codes: np.ndarray) -> None:
    """Write the map of a network, (10000, 2) uint16, with the hashes of network and data."""
    write_arrays(
        card.folder / f"{card.name}.map.npz",
        codes=codes,
        network_sha256=data.file_hash(card.tflite),
        dataset_sha256=data.dataset_hash(),
    )
    manifest.record(card.folder, f"{card.name}.map.npz")


def load_corruption_accuracies(card: Card) -> CorruptionAccuracies:
    """Return the stored accuracies of a network on changed test pictures.

    Raises:
        ModelError: they are missing or damaged, or belong to another network or other data.
    """
    keys = ("n", *(f"{what}_{name}" for name in KINDS for what in "sa"))
    arrays = load_artifact(card, "stress", keys, "there is no average to compare with")
    return CorruptionAccuracies(int(arrays["n"]), {name: (arrays[f"s_{name}"], arrays[f"a_{name}"]) for name in KINDS})


def write_corruption_accuracies(card: Card, accuracies: CorruptionAccuracies) -> None:
    """Write the accuracies of a network on changed test pictures, with the hashes of network and data."""
    arrays = {
        f"{what}_{name}": array
        for name, pair in accuracies.curves.items()
        for what, array in zip("sa", pair, strict=True)
    }
    write_arrays(
        card.folder / f"{card.name}.stress.npz",
        **arrays,
        n=accuracies.n,
        network_sha256=data.file_hash(card.tflite),
        dataset_sha256=data.dataset_hash(),
    )
    manifest.record(card.folder, f"{card.name}.stress.npz")
