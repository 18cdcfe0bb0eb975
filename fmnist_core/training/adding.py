"""A network trained elsewhere becomes one of ours: checked, converted to LiteRT, measured (loads TensorFlow).

Read are Keras's `.keras` and HDF5 files without code of their own, whatever backend wrote them, and SavedModel folders.
A network file is a program: read only those of people whom you trust.
"""

import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from fmnist_core import data
from fmnist_core.evaluation.calibration import calibration_facts, fit_temperature
from fmnist_core.evaluation.metrics import evaluate
from fmnist_core.files import replace_together, write_json
from fmnist_core.networks import manifest
from fmnist_core.networks.cards import TITLES
from fmnist_core.networks.classifier import Classifier, ModelError
from fmnist_core.networks.interface import SMALLEST, Interface, check_shapes, first_line, found_out
from fmnist_core.photos.segmentation import SEGMENTER
from fmnist_core.sample import load_sample
from fmnist_core.training.recipes import RECIPES

MAX_DIFFERENCE = 1e-2  # between the logits before and after the conversion, of those that count
MAX_TITLE = 30


@dataclass(frozen=True)
class Foreign:
    """A network as it was read.

    Attributes:
        call: from a batch of pictures, float32, to what the network gives.
        shape: of one picture: (28, 28), (28, 28, 1) or (784,).
        parameters: how many.
        tracked: TensorFlow's objects behind it, which a conversion must know.
    """

    call: Callable[[tf.Tensor], tf.Tensor]
    shape: tuple[int, ...]
    parameters: int
    tracked: list[Any]


def short_name(title: str) -> str:
    """Return the name of a network's files, from its title for people.

    Raises:
        ModelError: nothing is left of it, it is too long, or what ships, or how it is trained, has it.
    """
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    if not name or len(title) > MAX_TITLE:
        raise ModelError(
            f"A name needs 1 to {MAX_TITLE} characters, a letter or digit among them; it is {title!r:.60}."
        )
    if name in {*TITLES, *RECIPES, SEGMENTER.stem, manifest.NAME.removesuffix(".json")}:
        raise ModelError(f"{name} is a name that this project uses itself: choose another with --name.")
    return name


def add(path: Path, title: str, folder: Path, command: str) -> tuple[dict, Interface]:
    """Write NAME.tflite, NAME.logits.npz and NAME.json; return the card, and what the network takes and gives.

    Args:
        path: a `.keras` or HDF5 file, or a SavedModel folder.
        title: what people call it.
        folder: where the files go.
        command: what the person typed, for the card.

    Raises:
        ModelError: it is no such network; the message says what was expected and what came.
        DataError: the pictures to measure it on cannot be read.
    """
    name = short_name(title)
    foreign = read(path)
    interface = found_out(lambda pixels: _run(foreign.call, pixels), foreign.shape, load_sample()[0], path.name)
    start = time.perf_counter()
    files = [f"{name}.{kind}" for kind in ("tflite", "logits.npz", "json")]
    folder.mkdir(parents=True, exist_ok=True)
    with replace_together(folder, *files) as scratch:
        card = _write(scratch, name, title, foreign, interface, path.name)
        card |= {"command": command, "parameters": foreign.parameters, "seconds": round(time.perf_counter() - start, 1)}
        write_json(scratch / f"{name}.json", card)
    manifest.record(folder, *files)
    return card, interface


def read(path: Path) -> Foreign:
    """Return a network that was saved elsewhere.

    Raises:
        ModelError: it cannot be read, or takes or gives something else.
    """
    if not path.exists():
        raise ModelError(f"{path} is not there: a .keras or HDF5 file, or a SavedModel folder, was expected.")
    try:
        if path.is_dir():
            return _saved_model(path)
        model = keras.models.load_model(path, compile=False, safe_mode=True)
        takes, gives, parameters = model.input_shape, model.output_shape, model.count_params()
    except ModelError:
        raise
    except Exception as cause:
        raise ModelError(
            f"{path.name} cannot be read: a .keras or HDF5 file without code of its own, or a SavedModel folder, was "
            f"expected ({first_line(cause)})."
        ) from cause
    shape = check_shapes(takes, gives, path.name)
    variables = [variable.value for variable in model.variables]
    return Foreign(lambda pixels: model(pixels, training=False), shape, parameters, variables)


def _saved_model(path: Path) -> Foreign:
    loaded: Any = tf.saved_model.load(str(path))
    signatures = dict(loaded.signatures)
    signature = signatures.get("serving_default") or signatures.get("serve") or next(iter(signatures.values()), None)
    if signature is None:
        raise ModelError(f"{path.name} has no signature to call: save it with model.export(…).")
    inputs, outputs = signature.structured_input_signature[1], signature.structured_outputs
    if len(inputs) != 1 or len(outputs) != 1:
        raise ModelError(f"{path.name} has {len(inputs)} inputs and {len(outputs)} outputs: one of each was expected.")
    (argument, spec), (result, out) = next(iter(inputs.items())), next(iter(outputs.items()))
    shape = check_shapes(tuple(spec.shape), tuple(out.shape), path.name)
    parameters = sum(int(np.prod(variable.shape)) for variable in signature.variables)

    def call(pixels: tf.Tensor) -> tf.Tensor:
        return signature(**{argument: tf.cast(pixels, spec.dtype)})[result]

    return Foreign(call, shape, max(parameters, 1), [loaded])


