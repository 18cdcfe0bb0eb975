"""Each network two ways, in turn in one run: `python -m benchmarks.network [--models resnet tiny]`.

Keras `predict` against LiteRT: one picture, all 10,000 pictures, and the share of the processor's peak. The peak is
what a large matrix product reaches here, through TensorFlow, in 32 bits, on as many threads (NumPy from PyPI brings a
BLAS that stays far below it on some processors). With `--other FOLDER` another state of this project answers the same
in turn, with its own code and its own network files.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks.serving import ROOT, machine, markdown
from fmnist_core import Classifier, load_card, load_test, network_names


def seconds(action: Callable[[], object], times: int) -> float:
    """Return the median time of an action, after one to warm up."""
    action()
    found = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def peak_gflops(side: int = 3000) -> float:
    """Return the GFLOP/s of a float32 matrix product of two (side, side) matrices."""
    import tensorflow as tf

    matrix = tf.random.normal((side, side))
    return 2 * side**3 / seconds(lambda: tf.linalg.matmul(matrix, matrix).numpy(), 5) / 1e9


def ways(name: str) -> dict[str, tuple[Callable[[], object], Callable[[], object], int]]:
    """Return, for Keras and for LiteRT, what answers one picture, what answers all, and how often to time one."""
    import keras

    card, images = load_card(name), load_test().images
    model = keras.models.load_model(card.folder / f"{name}.keras", compile=False)
    pixels = images.astype(np.float32)[..., None]
    single = Classifier(card.tflite, threads=2)
    bulk = Classifier(card.tflite, threads=len(os.sched_getaffinity(0)))
    return {
        "Keras": (
            lambda: model.predict(pixels[:1], verbose=0),
            lambda: model.predict(pixels, verbose=0, batch_size=32),
            30,
        ),
        "LiteRT": (lambda: single.logits(images[:1]), lambda: bulk.bulk_logits(images), 300),
    }


def printed(folder: Path, name: str) -> tuple[float, float]:
    """Return what this benchmark prints in a folder for LiteRT: milliseconds of one picture, seconds of all 10,000."""
    command = [sys.executable, "-m", "benchmarks.network", "--models", name, "--rounds", "1"]
    text = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    cells = next(line for line in text.splitlines() if re.match(rf"\| *{name} *\|", line)).split("|")
    return float(cells[3].split()[0]), float(cells[6].split()[0])


def before_and_after(other: Path, names: list[str], rounds: int) -> None:
    """Print how this state and another one answer, in turn."""
    rows = []
    for name in names:
        found: dict[Path, list[tuple[float, float]]] = {ROOT: [], other: []}
        for _ in range(rounds):
            for folder, times in found.items():
                times.append(printed(folder, name))
        # The fastest round counts: whatever else runs on the machine makes the others slower, not this one faster.
        one, every = zip(*(map(min, zip(*times, strict=True)) for times in found.values()), strict=True)
        singles = [*(f"{t:.3f} ms" for t in one), f"{one[0] / one[1]:.2f} x"]
        rows.append([name, *singles, *(f"{t:.2f} s" for t in every), f"{every[0] / every[1]:.2f} x"])
    print(f"LiteRT, this state and {other}; {machine()}\n")
    heads = ["", "one picture", "the other state", "ratio", "all 10,000", "the other state", "ratio"]
    print(markdown(heads, rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=network_names(), default=network_names())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--other", type=Path, help="folder with another state of this project, measured in turn")
    args = parser.parse_args()
    if args.other:
        return before_and_after(args.other.resolve(), args.models, args.rounds)
    rows, peaks, speeds = [], [], []
    cores = len(os.sched_getaffinity(0))
    for name in args.models:
        one: dict[str, list[float]] = {"Keras": [], "LiteRT": []}
        every: dict[str, list[float]] = {"Keras": [], "LiteRT": []}
        both = ways(name)
        for _ in range(args.rounds):
            peaks.append(peak_gflops())
            for way, (answer_one, answer_all, times) in both.items():
                one[way].append(seconds(answer_one, times))
                every[way].append(seconds(answer_all, 1))
        single = {way: 1000 * statistics.median(found) for way, found in one.items()}
        bulk = {way: statistics.median(found) for way, found in every.items()}
        work = load_card(name).facts["flops"] * len(load_test()) / 1e9
        rows.append(
            [
                name,
                f"{single['Keras']:.2f} ms",
                f"{single['LiteRT']:.3f} ms",
                f"{single['Keras'] / single['LiteRT']:.0f} x",
                *(f"{bulk[way]:.2f} s ({work / bulk[way]:.0f} GFLOP/s)" for way in bulk),
                f"{bulk['Keras'] / bulk['LiteRT']:.1f} x",
            ]
        )
        speeds.append(work / bulk["LiteRT"])
    peak = statistics.median(peaks)
    for row, reached in zip(rows, speeds, strict=True):
        row.append(f"{reached / peak:.0%}")
    print(f"Keras `predict` against LiteRT, two threads for one picture; {machine()}")
    print(f"Peak of a matrix product on {cores} threads: {peak:.0f} GFLOP/s\n")
    heads = ["", "one picture, Keras", "LiteRT", "faster", "all 10,000, Keras", "LiteRT", "faster", "of the peak"]
    print(markdown(heads, rows))


if __name__ == "__main__":
    main()
