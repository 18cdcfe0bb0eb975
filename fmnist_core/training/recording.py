"""What each epoch of a run says of the held-out pictures is kept, in the folder of the run (loads TensorFlow)."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import keras
import numpy as np

from fmnist_core import data
from fmnist_core.evaluation.history import History, first_filters, rounded_filters
from fmnist_core.evaluation.metrics import softmax
from fmnist_core.networks.classifier import ModelError
from fmnist_core.networks.histories import FILE, KEYS, read_history, write_history
from fmnist_core.sample import HELDOUT
from fmnist_core.training.loop import Run, batched_logits
from fmnist_core.training.recipes import Recipe
from fmnist_core.training.stored import run_folder


def recorded_folder(recipe: Recipe) -> Path:
    """Return where a recorded run keeps its checkpoint and its record, apart from other runs of the recipe."""
    return run_folder(recipe) / "recorded"


class Recorder:
    """Keeps the epochs of a run in a file, which is written before each checkpoint."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.history: History | None = None

    def resume(self, epochs: int) -> None:
        """Take up the file, as far as the checkpoint: a kill may have come between the two."""
        self.history = None
        with suppress(ModelError):
            found = read_history(self.folder)
            if 0 < epochs <= len(found):
                cut = {key: getattr(found, key)[:epochs] for key in KEYS if key != "units"}
                self.history = History(**cut, units=found.units)

    def add(self, done: int, logits: np.ndarray, kernel: np.ndarray, accuracy: float) -> None:
        """Keep an epoch, unless its numbers are none any more.

        Args:
            done: epochs before this one.
            logits: (n, 10) of the held-out pictures that ship.
            kernel: of the first layer with weights.
            accuracy: share of all held-out pictures that are right.
        """
        if not (np.isfinite(logits).all() and np.isfinite(kernel).all()):
            return
        if done and (self.history is None or len(self.history) != done):
            return  # the epochs before are not known: half a history would say what is not so
        filters, units = first_filters(kernel)
        codes, scales = rounded_filters(filters)
        now = {
            "predicted": logits.argmax(axis=1).astype(np.uint8),
            "percents": np.rint(100 * softmax(logits.astype(np.float64))).astype(np.uint8),
            "filters": codes,
            "scales": scales,
            "accuracies": np.float64(accuracy),
        }
        before = {key: getattr(self.history, key) if done else [] for key in now}
        joined = {key: np.stack([*before[key], value]) for key, value in now.items()}
        self.history = History(**joined, units=units)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_history(self.folder, self.history)


def first_kernel(model: keras.Model) -> np.ndarray:
    """Return the weights of the first layer that has any over the pixels."""
    return np.asarray(next(layer.kernel for layer in model.layers if hasattr(layer, "kernel")))


class RecordedRun(Run):
    """A run of a recipe whose epochs are recorded, as the averaged weights see the held-out pictures."""

    def __init__(self, recipe: Recipe, teachers: list[keras.Model], report: Callable[[str], None]):
        super().__init__(recipe, teachers, report, folder=recorded_folder(recipe))
        self.recorder = Recorder(self.folder)

    def resume(self) -> None:
        """Load the newest checkpoint with its record, if there is one.

        Raises:
            ModelError: there is a checkpoint without its record.
        """
        super().resume()
        self.recorder.resume(len(self.epochs))
        if self.epochs and self.recorder.history is None:
            raise ModelError(f"{self.folder / FILE} is missing or damaged: begin again with --fresh.")

    def measured(self) -> dict:
        current = self.model.get_weights()
        self.model.set_weights(self.averaged())
        heldout = data.load_heldout()
        logits, kernel = batched_logits(self.model, heldout.images), first_kernel(self.model)
        self.model.set_weights(current)
        accuracy = float(np.mean(logits.argmax(axis=1) == heldout.labels))
        self.recorder.add(len(self.epochs), logits[:HELDOUT], kernel, accuracy)
        return {"heldout_accuracy": accuracy}
