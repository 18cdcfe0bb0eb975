"""Where runs and finished networks are kept, by the digest of their recipe (loads TensorFlow)."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

import keras
import numpy as np

from fmnist_core import data
from fmnist_core.files import write_arrays
from fmnist_core.networks.cards import MODELS
from fmnist_core.training import architectures
from fmnist_core.training.flops import flops
from fmnist_core.training.recipes import RECIPES, Recipe

# Weights of finished runs that others build on, in 16 or 8 bits, or what an ensemble that ships does not hold of them.
KEPT = MODELS / "teachers"


def runs_folder() -> Path:
    """Return the folder of checkpoints: `FMNIST_RUNS`, else one in the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return Path(os.environ.get("FMNIST_RUNS", cache / "fmnist" / "runs"))


def run_folder(recipe: Recipe) -> Path:
    """Return where this recipe keeps its checkpoint; another recipe or seed has another folder.

    What is made of the weights after the last epoch is no part of the run.
    """
    run = replace(recipe, blend=1.0, blends_with="")
    return runs_folder() / f"{recipe.name}-seed{recipe.seed}-{digest(run)}"


def digest(recipe: Recipe) -> str:
    """Return eight hex digits that name a recipe and all that it builds on.

    Fields at their default do not count, so new ones change nothing.
    """
    chosen = {f.name: getattr(recipe, f.name) for f in fields(recipe)}
    chosen = {f.name: chosen[f.name] for f in fields(recipe) if chosen[f.name] != f.default}
    for several in ("teachers", "members"):
        if getattr(recipe, several):
            chosen[several] = [digest(RECIPES[name]) for name in getattr(recipe, several)]
    if recipe.start:
        chosen["starts_from"] = digest(recipe.start)
    if recipe.blends_with:
        chosen["blends_with"] = digest(RECIPES[recipe.blends_with])
    return hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()[:8]


def keep(model: keras.Model, recipe: Recipe, folder: Path | None = None, small: bool = False) -> Path:
    """Write a finished run's weights for the recipes that build on it; return the file.

    Args:
        model: the network.
        recipe: it was trained by.
        folder: for the file; `KEPT` by default.
        small: kernels are kept in 8 bits, with a scale for each output channel, instead of 16.
    """
    folder = folder or KEPT
    folder.mkdir(parents=True, exist_ok=True)
    path, arrays = folder / f"{recipe.name}.npz", dict[str, np.ndarray]()
    for k, weight in enumerate(model.get_weights()):
        if small and weight.ndim > 1:
            scale = np.abs(weight).max(axis=tuple(range(weight.ndim - 1))) / 127
            arrays[f"scale{k}"] = scale = np.maximum(scale, np.finfo(np.float32).tiny).astype(np.float32)
            arrays[f"weight{k}"] = np.rint(weight / scale).astype(np.int8)
        else:
            arrays[f"weight{k}"] = weight.astype(np.float16)
    write_arrays(path, digest=digest(recipe), **arrays)
    return path


@contextmanager
def replacing(recipe: Recipe, members: list[keras.Model]) -> Iterator[None]:
    """While a network that ships is replaced, keep whole what its files held of others; then leave out what they hold.

    A kill in between leaves all of it whole. A network that is no ensemble holds nothing of others.

    Args:
        recipe: of the network to come.
        members: that it was put together from, in order; none, if it is no ensemble.
    """
    if members:
        keep_members(recipe, members)
    yield
    if members:
        keep_once(recipe, members)


def keep_members(ensemble: Recipe, members: list[keras.Model]) -> None:
    """Write the whole weights of all that is kept, while the ensemble that holds some of it is replaced.

    Args:
        ensemble: recipe of the one to come.
        members: that it was put together from, in order.
    """
    known = dict(zip(ensemble.members, members, strict=True))
    for name in _kept_names():
        model = known.get(name) or kept(RECIPES[name])
        if model is not None:
            keep(model, RECIPES[name])


