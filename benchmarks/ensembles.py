"""What networks know together: `python -m benchmarks.ensembles [NAME]`.

Accuracy and mean negative log likelihood of a network, of each that taught it or is a member of it (theirs included),
and of the means of their probabilities, each at the temperature that fits it on the held-out pictures; beside it those
of the means of their logits, held out alone. Then exact McNemar tests of the network against each of the others. The
held-out part is what chooses; the test split is told after it.
"""

import argparse
import os
from itertools import combinations

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks.serving import markdown
from fmnist_core import data
from fmnist_core.evaluation.calibration import fit_temperature, log_losses
from fmnist_core.evaluation.comparison import mcnemar
from fmnist_core.evaluation.metrics import softmax
from fmnist_core.training import loop
from fmnist_core.training.recipes import RECIPES

Logits = tuple[np.ndarray, np.ndarray]  # of the held-out pictures, of the test pictures


def lineage(name: str) -> list[str]:
    """Return a recipe's name and those of all that it builds on, nearest first."""
    names = [name]
    for known in names:
        recipe = RECIPES[known]
        names += [other for other in (*recipe.teachers, *recipe.members) if other not in names]
    return names


def logits(name: str, heldout: data.Split, test: data.Split) -> Logits:
    """Return what a trained network says of both splits."""
    model = loop.finished(RECIPES[name])
    return loop.batched_logits(model, heldout.images), loop.batched_logits(model, test.images)


def told(hits: np.ndarray, losses: np.ndarray) -> tuple[str, str]:
    return f"{hits.mean():.2%}", f"{losses.mean():.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=tuple(RECIPES), default="resnet")
    champion = parser.parse_args().name
    splits = data.load_heldout(), data.load_test()
    names, labels = lineage(champion), splits[0].labels
    said = {name: logits(name, *splits) for name in names}
    heat = {name: fit_temperature(said[name][0], labels) for name in names}
    groups = [group for size in range(1, len(names) + 1) for group in combinations(names, size)]
    rows, right = [], {}
    for group in groups:
        means = [np.mean([softmax(said[name][k], heat[name]) for name in group], axis=0) for k in range(2)]
        right[group] = [mean.argmax(axis=1) == split.labels for mean, split in zip(means, splits, strict=True)]
        row = [" + ".join(group)]
        for hits, mean, split in zip(right[group], means, splits, strict=True):
            row += told(hits, log_losses(mean, split.labels))
        mean = np.mean([said[name][0] for name in group], axis=0)
        row += told(mean.argmax(axis=1) == labels, log_losses(softmax(mean, fit_temperature(mean, labels)), labels))
        rows.append(row)
    heading = ["", "Held out", "its loss", "Test", "its loss", "Mean of logits, held out", "its loss"]
    print(markdown(heading, rows), "\n")
    rows = []
    for other in names[1:]:
        for which, first, second in zip(("held out", "test"), right[(champion,)], right[(other,)], strict=True):
            test = mcnemar(first, second)
            rows.append([f"{other}, {which}", str(test.only_first), str(test.only_second), f"{test.p_value:.2g}"])
    print(markdown(["Against", f"only {champion} right", "only the other", "p"], rows))


if __name__ == "__main__":
    main()
