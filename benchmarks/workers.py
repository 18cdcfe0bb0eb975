"""How many workers pay: `python -m benchmarks.workers [NAME] [--steps 12]`, NAME being the small network measured.

A model of a training step by several workers, and beside it the step of one worker and of two, each on a processor of
its own. What the model takes from measurements: how long one worker takes a whole batch and half of one, how long the
views of the pictures take, and how long an exchange of four bytes and of four megabytes takes. The step of two workers
is not among them.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.serving import ROOT, free_port, machine, markdown
from fmnist_core.commands.train import SPEED
from fmnist_core.training.recipes import RECIPES, Recipe

if TYPE_CHECKING:
    import keras

LARGE = 4_000_000  # bytes of the larger exchange
CHAIN = 5  # exchanges one after the other, of which one is measured
WORTH = 0.5  # a worker pays while at least this share of its time would be needed with one worker too
FORWARD, BACKWARD = 3, 2  # exchanges of each batch normalisation: sums, squares and counts; the first two again
OTHERS = 2  # exchanges of a step: the gradients in one piece, and what is told of the step


@dataclass(frozen=True)
class Link:
    """What carries the gradients.

    Attributes:
        name: of it.
        latency: seconds that a message takes, however short.
        bandwidth: bytes a second, of each worker.
    """

    name: str
    latency: float
    bandwidth: float


@dataclass(frozen=True)
class Work:
    """A training step.

    Attributes:
        batch: pictures of a step, of all workers together.
        work: seconds a picture takes the worker whose share it is in.
        views: seconds a picture's view takes every worker.
        fixed: seconds a step takes every worker, however many pictures.
        gradient: bytes of the gradients.
        exchanges: sums over all workers, one after the other.
    """

    batch: int
    work: float
    views: float
    fixed: float
    gradient: int
    exchanges: int

    def exchange(self, link: Link, workers: int) -> float:
        """Return the seconds in which workers in a ring sum their gradients; each sends 2 (n - 1) pieces of 1/n.

        Source: Patarasuk and Yuan (2009), Bandwidth optimal all-reduce algorithms for clusters of workstations.
        """
        pieces = 2 * (workers - 1)
        return self.exchanges * pieces * link.latency + pieces / workers * self.gradient / link.bandwidth

    def seconds(self, link: Link, workers: int) -> float:
        """Return how long a step takes."""
        alone = self.fixed + self.batch * (self.views + self.work / workers)
        return alone + self.exchange(link, workers)

    def efficiency(self, link: Link, workers: int) -> float:
        """Return the share of the workers' time that one worker would need for the step, 0..1."""
        return self.seconds(link, 1) / (workers * self.seconds(link, workers))

    def paying(self, link: Link) -> int:
        """Return the largest number of workers that divides the batch and of whose time `WORTH` is needed."""
        counts = [n for n in range(1, self.batch + 1) if self.batch % n == 0]
        return max(n for n in counts if self.efficiency(link, n) >= WORTH)


def exchanges(normalisations: int) -> int:
    """Return how often a step's workers wait for each other, given its layers of batch normalisation."""
    return OTHERS + normalisations * (FORWARD + BACKWARD)


NETWORKS = (
    Link("1 Gbit/s, .1 ms", 1e-4, 1e9 / 8),
    Link("10 Gbit/s, .05 ms", 5e-5, 1e10 / 8),
    Link("100 Gbit/s, .01 ms", 1e-5, 1e11 / 8),
)


def median(do: Callable[[int], object], times: int) -> float:
    """Return the median seconds of `do(number)`, after three to warm up."""
    taken = []
    for number in range(times + 3):
        began = time.perf_counter()
        do(number)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[3:])