def _run(call: Callable[[tf.Tensor], tf.Tensor], pixels: np.ndarray) -> np.ndarray:
    parts = np.split(pixels, max(len(pixels) // 500, 1))
    try:
        return np.concatenate([np.asarray(call(tf.constant(part))) for part in parts])
    except Exception as cause:  # TensorFlow and Keras raise what they like
        raise ModelError(
            f"The network cannot be run on {len(parts[0])} pictures at once ({first_line(cause)})."
        ) from cause


def _write(folder: Path, name: str, title: str, foreign: Foreign, interface: Interface, source: str) -> dict:
    """Convert and measure; return the card."""
    tflite = folder / f"{name}.tflite"
    content, operations = _converted(foreign, interface, source)
    tflite.write_bytes(content)
    test, heldout = data.load_test(), data.load_heldout()
    classifier = Classifier(tflite, threads=2)
    logits: dict[str, Any] = {
        "test": classifier.bulk_logits(test.images),
        "heldout": classifier.bulk_logits(heldout.images),
    }
    before = _run(_as_logits(foreign.call, interface), interface.pixels(test.images[:1000]))
    counts = before > before.max(axis=1, keepdims=True) - 10
    difference = float(np.abs(before - logits["test"][:1000])[counts].max())
    if not difference <= MAX_DIFFERENCE:  # nor may it be what is no number
        raise ModelError(
            f"{source} and its LiteRT conversion must agree to {MAX_DIFFERENCE}; they differ by {difference:.2g}."
        )
    np.savez_compressed(
        folder / f"{name}.logits.npz",
        heldout_labels=heldout.labels,
        network_sha256=data.file_hash(tflite),
        **logits,
    )
    temperature = fit_temperature(logits["heldout"], heldout.labels)
    return {
        "name": name,
        "title": title,
        "added": True,
        "source": source,
        "dataset_sha256": data.dataset_hash(),
        "flops": operations,
        "layers": [],
        "heldout": _measured(logits["heldout"], heldout.labels),
        "test": _measured(logits["test"], test.labels),
        "litert_difference": difference,
        "temperature": temperature,
        "calibration": calibration_facts(logits["test"], test.labels, temperature),
        "files": {file: data.file_hash(folder / file) for file in (f"{name}.tflite", f"{name}.logits.npz")},
    }


def _as_logits(call: Callable[[tf.Tensor], tf.Tensor], interface: Interface) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a network that gives logits; of probabilities the logarithm, whose softmax they are."""
    if interface.gives_probabilities:
        return lambda pixels: tf.math.log(tf.maximum(call(pixels), SMALLEST))
    return call


def _converted(foreign: Foreign, interface: Interface, source: str) -> tuple[bytes, int]:
    """Return the LiteRT file, and the operations for one picture as TensorFlow's profiler counts them.

    Raises:
        ModelError: it holds an operation that LiteRT does not have.
    """
    wanted = _as_logits(foreign.call, interface)

    def serve(pixels: tf.Tensor) -> dict[str, tf.Tensor]:
        scaled = pixels if interface.scale == 1 else pixels * np.float32(interface.scale)
        return {"logits": wanted(tf.reshape(scaled, (-1, *interface.shape)))}

    module = tf.Module()
    module.tracked = foreign.tracked
    module.serve = tf.function(serve, input_signature=[_pixels(None)])
    try:
        with tempfile.TemporaryDirectory() as scratch:
            tf.saved_model.save(module, scratch, signatures={"serve": module.serve})
            content = tf.lite.TFLiteConverter.from_saved_model(scratch, signature_keys=["serve"]).convert()
    except Exception as cause:
        raise ModelError(f"{source} cannot be converted to LiteRT ({first_line(cause)}).") from cause
    one = tf.function(serve).get_concrete_function(_pixels(1))
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    options["output"] = "none"
    profile = tf.compat.v1.profiler.profile(convert_variables_to_constants_v2(one).graph, options=options)
    return content, max(int(profile.total_float_ops), 1)


def _pixels(batch: int | None) -> tf.TensorSpec:
    return tf.TensorSpec((batch, data.SIDE, data.SIDE, 1), tf.float32, name="pixels")


def _measured(logits: np.ndarray, labels: np.ndarray) -> dict:
    result = evaluate(logits, labels)
    return {"n": result.n, "accuracy": result.accuracy, "interval": list(result.interval)}
