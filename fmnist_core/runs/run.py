"""One training run, as the server knows it."""

import csv
import io
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from fmnist_core import data
from fmnist_core.composing.composition import Composition
from fmnist_core.evaluation.history import History
from fmnist_core.evaluation.metrics import Evaluation
from fmnist_core.networks.cards import Card
from fmnist_core.networks.histories import read_history
from fmnist_core.networks.network import Network
from fmnist_core.runs.keeping import KeptRun, to_text
from fmnist_core.runs.messages import Early, Epoch, Step

WAITING, STARTING, TRAINING, STOPPING = "waiting", "starting", "training", "stopping"
DONE, STOPPED, FAILED = "done", "stopped", "failed"
LOADED = "loaded"  # from a file, which holds no network: there is nothing to train on
NOTHING_STORED = (
    "was trained in this visit: it answers for any picture, but what needs stored results (prediction sets, "
    "look-alikes, Evaluate, Explore) is not there for it."
)
UNDER_WAY = (WAITING, STARTING, TRAINING, STOPPING)
KERAS_FILE, LITERT_FILE = "network.keras", "network.tflite"
CURVES = ("epoch", "training loss", "training accuracy", "held-out loss", "held-out accuracy", "seconds")


@dataclass
class TrainingRun:
    """A run of one visitor; the line's thread writes, everybody else reads.

    Attributes:
        owner: session of the visitor.
        composition: what is trained, and how.
        title: that the visitor may change.
        folder: of its checkpoint and its network; goes with the run.
        token: names it in the address, so that a reload finds it again.
        state: one of `UNDER_WAY`, or `DONE`, `STOPPED`, `FAILED`, `LOADED`.
        early: a first point of the curves, within the first epoch, or None.
        epochs: done so far.
        step: where the epoch under way is, or None.
        problem: why it failed or was stopped for the visitor, in a sentence, or None.
        tested: what the test split said of the network of these epochs, once the visitor asked.
        written: after how many epochs the network was written.
    """

    owner: str
    composition: Composition
    title: str
    folder: Path
    token: str = field(default_factory=lambda: secrets.token_hex(6))
    state: str = WAITING
    early: Early | None = None
    epochs: list[Epoch] = field(default_factory=list)
    step: Step | None = None
    problem: str | None = None
    tested: Evaluation | None = None
    written: int = 0
    discarded: bool = False

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def resumable(self) -> bool:
        """Whether there is anything left to train, or after a failure at the very end to write."""
        over = self.under_way or self.state in (DONE, LOADED)
        return not over and (self.state == FAILED or len(self.epochs) < self.composition.epochs)

    @property
    def points(self) -> list[Early | Epoch]:
        """Return the points of the curves."""
        return [*([self.early] if self.early else []), *self.epochs]

    @property
    def best(self) -> float:
        """Held-out accuracy after the last epoch, 0 without one."""
        return self.epochs[-1].heldout_accuracy if self.epochs else 0.0

    def file(self, name: str) -> Path | None:
        """Return a file of the network; None before it is written, while it may be, and where it is of fewer epochs."""
        path = self.folder / name
        whole = not self.under_way and self.written == len(self.epochs)
        return path if whole and path.is_file() else None

    def history(self) -> History:
        """Return what each epoch so far said of the held-out pictures.

        Raises:
            ModelError: it is missing or damaged.
        """
        return read_history(self.folder)

    def to_keep(self) -> str:
        """Return the run as the text of a file that can be loaded later."""
        return to_text(KeptRun(self.title, self.composition, tuple(self.epochs)))

    def network(self) -> Network | None:
        """Return the trained network, or None before it is written; its card says that nothing is stored beside it."""
        path = self.file(LITERT_FILE)
        if path is None:
            return None
        facts = {
            "title": self.title,
            "epochs": len(self.epochs),
            "file": path.name,
            "files": {path.name: data.file_hash(path)},
            "parameters": self.composition.parameters,
            "flops": self.composition.flops,
            "layers": [
                {
                    "name": row.title,
                    "kind": row.title,
                    "shape": list(row.shape),
                    "parameters": row.parameters,
                    "flops": row.flops,
                }
                for row in self.composition.rows
            ],
        }
        card = Card(f"yours-{self.token}", facts, self.folder, f"{self.title} {NOTHING_STORED}")
        return Network(card.name, card=card)

    def curves(self) -> str:
        """Return the epochs as CSV."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(CURVES)
        writer.writerows(
            [e.number, e.loss, e.train_accuracy, e.heldout_loss, e.heldout_accuracy, e.seconds] for e in self.epochs
        )
        return text.getvalue()
