"""A visitor's composition becomes a Keras model, trained by the loop of the networks that ship (loads TensorFlow)."""

import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from fmnist_core.composing.composition import Composition
from fmnist_core.data import CLASS_NAMES
from fmnist_core.evaluation.metrics import confusion_matrix, softmax
from fmnist_core.files import replace_together
from fmnist_core.networks.classifier import Classifier
from fmnist_core.runs import pictures
from fmnist_core.runs.messages import Early, Epoch, Finished, Message, Step
from fmnist_core.runs.run import KERAS_FILE, LITERT_FILE
from fmnist_core.training.architectures import pixels_input
from fmnist_core.training.export import to_litert
from fmnist_core.training.loop import Run
from fmnist_core.training.portable import make_portable
from fmnist_core.training.recipes import Recipe
from fmnist_core.training.recording import Recorder, first_kernel

STEP_EVERY = 0.3  # seconds between two messages within an epoch
EARLY = 0.3  # seconds into the first epoch, or a quarter of it, after which the held-out pictures are first looked at


class Stopped(Exception):
    """A run ends before its last epoch. `args[0]`: the reason, as in `Finished`."""


class DivergedError(Exception):
    """The loss is no longer a number."""


def build(composition: Composition) -> keras.Model:
    """Return the untrained network: float32 pixels 0..255 (n, 28, 28, 1) in, logits (n, 10) out."""
    pixels, x = pixels_input()
    stage, activation = 0, composition.activation.lower()
    for layer in composition.layers:
        name = None
        if layer.kind in "cdr":
            stage += 1
            name = f"stage{stage}"
        if layer.kind == "c":
            x = layers.Conv2D(layer.number, 3, padding="same", activation=activation, name=name)(x)
        elif layer.kind == "d":
            x = layers.Flatten()(x) if len(x.shape) == 4 else x
            x = layers.Dense(layer.number, activation=activation, name=name)(x)
        elif layer.kind == "r":
            y = layers.Conv2D(x.shape[-1], 3, padding="same", activation=activation)(x)
            y = layers.Conv2D(x.shape[-1], 3, padding="same")(y)
            x = layers.Activation(activation, name=name)(layers.Add()([x, y]))
        elif layer.kind == "p":
            x = layers.MaxPooling2D()(x)
        elif layer.kind == "g":
            x = layers.GlobalAveragePooling2D()(x)
        elif layer.kind == "n":
            x = layers.BatchNormalization(momentum=0.9)(x)
        else:
            x = layers.Dropout(layer.number / 100)(x)
    x = layers.Flatten()(x) if len(x.shape) == 4 else x
    return keras.Model(pixels, layers.Dense(len(CLASS_NAMES), name="logits")(x), name="composed")


def recipe_of(composition: Composition) -> Recipe:
    """Return the recipe that the loop follows; the weights that count are the last, not an average."""
    kinds = composition.changes
    return Recipe(
        "composed",
        "composed",
        composition.epochs,
        float(composition.rate),
        batch=int(composition.batch),
        warm_up=0.15 if composition.schedule == "Warm-up" else 0.0,
        cool_down=1e-9 if composition.schedule == "Constant" else None,
        weight_decay=0.0,
        label_smoothing=float(composition.smoothing),
        average=0.0,
        flip="mirror" in kinds,
        shift=2 if "shift" in kinds else 0,
        erasing=0.5 if "erase" in kinds else 0.0,
        clean_epochs=0,
        seed=pictures.SEED,
    )


def optimizer_of(composition: Composition) -> keras.optimizers.Optimizer:
    """Return the optimizer; the loop sets its learning rate at every step."""
    if composition.optimiser == "Adam":
        return keras.optimizers.Adam()
    momentum = 0.9 if composition.optimiser == "Momentum" else 0.0
    return keras.optimizers.SGD(momentum=momentum, nesterov=momentum > 0)