def measure(name: str, share: int, steps: int) -> dict[str, float]:
    """Return what a step of a recipe takes here, by the workers of `TF_CONFIG` or one; loads TensorFlow.

    Args:
        name: of the recipe, without teachers and photos.
        share: divides its batch.
        steps: measured of each kind.
    """
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    from fmnist_core.training import loop
    from fmnist_core.training.augmentation import augment
    from fmnist_core.training.cluster import read_cluster
    from fmnist_core.training.distribution import choose
    from fmnist_core.training.photos import NO_PHOTOS

    distribution = choose(read_cluster(os.environ))
    recipe = RECIPES[name]
    recipe = replace(recipe, batch=recipe.batch // share)
    run = loop.Run(recipe, [], print, distribution=distribution)
    batch = tf.range(recipe.batch)

    def arguments(number: int) -> tuple:
        told = (0, 1.0, [0, number])
        rates = (tf.constant(rate, tf.float32) for rate in (0.01, 0.9))
        return (batch, *map(tf.constant, NO_PHOTOS), *map(tf.constant, told), *rates)

    pictures = tf.cast(tf.gather(run.images, batch), tf.float32)
    flip, erase = tf.zeros(recipe.batch, tf.int32), tf.constant(1.0)

    def views(of: Recipe) -> float:
        view = tf.function(lambda seed: tf.reduce_sum(augment(pictures, flip, seed, erase, of)))
        return median(lambda number: float(view(tf.constant([0, number]))), steps)

    def chain(values):
        values = tf.identity(values)  # which has a device
        for _ in range(CHAIN):
            (values,) = distribution.means(values)
        return (values,)

    exchange, few, many = distribution.function(chain, False), tf.zeros(1), tf.zeros(LARGE // 4)
    return gradients(run.model) | {
        "step": median(lambda number: float(run.step(*arguments(number))[0]), steps),
        "views": views(recipe),
        "champion_view": views(RECIPES["resnet-student"]) / recipe.batch,
        "small": median(lambda number: float(exchange(few)[0][0]), steps) / CHAIN,
        "large": median(lambda number: float(exchange(many)[0][0]), steps) / CHAIN,
    }


def gradients(model: "keras.Model") -> dict[str, int]:
    """Return the bytes of a network's gradients, and its layers of batch normalisation."""
    return {
        "gradient": 4 * sum(math.prod(variable.shape) for variable in model.trainable_variables),
        "normalisations": sum(type(layer).__name__ == "BatchNormalization" for layer in model.layers),
    }


def started(name: str, share: int, steps: int, position: int, addresses: list[str]) -> subprocess.Popen[str]:
    """Start `measure` in a process on a processor of its own."""
    task = {"type": "worker", "index": position}
    config = json.dumps({"cluster": {"worker": addresses}, "task": task}) if addresses else ""
    code = (
        f"import json; from benchmarks.workers import measure; print(json.dumps(measure({name!r}, {share}, {steps})))"
    )
    processor = sorted(os.sched_getaffinity(0))[position]
    return subprocess.Popen(
        ["taskset", "-c", str(processor), sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"TF_CONFIG": config, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        text=True,
    )


def result(process: subprocess.Popen[str]) -> dict[str, float]:
    """Return what a process has measured.

    Raises:
        RuntimeError: it failed.
    """
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"a worker ended with exit code {process.returncode}")
    return json.loads(said.splitlines()[-1])


def fitted(batch: int, whole: dict[str, float], half: dict[str, float]) -> Work:
    """Return the work of a step from what one worker took for a whole batch and for half of one."""
    a_picture = max(0.0, (whole["step"] - half["step"]) / (batch - batch // 2))
    views = whole["views"] / batch
    return Work(
        batch=batch,
        work=max(0.0, a_picture - views),
        views=views,
        fixed=max(0.0, whole["step"] - batch * a_picture),
        gradient=int(whole["gradient"]),
        exchanges=exchanges(int(whole["normalisations"])),
    )


def of_resnet(views: float) -> Work:
    """Return the work of a step of `resnet-student` by its arithmetic, its teachers' included; loads TensorFlow."""
    from fmnist_core.training import architectures
    from fmnist_core.training.flops import flops

    recipe = RECIPES["resnet-student"]
    model = architectures.BUILDERS[recipe.network]()
    taught = sum(flops(architectures.BUILDERS[RECIPES[teacher].network]()) for teacher in recipe.teachers)
    sent = gradients(model)
    work = (3 * flops(model) + taught) / SPEED
    return Work(recipe.batch, work, views, 0.0, sent["gradient"], exchanges(sent["normalisations"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=("linear", "mlp", "cnn"), default="cnn")
    parser.add_argument("--steps", type=int, default=12)
    args = parser.parse_args()
    if len(os.sched_getaffinity(0)) < 2:
        parser.error("two processors were expected, received one")
    whole, half = (result(started(args.name, share, args.steps, 0, [])) for share in (1, 2))
    addresses = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    both = [started(args.name, 1, args.steps, position, addresses) for position in (0, 1)]
    two, _ = map(result, both)
    here = Link("this machine", two["small"] / 2, LARGE / max(two["large"] - two["small"], 1e-9))
    step = fitted(RECIPES[args.name].batch, whole, half)
    print(f"{machine()}\n\nAn exchange between two processes here takes {1e3 * two['small']:.2f} ms, one of 4 MB")
    print(f"{1e3 * two['large']:.1f} ms. `{args.name}`, one processor a worker, batch {step.batch}:\n")
    rows = [
        [
            str(n),
            f"{1e3 * measured:.1f} ms",
            f"{1e3 * step.seconds(here, n):.1f} ms",
            f"{whole['step'] / measured:.2f} x",
        ]
        for n, measured in ((1, whole["step"]), (2, two["step"]))
    ]
    print(markdown(["workers", "measured", "model", "faster"], rows))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    champion = of_resnet(whole["champion_view"])
    print(
        f"\n`resnet-student` by the model, two cores at {SPEED / 1e9:.0f} GFLOP/s a worker, batch {champion.batch}:\n"
    )
    counts = (1, 2, 4, 8, 16, 32)
    rows = [
        [
            link.name,
            *(f"{champion.seconds(link, 1) / champion.seconds(link, n):.1f} x" for n in counts),
            str(champion.paying(link)),
        ]
        for link in NETWORKS
    ]
    print(markdown(["network", *map(str, counts), f"pay (efficiency {WORTH:.0%})"], rows))


if __name__ == "__main__":
    main()
