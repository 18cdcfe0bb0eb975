"""Train a network by its recipe; checkpoint every epoch; resume by repeating the command (loads TensorFlow).

Everything random is drawn from (seed, epoch, step), so a resumed run sees exactly the pictures that an
uninterrupted one would have seen. The weights that count are the exponential moving average after the last
epoch: no epoch is chosen, and the test split is not read here.
"""

import hashlib
import io
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fmnist_core import data
from fmnist_core.files import replace_file
from fmnist_core.training import architectures, stored
from fmnist_core.training.distribution import HERE, Distribution
from fmnist_core.training.photos import NO_PHOTOS, PhotoViews, load_developed
from fmnist_core.training.recipes import RECIPES, Recipe
from fmnist_core.training.step import freeze, learning_rate, opinions_function, sgd, step_function, views_function


@dataclass(frozen=True)
class TrainedNetwork:
    """What a finished run yields.

    Attributes:
        model: Keras model with the averaged weights.
        recipe: what it was trained by.
        heldout_accuracy: fraction of the 5,000 held-out pictures.
        seconds: time spent in training steps over all sittings.
        epochs: one record (loss, accuracies, seconds) for each epoch.
        members: of an ensemble, the networks that it was put together from.
    """

    model: keras.Model
    recipe: Recipe
    heldout_accuracy: float
    seconds: float
    epochs: list[dict] = field(default_factory=list)
    members: list[keras.Model] = field(default_factory=list)


def finished(recipe: Recipe, report: Callable[[str], None] = print, distribution: Distribution = HERE) -> keras.Model:
    """Return the trained network of a recipe: as it is stored, else trained now."""
    return stored.network(recipe) or train(recipe, report, distribution=distribution).model


def finished_teachers(
    recipe: Recipe, report: Callable[[str], None] = print, distribution: Distribution = HERE
) -> list[keras.Model]:
    """Return the trained networks that a recipe learns from."""
    return [finished(RECIPES[name], report, distribution) for name in recipe.teachers]


def train(
    recipe: Recipe,
    report: Callable[[str], None] = print,
    fresh: bool = False,
    begin: "Callable[..., Run] | None" = None,
    distribution: Distribution = HERE,
) -> TrainedNetwork:
    """Train by `recipe`, its teachers first, resuming whatever has been begun.

    Args:
        recipe: what to train, and how.
        report: receives one line of text an epoch.
        fresh: forget the checkpoint of this recipe (not of its teachers) and start again.
        begin: makes the run from recipe, teachers and `report`: a `Run`, or one that does more at each epoch.
        distribution: of the steps; `begin`, if given, knows it.

    Raises:
        ClusterError: the recipe cannot be divided so, or the workers do not train the same.
        DataError: the training split cannot be had.
    """
    if recipe.members:
        return _joined(recipe, report, distribution)
    distribution.check(recipe, stored.digest(recipe))
    teachers = finished_teachers(recipe, report, distribution)
    tf.keras.utils.set_random_seed(recipe.seed)
    run = (begin or partial(Run, distribution=distribution))(recipe, teachers, report)
    if fresh:
        run.forget()
    run.resume()
    run.finish()
    weights = run.blended()
    here = distribution is HERE and recipe.precision == "float32"
    model = run.model if here else architectures.BUILDERS[recipe.network]()  # no replica's, and of 32 bits
    model.set_weights(weights)
    return _ended(model, recipe, run.epochs)


def _joined(recipe: Recipe, report: Callable[[str], None], distribution: Distribution) -> TrainedNetwork:
    """Put the members of a recipe side by side, those that are missing trained first."""
    members = [finished(RECIPES[name], report, distribution) for name in recipe.members]
    return replace(_ended(architectures.join(members), recipe, []), members=members)


def _ended(model: keras.Model, recipe: Recipe, epochs: list[dict]) -> TrainedNetwork:
    """Round the weights as the recipe says, and look at the held-out pictures."""
    if recipe.half:
        model.set_weights([w.astype(np.float16).astype(np.float32) if w.ndim > 1 else w for w in model.get_weights()])
    model.trainable = True  # what was frozen here need not be for whoever carries on
    accuracy = _accuracy(model, data.load_heldout())
    return TrainedNetwork(model, recipe, accuracy, sum(e["seconds"] for e in epochs), epochs)


