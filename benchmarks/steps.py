"""How fast a network is trained here: `python -m benchmarks.steps [NAME] [--steps 12]`.

Whole steps of its recipe: augmentation, what its teachers think, forward, backward, update, moving average; in 32 bits,
in bfloat16, and with XLA, in turn. The peak is what a large matrix product of 32 bits reaches through TensorFlow.
"""

import argparse
import os
import statistics
import time
from dataclasses import replace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from benchmarks.network import peak_gflops
from benchmarks.serving import machine, markdown
from fmnist_core.training import loop
from fmnist_core.training.flops import flops
from fmnist_core.training.photos import NO_PHOTOS
from fmnist_core.training.recipes import RECIPES

WAYS: dict[str, dict[str, Any]] = {
    "32 bits": {"precision": "float32", "jit": False},
    "bfloat16": {"precision": "mixed_bfloat16", "jit": False},
    "32 bits, with XLA": {"precision": "float32", "jit": True},
}


def step_seconds(run: loop.Run, steps: int) -> float:
    """Return the median time of a training step, after three to warm up."""
    batch, times = tf.range(run.recipe.batch), []
    for number in range(steps + 3):
        start = time.perf_counter()
        loss, _ = run.step(
            batch,
            *(tf.constant(part) for part in NO_PHOTOS),
            tf.constant(0),
            tf.constant(1.0),
            tf.constant([0, number]),
            tf.constant(0.01, tf.float32),
            tf.constant(0.9, tf.float32),
        )
        float(loss)
        times.append(time.perf_counter() - start)
    return statistics.median(times[3:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    trained = [name for name, recipe in RECIPES.items() if not recipe.members and not recipe.photos]
    parser.add_argument("name", nargs="?", choices=trained, default="resnet")
    parser.add_argument("--steps", type=int, default=12)
    args = parser.parse_args()
    recipe = RECIPES[args.name]
    teachers = loop.finished_teachers(recipe)
    runs = {way: loop.Run(replace(recipe, **options), teachers, print) for way, options in WAYS.items()}
    times: dict[str, list[float]] = {way: [] for way in runs}
    peaks = []
    for _ in range(2):
        peaks.append(peak_gflops())
        for way, run in runs.items():
            times[way].append(step_seconds(run, args.steps))
    peak = statistics.median(peaks)
    print(f"{args.name}, batch {recipe.batch}; {machine()}; peak of a matrix product {peak:.0f} GFLOP/s\n")
    rows = []
    for way, run in runs.items():
        seconds = min(times[way])
        work = 3 * flops(run.model) + sum(flops(teacher) for teacher in teachers)
        speed = work * recipe.batch / seconds / 1e9
        rows.append([way, f"{recipe.batch / seconds:,.0f}", f"{speed:.0f}", f"{speed / peak:.0%}"])
    print(markdown(["", "pictures a second", "GFLOP/s", "share of the peak"], rows))


if __name__ == "__main__":
    main()
