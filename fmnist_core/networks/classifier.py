"""A trained network behind LiteRT, TensorFlow's runtime for deployed networks: pictures in, logits out."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from fmnist_core.data import SIDE
from fmnist_core.networks import runtime_notes

BULK_BATCH = 100


class ModelError(Exception):
    """A network's file is missing or is not a network of this project."""


class Classifier:
    """One network, safe to share between threads.

    A LiteRT interpreter must never be used by two threads at once. Single pictures share one interpreter behind
    a lock, held for about a millisecond; every bulk evaluation gets an interpreter of its own, so that it never
    makes a single prediction wait.
    """

    def __init__(self, path: Path, threads: int = 1, content: bytes | None = None):
        """Load the network in `path`.

        Args:
            path: a `.tflite` file whose signature takes `pixels` and gives `logits` and, where the network has
                them, the feature maps `stage1`, `stage2`, …
            threads: processors that one run may use.
            content: of the file, where it is not to be read.

        Raises:
            ModelError: the file is missing, damaged, or of another form; the message names it.
        """
        self.path = path
        self.threads = threads
        self._lock = threading.Lock()
        try:
            # The bytes, not the path: it may hold letters that LiteRT cannot decode.
            self._content = path.read_bytes() if content is None else content
        except OSError as cause:
            raise ModelError(
                f"{path.name}: expected a LiteRT network with input `pixels` and output `logits`, but {cause}"
            ) from cause
        self._runner = self._new_runner(batch=1)
        self.stage_names = tuple(sorted(name for name in self._runner.outputs if name.startswith("stage")))

    def _new_runner(self, batch: int) -> "_Runner":
        return _Runner(self._content, self.path.name, batch, self.threads)

    def logits(self, images: np.ndarray) -> np.ndarray:
        """Return the (n, 10) float32 logits of (n, 28, 28) pictures, one at a time.

        Args:
            images: pixels 0..255 of any numeric type.

        Raises:
            ValueError: another shape.
        """
        images = check_images(images)
        with self._lock:
            return np.concatenate([self._runner.run(image[None], "logits") for image in images])

    def outputs(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """Return `logits` (10,) and every `stage…` feature map (rows, columns, channels) of one picture.

        Args:
            image: (28, 28) pixels 0..255.

        Raises:
            ValueError: another shape.
        """
        images = check_images(image[None])
        with self._lock:
            self._runner.run(images, "logits")
            return {name: self._runner.read(name)[0] for name in ("logits", *self.stage_names)}

    def iter_outputs(self, images: np.ndarray, output: str = "logits", batch: int = BULK_BATCH) -> Iterator[np.ndarray]:
        """Yield one output (usually the logits) of many pictures, batch by batch, on an interpreter of its own.

        A single picture goes through the shared one: that is quicker than starting another.

        Args:
            images: (n, 28, 28) pixels 0..255.
            output: `logits` or one of `stage_names`.
            batch: pictures a run.

        Raises:
            ValueError: another shape, or no such output.
        """
        images = check_images(images)
        if output not in self._runner.outputs:
            raise ValueError(f"output must be one of {sorted(self._runner.outputs)}, received {output!r}")
        if len(images) == 1:
            with self._lock:
                part = self._runner.run(images, output)
            yield part
            return
        runner = None
        for start in range(0, len(images), batch):
            part = images[start : start + batch]
            if runner is None or runner.batch != len(part):
                runner = self._new_runner(batch=len(part))
            yield runner.run(part, output)

    def features(self, images: np.ndarray) -> np.ndarray:
        """Return the (n, k) float32 features of pictures: what the network's last layer sees.

        Feature maps are averaged over their positions; a network without hidden layer sees the pixels (0..1).

        Args:
            images: (n, 28, 28) pixels 0..255; n may be 0. A single picture goes through the shared interpreter.
        """
        if not self.stage_names:
            return pixels_as_features(images)
        last = self.stage_names[-1]
        parts = [part.reshape(len(part), -1, part.shape[-1]).mean(axis=1) for part in self.iter_outputs(images, last)]
        return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)

    def bulk_logits(self, images: np.ndarray) -> np.ndarray:
        """Return the (n, 10) float32 logits of many pictures, in batches; n may be 0."""
        parts = list(self.iter_outputs(images))
        return np.concatenate(parts) if parts else np.zeros((0, 10), np.float32)


def pixels_as_features(images: np.ndarray) -> np.ndarray:
    """Return (n, 28, 28) pixels 0..255 as (n, 784) float32 features 0..1."""
    return (images.reshape(len(images), -1) / 255).astype(np.float32)


def check_images(images: np.ndarray) -> np.ndarray:
    """Return (n, 28, 28) pictures as float32.

    Raises:
        ValueError: another shape, or values that are not numbers.
    """
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
        raise ValueError(f"expected pictures of shape (n, {SIDE}, {SIDE}), received {images.shape}")
    pixels = images.astype(np.float32)
    if not np.isfinite(pixels).all():
        raise ValueError("pixels must be finite numbers, received nan or infinity")
    return pixels


class _Runner:
    """One LiteRT interpreter with a fixed batch; not safe to share between threads."""

    def __init__(self, content: bytes, name: str, batch: int, threads: int):
        self.batch = batch
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=threads)
            signature = self._interpreter.get_signature_runner()
            inputs = signature.get_input_details()
            self.outputs = {name: detail["index"] for name, detail in signature.get_output_details().items()}
            self._input = inputs["pixels"]["index"]
            del signature, inputs  # they refer to the interpreter's memory, which resizing forbids
            self._interpreter.resize_tensor_input(self._input, [batch, SIDE, SIDE, 1])
            with runtime_notes.withheld():
                self._interpreter.allocate_tensors()
            # A larger batch is not tried: that would cost as much as a batch of pictures.
            shape = self.run(np.zeros((1, SIDE, SIDE), np.float32), "logits").shape if batch == 1 else (1, 10)
        except Exception as cause:  # a damaged file may make LiteRT raise anything
            raise ModelError(
                f"{name}: expected a LiteRT network with input `pixels` and output `logits`, but {cause}"
            ) from cause
        if shape != (1, 10):
            raise ModelError(f"{name}: expected logits of shape (1, 10), received {shape}")

    def run(self, pixels: np.ndarray, output: str) -> np.ndarray:
        self._interpreter.set_tensor(self._input, pixels[..., None])
        self._interpreter.invoke()
        return self.read(output)

    def read(self, output: str) -> np.ndarray:
        return self._interpreter.get_tensor(self.outputs[output])