class Run:
    """The state of one training run: weights, their average, momentum, and the epochs done."""

    def __init__(
        self,
        recipe: Recipe,
        teachers: list[keras.Model],
        report: Callable[[str], None],
        model: keras.Model | None = None,
        optimizer: keras.optimizers.Optimizer | None = None,
        train: data.Split | None = None,
        folder: Path | None = None,
        distribution: Distribution = HERE,
    ):
        """Prepare a run; what is not given is as the recipe says.

        Args:
            recipe: how to train.
            teachers: that it learns from.
            report: receives one line of text an epoch.
            model: to train in place.
            optimizer: whose learning rate the recipe sets, instead of SGD.
            train: pictures to learn from, instead of the 55,000.
            folder: of its checkpoint.
            distribution: of its steps.
        """
        self.recipe, self.teachers, self.report = recipe, teachers, report
        self.folder = folder or stored.run_folder(recipe)
        # What teachers think of the data set's pictures is the same whatever photos are left out.
        self.asked = folder or stored.run_folder(replace(recipe, left_out=-1))
        self.epochs: list[dict] = []
        self.distribution = distribution
        before = finished(recipe.start, report, distribution) if recipe.start else None
        with distribution.scope():
            self.model = model or architectures.build(recipe.network, recipe.precision)
            if before is not None:
                self.model.set_weights(before.get_weights())
            start = self.model.get_weights()
            if recipe.frozen:
                freeze(self.model, recipe.frozen)
            distribution.prepare(self.model)
            self.optimizer = optimizer or sgd(recipe)
            self.optimizer.build(self.model.trainable_variables)
            self.average = [distribution.variable(w) for w in self.model.weights]
        rest = finished(RECIPES[recipe.blends_with], report, distribution) if recipe.blends_with else None
        self.rest = start if rest is None else rest.get_weights()
        train = train or data.load_train()
        self.images = tf.constant(train.images[..., None])
        self.labels = tf.constant(train.labels.astype(np.int32))
        developed = load_developed(report).without(recipe.left_out) if recipe.photos else None
        self.photos = PhotoViews(developed) if developed else None
        self.photos_hash = developed.hash if developed else ""
        coins = np.random.default_rng(recipe.seed).integers(0, 2, len(train))
        self.flips = tf.constant(coins.astype(np.int32))
        self.steps_per_epoch = (recipe.pictures or len(train)) // recipe.batch
        self.step = distribution.function(step_function(self), recipe.jit)
        views, opinions = views_function(self), opinions_function(self)
        self.ask = tf.function(
            lambda batch, photos, parity, seed: opinions(views(batch, photos, parity, 1.0, seed)[0])  # no clean ones
        )

    @property
    def state_file(self) -> Path:
        return self.folder / "state.npz"

    def forget(self) -> None:
        """Forget the checkpoint, and what the teachers said."""
        if self.distribution.chief:
            for file in (self.state_file, *self.asked.glob("opinions*.npy")):
                file.unlink(missing_ok=True)

    def resume(self) -> None:
        """Load the newest checkpoint, if there is one; of one that is damaged, or of other photos, it is said.

        Several workers take that of the chief.
        """
        here = self.distribution.chief and self.state_file.exists()
        content = self.state_file.read_bytes() if here else None
        if content and self._is_of_other_photos(content):
            self._begin_again("does not say that it learned from these photos")
            content = None
        content = self.distribution.from_chief(content)
        if content is None:
            return
        try:
            epochs, values = self._checkpoint(content)
        except Exception as cause:  # zip, array and JSON readers raise whatever they like on damaged bytes
            return self._begin_again(f"is damaged ({type(cause).__name__})")
        for name, variables in self._variables().items():
            for variable, value in zip(variables, values[name], strict=True):
                variable.assign(value)
        self.epochs = epochs
        if len(self.epochs) < self.recipe.epochs:
            self.report(f"{self.recipe.name}: resuming after epoch {len(self.epochs)} of {self.recipe.epochs}")

    def _begin_again(self, why: str) -> None:
        self.report(
            f"{self.recipe.name}: the checkpoint {self.state_file} {why}: training starts again from the first epoch"
        )

    def _is_of_other_photos(self, content: bytes) -> bool:
        if not self.photos_hash:
            return False
        with suppress(Exception), np.load(io.BytesIO(content), allow_pickle=False) as state:
            return "photos" not in state or str(state["photos"]) != self.photos_hash
        return False  # it is damaged, which is found out later

    def _checkpoint(self, content: bytes) -> tuple[list[dict], dict[str, list[np.ndarray]]]:
        """Return the epochs done and the value of each variable: all of them, and of the right shapes."""
        with np.load(io.BytesIO(content), allow_pickle=False) as state:
            epochs = json.loads(str(state["epochs"]))
            values = {
                name: [state[f"{name}{position}"] for position in range(len(variables))]
                for name, variables in self._variables().items()
            }
        if not isinstance(epochs, list) or not all(isinstance(epoch, dict) for epoch in epochs):
            raise ValueError("a list of epochs was expected")
        for name, variables in self._variables().items():
            for variable, value in zip(variables, values[name], strict=True):
                if tuple(variable.shape) != value.shape or variable.dtype != value.dtype.name:
                    raise ValueError(f"{name}: an array of another shape or type")
        return epochs, values

    def save(self) -> None:
        """Write the checkpoint, as chief; a kill in the middle leaves the one before."""
        if not self.distribution.chief:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {
            f"{name}{position}": np.asarray(variable)
            for name, variables in self._variables().items()
            for position, variable in enumerate(variables)
        }
        arrays |= {"epochs": json.dumps(self.epochs), "photos": self.photos_hash}
        replace_file(self.state_file, lambda file: np.savez(file, **arrays))

    def _variables(self) -> dict[str, list]:
        return {
            "weight": self.model.weights,
            "average": self.average,
            "optimizer": [v for v in self.optimizer.variables if "learning_rate" not in v.path],
        }

    def averaged(self) -> list[np.ndarray]:
        return [np.asarray(v) for v in self.average]

    def blended(self) -> list[np.ndarray]:
        """Return the averaged weights, blended with others as the recipe says."""
        share = self.recipe.blend
        return [share * mean + (1 - share) * rest for mean, rest in zip(self.averaged(), self.rest, strict=True)]

    def finish(self) -> None:
        """Train the epochs that are left."""
        recipe = self.recipe
        for epoch in range(len(self.epochs), recipe.epochs):
            clean = epoch >= recipe.epochs - recipe.clean_epochs
            seen = epoch if clean or not recipe.view_epochs else epoch % recipe.view_epochs
            order = np.random.default_rng([recipe.seed, seen]).permutation(len(self.labels)).astype(np.int32)
            steps = self.steps_per_epoch
            bar = keras.utils.Progbar(
                steps, verbose=int(sys.stdout.isatty() and self.distribution.chief), unit_name="step"
            )
            start, losses, hits = time.perf_counter(), [], []
            opinions = self.opinions(seen, order) if recipe.view_epochs and self.teachers and not clean else None
            for step in range(steps):
                moment, progress = epoch * steps + step, (epoch + step / steps) / recipe.epochs
                batch, photos, fitting, parity, seed = self.drawn(seen, order, step)
                loss, hit = self.step(
                    batch,
                    photos,
                    fitting,
                    parity,
                    tf.constant(float(not clean)),
                    seed,
                    tf.constant(learning_rate(recipe, progress), tf.float32),
                    tf.constant(min(recipe.average, (1 + moment) / (10 + moment)), tf.float32),
                    *([] if opinions is None else [tf.constant(opinions[step], tf.float32)]),
                )
                losses.append(loss)
                hits.append(hit)
                bar.update(step + 1)
                self.after_step(step + 1, loss, hit)
            record = {
                "loss": float(np.mean(losses)),
                "train_accuracy": float(np.mean(hits)),
                "seconds": round(time.perf_counter() - start, 2),
            }
            self.epochs.append(record | self.measured())
            self.save()
            self.report(
                f"{recipe.name}: epoch {epoch + 1} of {recipe.epochs}, loss {record['loss']:.4f}, "
                f"held-out accuracy {self.epochs[-1]['heldout_accuracy']:.4f}, {record['seconds']:.1f} s"
            )

    def drawn(self, seen: int, order: np.ndarray, step: int) -> tuple[tf.Tensor, ...]:
        """Return what decides the views of a step: the same for the same epoch of views and step.

        Args:
            seen: which epoch of different views.
            order: (pictures,) of the training pictures in it.
            step: in the epoch.

        Returns:
            Numbers of the pictures, photos, the classes that fit these, the parity of mirror images, and the seed.
        """
        recipe, view = self.recipe, seen * self.steps_per_epoch + step
        photos, fitting = self.photos.batch(recipe, view) if self.photos else NO_PHOTOS
        batch = order[step * recipe.batch : (step + 1) * recipe.batch]
        return tuple(map(tf.constant, (batch, photos, fitting, seen % 2, [recipe.seed, view])))

    def opinions(self, seen: int, order: np.ndarray) -> np.ndarray:
        """Return what the teachers think of an epoch's views, asking them the first time that these are seen.

        Args:
            seen: which epoch of different views.
            order: (pictures,) of the training pictures in it.

        Returns:
            (steps, batch, 10) float16 probabilities, kept for every run that sees these views.
        """
        recipe, file = self.recipe, self.asked / f"opinions{seen}-{self.teachers_hash}.npy"
        shape = self.steps_per_epoch, recipe.batch, 10
        with suppress(OSError, ValueError, EOFError):  # none yet, or damaged: they are asked again
            known = np.load(file, allow_pickle=False)
            if known.shape == shape and known.dtype == np.float16:
                return known
        opinions = np.empty(shape, np.float16)
        for step in range(len(opinions)):
            batch, photos, _, parity, seed = self.drawn(seen, order, step)
            opinions[step] = self.ask(batch, photos, parity, seed)
        self.asked.mkdir(parents=True, exist_ok=True)
        for older in self.asked.glob(f"opinions{seen}-*.npy"):  # of teachers that are no longer
            older.unlink(missing_ok=True)
        replace_file(file, lambda path: np.save(path, opinions))
        return opinions

    @cached_property
    def teachers_hash(self) -> str:
        """Twelve hex digits of the weights of the teachers."""
        weights = (weight for teacher in self.teachers for weight in teacher.get_weights())
        return hashlib.sha256(b"".join(weight.tobytes() for weight in weights)).hexdigest()[:12]

    def after_step(self, done: int, loss: tf.Tensor, hit: tf.Tensor) -> None:
        """Called after each step of an epoch; whatever is raised here ends the run, which can be resumed.

        Args:
            done: steps of this epoch.
            loss: of the step's pictures.
            hit: share of them that were right.
        """

    def measured(self) -> dict:
        """Return what an epoch's record says of the held-out pictures, `heldout_accuracy` among it."""
        return {"heldout_accuracy": self._average_accuracy()}

    def _average_accuracy(self) -> float:
        current = self.model.get_weights()
        self.model.set_weights(self.averaged())
        accuracy = _accuracy(self.model, data.load_heldout())
        self.model.set_weights(current)
        return accuracy


def _accuracy(model: keras.Model, split: data.Split) -> float:
    logits = batched_logits(model, split.images)
    return float(np.mean(np.argmax(logits, axis=1) == split.labels))


def batched_logits(model: keras.Model, images: np.ndarray, batch: int = 500) -> np.ndarray:
    """Return the (n, 10) float32 logits of (n, 28, 28) pictures, in batches."""
    forward = tf.function(lambda x: model(x, training=False))
    pixels = images.astype(np.float32)[..., None]
    parts = [np.asarray(forward(tf.constant(pixels[i : i + batch]))) for i in range(0, len(pixels), batch)]
    return np.concatenate(parts)
