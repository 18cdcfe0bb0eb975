"""A trained network becomes files: Keras, LiteRT, stored logits and a card (loads TensorFlow)."""

import os
import platform
import sys
import tempfile
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fmnist_core import data
from fmnist_core.evaluation.calibration import calibration_facts, fit_temperature
from fmnist_core.evaluation.metrics import evaluate
from fmnist_core.files import replace_together, write_json
from fmnist_core.networks import manifest
from fmnist_core.networks.cards import MODELS
from fmnist_core.networks.classifier import Classifier
from fmnist_core.training.architectures import stages
from fmnist_core.training.flops import flops, layer_multiply_adds
from fmnist_core.training.loop import TrainedNetwork, batched_logits
from fmnist_core.training.portable import make_portable
from fmnist_core.training.stored import digest

# Of logits, LiteRT's from Keras's, by `Recipe.half`: normalisation is folded into the kernels, and rounded with them.
MAX_DIFFERENCE = {False: 1e-3, True: 0.05}


def export(trained: TrainedNetwork, command: str, folder: Path = MODELS) -> dict:
    """Write NAME.keras, NAME.tflite, NAME.logits.npz, NAME.parts.npz and NAME.json; return the card.

    Here, after the last epoch, the test split is read for the first time. Everything is written and checked beside the
    files that it then replaces, the card last: a kill in the middle leaves a network that ships as it was.

    Args:
        trained: what `training.train` returned.
        command: what the person typed, for the card.
        folder: where the files go.

    Raises:
        RuntimeError: LiteRT and Keras logits differ by more than 1e-3, those of 16 bits by more than .05.
    """
    files = [f"{trained.recipe.name}.{kind}" for kind in ("keras", "tflite", "logits.npz", "parts.npz", "json")]
    folder.mkdir(parents=True, exist_ok=True)
    with replace_together(folder, *files) as scratch:
        card = _write(trained, command, scratch)
    manifest.record(folder, *files)
    return card


def _write(trained: TrainedNetwork, command: str, folder: Path) -> dict:
    name = trained.recipe.name
    keras_file, tflite_file = folder / f"{name}.keras", folder / f"{name}.tflite"
    trained.model.save(keras_file)
    make_portable(keras_file, trained.recipe.half)
    tflite_file.write_bytes(to_litert(trained.model, trained.recipe.half))

    test, heldout = data.load_test(), data.load_heldout()
    classifier = Classifier(tflite_file, threads=2)
    logits: dict[str, Any] = {
        "test": classifier.bulk_logits(test.images),
        "heldout": classifier.bulk_logits(heldout.images),
    }
    difference = float(np.abs(logits["test"] - batched_logits(trained.model, test.images)).max())
    limit = MAX_DIFFERENCE[trained.recipe.half]
    if not difference <= limit:  # nor may it be what is no number
        raise RuntimeError(f"{name}: LiteRT and Keras logits must agree to {limit:g}, they differ by {difference:.2g}")
    logits_file = folder / f"{name}.logits.npz"
    network_hash = data.file_hash(tflite_file)
    np.savez_compressed(logits_file, heldout_labels=heldout.labels, network_sha256=network_hash, **logits)

    write_parts(trained.model, folder / f"{name}.parts.npz", network_hash)
    files = {path.name: data.file_hash(path) for path in (keras_file, tflite_file, logits_file)}
    temperature = fit_temperature(logits["heldout"], heldout.labels)
    card = {
        "name": name,
        "command": command,
        "recipe": asdict(trained.recipe),
        "recipe_digest": digest(trained.recipe),
        "seed": trained.recipe.seed,
        "dataset_sha256": data.dataset_hash(),
        "split": data.SPLIT_RULE,
        "versions": {p: version(p) for p in ("keras", "numpy", "ai-edge-litert")} | {"tensorflow": tf.__version__},
        "hardware": hardware(),
        "seconds": round(trained.seconds, 1),
        "parameters": trained.model.count_params(),
        "flops": flops(trained.model),
        "layers": layers(trained.model),
        "heldout": _measured(logits["heldout"], heldout.labels),
        "test": _measured(logits["test"], test.labels),
        "litert_difference": difference,
        "temperature": temperature,
        "calibration": calibration_facts(logits["test"], test.labels, temperature),
        "files": files,
        "epochs": trained.epochs,
    }
    write_json(folder / f"{name}.json", card)
    return card


def to_litert(model: keras.Model, half: bool = False) -> bytes:
    """Return the network as a LiteRT file, its `stage…` feature maps as further outputs.

    Args:
        model: the network.
        half: store the weights in 16 bits; the arithmetic stays that of 32.
    """
    staged = keras.Model(model.input, {"logits": model.output} | stages(model))
    archive = keras.export.ExportArchive()
    archive.track(staged)
    pixels = tf.TensorSpec((None, data.SIDE, data.SIDE, 1), tf.float32, name="pixels")
    archive.add_endpoint("serve", lambda pixels: staged(pixels, training=False), [pixels])
    with tempfile.TemporaryDirectory() as folder:
        archive.write_out(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if half:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        return converter.convert()


def write_parts(model: keras.Model, path: Path, network_hash: str) -> None:
    """Write the first and the last layer's weights and the normalisation, for explanations.

    An ensemble has several first layers, side by side: their filters follow each other.
    """
    weighted = [layer for layer in model.layers if hasattr(layer, "kernel")]
    normalise = model.get_layer("normalise")
    first = [layer for layer in weighted if layer.input is normalise.output] or weighted[:1]
    np.savez_compressed(
        path,
        kernel=np.asarray(weighted[-1].kernel),
        bias=np.asarray(weighted[-1].bias),
        filters=np.concatenate([np.asarray(layer.kernel) for layer in first], axis=-1),
        scale=normalise.scale,
        offset=normalise.offset,
        network_sha256=network_hash,
    )


def layers(model: keras.Model) -> list[dict]:
    """Return each layer's kind, output shape, parameters and arithmetic for one picture, from pixels to logits."""
    return [
        {
            "name": layer.name,
            "kind": type(layer).__name__,
            "shape": list(layer.output.shape[1:]),
            "parameters": layer.count_params(),
            "flops": 2 * layer_multiply_adds(layer),
        }
        for layer in model.layers
    ]


def hardware() -> dict:
    """Return the processor, its count, and the system that this runs on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text("utf-8").splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    processors = os.cpu_count() or 1
    return {"processor": model, "cores": processors, "system": platform.system(), "python": sys.version.split()[0]}


def _measured(logits: np.ndarray, labels: np.ndarray) -> dict:
    result = evaluate(logits, labels)
    return {"n": result.n, "accuracy": result.accuracy, "interval": list(result.interval)}
