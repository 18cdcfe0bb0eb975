"""Networks of strangers (`.tflite`), run in a process of their own: one that never returns takes nobody along.

The bytes stay where they came from; the process gets them, keeps those of the newest networks, and asks again for
those that it has let go.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from fmnist_core import data
from fmnist_core.confined import wire
from fmnist_core.confined.process import ConfinedError, ConfinedProcess, RefusedError, TooSlowError
from fmnist_core.networks.cards import Card
from fmnist_core.networks.classifier import Classifier, ModelError
from fmnist_core.networks.interface import PROBED, Interface
from fmnist_core.networks.network import Network

MAX_BYTES = 10_000_000
TOO_LARGE = f"a network of at most {MAX_BYTES // 1_000_000} MB was expected, received a larger one"
CHECK_SECONDS, RUN_SECONDS, MEMORY_MB = 30.0, 5.0, 500
MAGIC = b"TFL3"  # from the fifth byte of every LiteRT file
CONVERT = "tf.lite.TFLiteConverter.from_keras_model(model).convert() makes one of a Keras model"
KNOWN_KINDS = {
    b"PK\x03\x04": "a .keras file or another archive",
    b"\x89HDF": "an HDF5 file",
    b"\x80": "a pickle",
    b"\x08": "an ONNX file",
}
NOTHING_STORED = (
    "was brought along for this visit: it answers for any picture, but what needs stored results (prediction sets, "
    "look-alikes, Evaluate, Explore) is not there for it."
)

# A network is looked at in one process and used in another: a look that takes long makes no verdict wait.
CHECKING = ConfinedProcess("network", CHECK_SECONDS, MEMORY_MB)
RUNNING = ConfinedProcess("network", RUN_SECONDS, MEMORY_MB)


def is_network(content: bytes) -> bool:
    """Return whether bytes call themselves a LiteRT network."""
    return content[4:8] == MAGIC


def head(content: bytes) -> bytes:
    """Return the beginning of a file that other programs save networks in, to say so; of any other nothing."""
    return content[:16] if content.startswith(tuple(KNOWN_KINDS)) else b""


def check_kind(content: bytes) -> None:
    """Make sure that bytes may be a LiteRT network, before any process sees them.

    Raises:
        ModelError: too large, or something else; the message says how to convert.
    """
    if len(content) > MAX_BYTES:
        raise ModelError(TOO_LARGE)
    if is_network(content):
        return
    kind = next((words for start, words in KNOWN_KINDS.items() if content.startswith(start)), "something else")
    raise ModelError(
        f"a LiteRT file (.tflite) was expected, received {kind if content else 'an empty file'}: {CONVERT}"
    )


def bring(content: bytes, title: str) -> tuple[Network, Interface, float]:
    """Return a stranger's network, what it takes and gives, and its accuracy on the 1,000 held-out pictures.

    Args:
        content: of a `.tflite` file of at most 10 MB.
        title: what people call it.

    Raises:
        ModelError: it is no network for these pictures, too slow or too large; in a sentence.
    """
    check_kind(content)
    try:
        facts, _ = CHECKING.ask({"do": "check", "name": title}, content)
        given = facts["interface"]
        interface = Interface(
            tuple(map(int, given["shape"])),
            float(given["scale"]),
            bool(given["gives_probabilities"]),
            float(given["accuracy"]),
        )
        heldout, parameters = float(facts["heldout"]), int(facts["parameters"])
    except RefusedError as problem:
        raise ModelError(str(problem)) from problem
    except TooSlowError as problem:
        raise ModelError(
            f"a network that looks at {2 * PROBED:,} pictures within {CHECK_SECONDS:g} seconds was expected; this one "
            "takes longer"
        ) from problem
    except (ConfinedError, KeyError, TypeError, ValueError) as problem:
        raise ModelError(f"this network cannot be run: {problem}") from problem
    classifier = ConfinedClassifier(content, title, interface)
    facts = {"title": title, "files": {"network.tflite": classifier.digest}, "parameters": parameters, "layers": []}
    card = Card(f"yours-{classifier.digest[:12]}", facts, Path(), f"{title} {NOTHING_STORED}")
    return ConfinedNetwork(card, classifier), interface, heldout


class ConfinedNetwork(Network):
    """A network whose classifier runs elsewhere."""

    def __init__(self, card: Card, classifier: "ConfinedClassifier"):
        super().__init__(card.name, card=card)
        self._confined = classifier

    @property
    def classifier(self) -> Classifier:
        return self._confined


class ConfinedClassifier(Classifier):
    """A network that runs in the process; used like any other. After it failed once it is not asked again.

    Whatever it is asked for may raise a `ModelError`.
    """

    def __init__(self, content: bytes, title: str, interface: Interface):
        self._title, self._interface = title, interface
        self.digest = hashlib.sha256(content).hexdigest()
        self._broken = ""
        super().__init__(Path(title), content=content)

    def _new_runner(self, batch: int) -> Any:
        return _Runner(self._ask, batch)

    def _ask(self, pixels: np.ndarray) -> np.ndarray:
        if self._broken:
            raise ModelError(self._broken)
        facts = {
            "do": "run",
            "name": self._title,
            "network": self.digest,
            "interface": asdict(self._interface),
            "images": wire.described(pixels),
        }
        try:
            answer, blobs = RUNNING.ask(facts, pixels.tobytes())
            if answer.get("unknown"):
                answer, blobs = RUNNING.ask(facts, pixels.tobytes(), self._content)
            logits = wire.array(answer["logits"], blobs[0])
            if logits.shape != (len(pixels), len(data.CLASS_NAMES)):
                raise wire.WireError(f"ten numbers a picture were expected, received {logits.shape}")
        except TooSlowError as problem:
            self._broken = f"{self._title} takes longer than {RUN_SECONDS:g} seconds for {len(pixels)} pictures"
            raise ModelError(self._broken) from problem
        except (ConfinedError, wire.WireError, KeyError, IndexError) as problem:
            self._broken = f"{self._title} cannot be run: {problem}"
            raise ModelError(self._broken) from problem
        if not np.isfinite(logits).all():  # of others it may answer well
            raise ModelError(f"{self._title} has no answer to this picture: it gives what is no finite number")
        return logits


class _Runner:
    """What `Classifier` expects of an interpreter, over there."""

    def __init__(self, ask: Callable[[np.ndarray], np.ndarray], batch: int):
        self.outputs, self.batch, self._ask = {"logits": 0}, batch, ask
        self._last = np.zeros((1, len(data.CLASS_NAMES)), np.float32)

    def run(self, pixels: np.ndarray, output: str) -> np.ndarray:
        self._last = self._ask(pixels)
        return self._last

    def read(self, output: str) -> np.ndarray:
        return self._last