class ComposedRun(Run):
    """A run that tells of every epoch, and stops where it is asked to."""

    def __init__(
        self,
        composition: Composition,
        folder: Path,
        send: Callable[[Message], None],
        stop: Callable[[], str | None] = lambda: None,
    ):
        """Prepare a run, or what is left of one that was begun in the same folder.

        Args:
            composition: what to train, and how.
            folder: of its checkpoint and of its network.
            send: receives a message now and then within an epoch, and one after each.
            stop: asked after every step; gives the reason to stop, or None.
        """
        keras.utils.set_random_seed(pictures.SEED)
        model, train = build(composition), pictures.training_pictures(composition)
        recipe = recipe_of(composition)
        super().__init__(recipe, [], lambda line: None, model, optimizer_of(composition), train, folder)
        self.report = lambda line: self._tell()
        self.send, self.stop = send, stop
        self.recorder = Recorder(folder)
        self.heldout, self.watched = pictures.heldout_pictures(), pictures.watched()
        self._pixels = tf.constant(self.heldout.images[..., None].astype(np.float32))
        self._forward = tf.function(lambda x: model(x, training=False))
        self._start = self._told = time.monotonic()
        self._first: list[tuple[float, float]] = []  # loss and hits of the steps before the first look
        self._told_early = False

    def resume(self) -> None:
        """Load the newest checkpoint, if there is one, and tell of its epochs nothing: the server has them."""
        report, self.report = self.report, lambda line: None
        super().resume()
        self.report = report
        self.recorder.resume(len(self.epochs))

    def after_step(self, done: int, loss: tf.Tensor, hit: tf.Tensor) -> None:
        """Tell how far the epoch is, and stop if that is asked for."""
        now = time.monotonic()
        if done == 1:
            self._start = now
        reason = self.stop()
        if reason is not None:
            raise Stopped(reason)
        if not self.epochs and not self._told_early:
            self._first.append((float(loss), float(hit)))
            if now - self._start >= EARLY or 4 * done >= self.steps_per_epoch:
                self._look_early(done / self.steps_per_epoch)
        if now - self._told < STEP_EVERY:
            return
        value = float(loss)
        _finite(value)
        self._told = now
        steps = self.steps_per_epoch
        speed = (done - 1) * self.recipe.batch / max(now - self._start, 1e-6)
        left = (self.recipe.epochs - len(self.epochs)) * steps - done
        seconds = left * self.recipe.batch / speed if speed else 0.0
        self.send(Step(len(self.epochs) + 1, done / steps, value, speed, seconds))

    def measured(self) -> dict:
        """Return what the held-out pictures say of the epoch; the weights that count are the present ones."""
        logits, probs, facts = self._look()
        self.recorder.add(len(self.epochs), logits, first_kernel(self.model), facts["heldout_accuracy"])
        return facts | {
            "confusion": confusion_matrix(self.heldout.labels, logits.argmax(axis=1)).tolist(),
            "watched": np.round(probs[self.watched], 4).tolist(),
        }

    def _look(self) -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
        """Return the logits and probabilities of the held-out pictures, and their loss and accuracy."""
        logits = np.concatenate([np.asarray(self._forward(part)) for part in tf.split(self._pixels, 4)])
        labels, probs = self.heldout.labels, softmax(logits.astype(np.float64))
        own = np.maximum(probs[np.arange(len(labels)), labels], 1e-12)
        right = logits.argmax(axis=1) == labels
        return logits, probs, {"heldout_loss": float(-np.log(own).mean()), "heldout_accuracy": float(right.mean())}

    def _look_early(self, share: float) -> None:
        """Tell of a first point of the curves, once."""
        losses, hits = np.mean(self._first, axis=0)
        self._told_early = True
        _finite(losses)
        self.send(Early(share, float(losses), float(hits), **self._look()[2]))

    def save(self) -> None:
        """Write the checkpoint; what is no longer a number is none."""
        _finite(self.epochs[-1]["loss"])
        super().save()

    def _tell(self) -> None:
        self.send(Epoch(number=len(self.epochs), **self.epochs[-1]))


def _finite(loss: float) -> None:
    if not np.isfinite(loss):
        raise DivergedError(
            "The loss is no longer a number: the steps were so large that the weights grew without end. "
            "Take a lower learning rate."
        )


def run(
    composition: Composition, folder: Path, send: Callable[[Message], None], stop: Callable[[], str | None]
) -> None:
    """Train, then write the network of the last whole epoch as `network.keras` and `network.tflite`.

    Args:
        composition, folder, send, stop: as `ComposedRun`.

    Raises:
        DivergedError: the loss is no longer a number; the epochs before are kept.
        RuntimeError: LiteRT and Keras logits differ by more than 1e-3.
        DataError: the pictures cannot be had.
        OSError: the folder cannot be written.
    """
    training = ComposedRun(composition, folder, send, stop)
    training.resume()
    reason = "done"
    try:
        training.finish()
    except Stopped as stopped:
        reason = stopped.args[0]
        training.resume()  # the weights of the last whole epoch
    if training.epochs:
        write(training.model, folder, training.heldout.images[:100])
    send(Finished(reason))


def write(model: keras.Model, folder: Path, images: np.ndarray) -> None:
    """Write a trained network for Keras and for LiteRT, once it is sure that both say the same of some pictures."""
    with replace_together(folder, KERAS_FILE, LITERT_FILE) as scratch:
        model.save(scratch / KERAS_FILE)
        make_portable(scratch / KERAS_FILE)
        (scratch / LITERT_FILE).write_bytes(to_litert(model))
        theirs = np.asarray(model(images[..., None].astype(np.float32), training=False))
        difference = float(np.abs(Classifier(scratch / LITERT_FILE).bulk_logits(images) - theirs).max())
        if not difference <= 1e-3 * max(1.0, float(np.abs(theirs).max())):
            raise RuntimeError(f"LiteRT and Keras logits must agree to a thousandth, they differ by {difference:.2g}")
