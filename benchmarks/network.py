"""One network two ways, in turn in one run: `python -m benchmarks.network [--model resnet]`.

Keras `predict` against LiteRT: one picture, all 10,000 pictures, and the share of the processor's peak. The peak is
what a large matrix product reaches here, through NumPy, in 32 bits, on as many threads.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks.serving import machine, markdown
from fmnist_core import Classifier, default_network, load_card, load_test, network_names


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
    matrix = np.random.default_rng(0).standard_normal((side, side), dtype=np.float32)
    return 2 * side**3 / seconds(lambda: matrix @ matrix, 5) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=network_names(), default=default_network())
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    import keras

    card, images = load_card(args.model), load_test().images
    model = keras.models.load_model(card.folder / f"{args.model}.keras", compile=False)
    pixels = images.astype(np.float32)[..., None]
    cores = len(os.sched_getaffinity(0))
    single, bulk = Classifier(card.tflite, threads=2), Classifier(card.tflite, threads=cores)
    ways = {
        "Keras predict": (
            lambda: model.predict(pixels[:1], verbose=0),
            lambda: model.predict(pixels, verbose=0, batch_size=32),
        ),
        "LiteRT": (lambda: single.logits(images[:1]), lambda: bulk.bulk_logits(images)),
    }
    one: dict[str, list[float]] = {way: [] for way in ways}
    every: dict[str, list[float]] = {way: [] for way in ways}
    peaks = []
    for _ in range(args.rounds):
        peaks.append(peak_gflops())
        for way, (answer_one, answer_all) in ways.items():
            one[way].append(seconds(answer_one, 30 if way == "Keras predict" else 300))
            every[way].append(seconds(answer_all, 1))
    peak = statistics.median(peaks)
    print(f"{args.model}, {card.facts['flops'] / 1e6:.1f} MFLOP a picture; {machine()}")
    print(f"Peak of a matrix product on {cores} threads: {peak:.0f} GFLOP/s\n")
    rows = []
    for way in ways:
        single_ms, bulk_s = 1000 * statistics.median(one[way]), statistics.median(every[way])
        speed = card.facts["flops"] * len(images) / bulk_s / 1e9
        rows.append([way, f"{single_ms:.2f} ms", f"{bulk_s:.2f} s", f"{speed:.0f} GFLOP/s", f"{speed / peak:.0%}"])
    print(markdown(["", "one picture", "all 10,000", "of which", "share of the peak"], rows))
    ratio_one = statistics.median(one["Keras predict"]) / statistics.median(one["LiteRT"])
    ratio_all = statistics.median(every["Keras predict"]) / statistics.median(every["LiteRT"])
    print(f"\nLiteRT is {ratio_one:.0f} x faster on one picture (two threads), {ratio_all:.1f} x on all of them.")


if __name__ == "__main__":
    main()
