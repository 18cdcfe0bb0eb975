"""A stranger's network in the confined process: loaded, found out, run."""

from collections import OrderedDict
from dataclasses import asdict
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from fmnist_core import data
from fmnist_core.confined import wire
from fmnist_core.confined.process import RefusedError
from fmnist_core.networks.classifier import BULK_BATCH, ModelError
from fmnist_core.networks.interface import Interface, check_shapes, first_line, found_out
from fmnist_core.sample import load_sample

WEIGHTS = (np.float32, np.float16, np.int8)
KEPT = 4  # networks that the process keeps


class Foreign:
    """A stranger's network, as the confined process has it."""

    def __init__(self, content: bytes, name: str):
        """Load it.

        Raises:
            ModelError: it is no network for these pictures.
        """
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=1)
            takes, gives = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        except Exception as cause:  # a damaged file may make LiteRT raise anything
            raise ModelError(f"{name} is not a LiteRT network that can be loaded ({first_line(cause)})") from cause
        # Beside the ten numbers a network may give what it saw on the way.
        gives = [part for part in gives if _shape(part)[1:] == (len(data.CLASS_NAMES),)] or gives[:1]
        if len(takes) != 1 or len(gives) != 1:
            raise ModelError(
                f"{name} has {len(takes)} inputs and {len(gives)} outputs of ten numbers: one of each was expected."
            )
        for part in (takes[0], gives[0]):
            if part["dtype"] is not np.float32:
                raise ModelError(f"{name} works with {part['dtype'].__name__}: float32 was expected.")
        self.shape = check_shapes(_shape(takes[0]), _shape(gives[0]), name)
        self.parameters = max(sum(self._constants()), 1)
        self._name, self._input, self._output = name, takes[0]["index"], gives[0]["index"]
        self._batch, self._one_at_a_time = 0, False

    def _constants(self) -> list[int]:
        """Return how many numbers each tensor holds that has a value before anything ran: the parameters.

        Whole numbers of 32 bits are shapes and axes; weights may be of 32, 16 or 8 bits.
        """
        found = []
        for tensor in self._interpreter.get_tensor_details():
            if tensor["dtype"] not in WEIGHTS:
                continue
            try:
                found.append(self._interpreter.get_tensor(tensor["index"]).size)
            except ValueError:  # filled when the network runs
                continue
        return found

    def run(self, pixels: np.ndarray) -> np.ndarray:
        """Return (n, 10) numbers for (n, …) float32 pixels.

        Raises:
            ModelError: it cannot be run.
        """
        try:
            return np.concatenate([self._part(part) for part in _parts(pixels)])
        except (ValueError, RuntimeError) as cause:
            raise ModelError(f"{self._name} cannot be run ({first_line(cause)})") from cause

    def _part(self, pixels: np.ndarray) -> np.ndarray:
        if self._one_at_a_time and len(pixels) > 1:
            return np.concatenate([self._part(pixel[None]) for pixel in pixels])
        try:
            return self._batched(pixels)
        except (ValueError, RuntimeError):  # some networks fix the batch at one
            if len(pixels) == 1:
                raise
            self._one_at_a_time, self._batch = True, 0
            return self._part(pixels)

    def _batched(self, pixels: np.ndarray) -> np.ndarray:
        if self._batch != len(pixels):
            self._interpreter.resize_tensor_input(self._input, [len(pixels), *self.shape])
            self._interpreter.allocate_tensors()
            self._batch = len(pixels)
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        given = self._interpreter.get_tensor(self._output)
        if given.shape != (len(pixels), len(data.CLASS_NAMES)):
            raise ValueError(f"gives {given.shape} for {len(pixels)} pictures")
        return given


def _shape(part: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(side) for side in part["shape"])


def _parts(pixels: np.ndarray) -> list[np.ndarray]:
    return [pixels[start : start + BULK_BATCH] for start in range(0, len(pixels), BULK_BATCH)]


def work() -> Any:
    """Return what the process does: a network's file and pictures in, facts or logits out."""
    (training, heldout), kept = load_sample(), OrderedDict[str, Foreign]()

    def answer(facts: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
        try:
            return check(facts, blobs) if facts["do"] == "check" else run(facts, blobs)
        except ModelError as problem:
            raise RefusedError(str(problem)) from problem

    def check(facts: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
        foreign = Foreign(blobs[0], facts["name"])
        found = found_out(foreign.run, foreign.shape, training, facts["name"])
        right = foreign.run(found.pixels(heldout.images)).argmax(axis=1) == heldout.labels
        return {
            "interface": asdict(found),
            "heldout": float(right.mean()),
            "parameters": foreign.parameters,
        }, []

    def run(facts: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
        if facts["network"] not in kept:
            if len(blobs) < 2:
                return {"unknown": True}, []
            kept[facts["network"]] = Foreign(blobs[1], facts["name"])
            while len(kept) > KEPT:
                kept.popitem(last=False)
        foreign = kept[facts["network"]]
        kept.move_to_end(facts["network"])
        interface = Interface(**facts["interface"])
        pixels = interface.pixels(wire.array(facts["images"], blobs[0]))
        logits = interface.logits(foreign.run(pixels)).astype(np.float32)
        return {"logits": wire.described(logits)}, [logits.tobytes()]

    return answer