def keep_once(ensemble: Recipe, members: list[keras.Model]) -> None:
    """Leave of the members that are kept what the ensemble, which ships now, does not hold: their last layers.

    All else is kept small.

    Args:
        ensemble: its recipe.
        members: that it was put together from, in order.
    """
    for name in _kept_names():
        if name not in ensemble.members and (model := kept(RECIPES[name])) is not None:
            keep(model, RECIPES[name], small=True)
    holder = MODELS / f"{ensemble.name}.keras"
    for position, (name, model) in enumerate(zip(ensemble.members, members, strict=True)):
        if (path := KEPT / f"{name}.npz").is_file():
            kernel, bias = model.get_layer("logits").get_weights()
            facts = {"holder": holder.name, "holder_sha256": data.file_hash(holder), "position": position}
            write_arrays(path, digest=digest(RECIPES[name]), kernel=kernel, bias=bias, **facts)


def _kept_names() -> list[str]:
    return sorted(path.stem for path in KEPT.glob("*.npz") if path.stem in RECIPES)


def kept(recipe: Recipe) -> keras.Model | None:
    """Return the network that `keep` or `keep_once` wrote, or None when there is none of this very recipe."""
    path = KEPT / f"{recipe.name}.npz"
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if str(arrays["digest"]) != digest(recipe):
                return None
            model = architectures.BUILDERS[recipe.network]()
            if "holder" not in arrays:
                weights = [arrays[f"weight{k}"].astype(np.float32) for k in range(len(model.weights))]
                scales = (arrays[f"scale{k}"] if f"scale{k}" in arrays else np.float32(1) for k in range(len(weights)))
                model.set_weights([weight * scale for weight, scale in zip(weights, scales, strict=True)])
                return model
            holder = MODELS / Path(str(arrays["holder"])).name
            if data.file_hash(holder) != str(arrays["holder_sha256"]):
                return None
            whole = keras.models.load_model(holder, compile=False)
            architectures.take_apart(whole, int(arrays["position"]), model)
            model.get_layer("logits").set_weights([arrays["kernel"], arrays["bias"]])
            return model
    except Exception:  # a damaged file may make its readers raise anything: it is trained again
        return None


def shipped(recipe: Recipe, folder: Path = MODELS) -> keras.Model | None:
    """Return the network that ships, or None when there is none of this very recipe or its file is not the card's."""
    path = folder / f"{recipe.name}.keras"
    try:
        card = json.loads((folder / f"{recipe.name}.json").read_text("utf-8"))
        if card["recipe_digest"] != digest(recipe) or data.file_hash(path) != card["files"][path.name]:
            return None
        return keras.models.load_model(path, compile=False)
    except (OSError, ValueError, KeyError, TypeError):  # none, or damaged: it is trained again
        return None


def network(recipe: Recipe) -> keras.Model | None:
    """Return the trained network of a recipe, as it ships or was kept, or None."""
    return shipped(recipe) or kept(recipe)


def own_cost(recipe: Recipe) -> float:
    """Return about how many floating-point operations a recipe takes, its teachers' looks at the views included."""
    own = flops(architectures.BUILDERS[recipe.network]())
    taught = sum(flops(architectures.BUILDERS[RECIPES[name].network]()) for name in recipe.teachers)
    pictures = recipe.pictures or data.TRAIN_SIZE
    looks = recipe.epochs  # of the teachers; about views that come again they are asked once
    if recipe.view_epochs:
        looks = min(looks, recipe.view_epochs + recipe.clean_epochs)
    return pictures * (recipe.epochs * (1 + recipe.photos / recipe.batch) * 3 * own + looks * taught)


def cost(recipe: Recipe, missing: Callable[[Recipe], bool] = lambda other: network(other) is None) -> float:
    """Return `own_cost` of a recipe and of all that it builds on and that is `missing`, each counted once."""
    total, asked, waiting = 0.0, {recipe.name}, [recipe]
    while waiting:
        needed = waiting.pop()
        total += own_cost(needed)
        others = {other.name: other for other in needed.builds_on() if other.name not in asked}
        asked |= others.keys()
        waiting += filter(missing, others.values())
    return total
