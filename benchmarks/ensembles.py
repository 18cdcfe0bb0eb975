"""What the champion's teachers know together: `python -m benchmarks.ensembles [NAME]`.

Accuracy and mean negative log likelihood of a network, of each that taught it (theirs included), and of the means of
their probabilities, each at the temperature that fits it on the held-out pictures; then exact McNemar tests of the
network against each of the others. The held-out part is what chooses; the test split is told after it.
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

Probabilities = tuple[np.ndarray, np.ndarray]  # of the held-out pictures, of the test pictures


def lineage(name: str) -> list[str]:
    """Return a recipe's name and those of all that it builds on, nearest first."""
    names = [name]
    for known in names:
        names += [teacher for teacher in RECIPES[known].teachers if teacher not in names]
    return names


def probabilities(name: str, heldout: data.Split, test: data.Split) -> Probabilities:
    """Return what a trained network says of both splits, at its temperature."""
    model = loop.finished(RECIPES[name])
    held, tested = (loop.batched_logits(model, split.images) for split in (heldout, test))
    temperature = fit_temperature(held, heldout.labels)
    return softmax(held, temperature), softmax(tested, temperature)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=tuple(RECIPES), default="resnet")
    champion = parser.parse_args().name
    splits = data.load_heldout(), data.load_test()
    names = lineage(champion)
    alone = {name: probabilities(name, *splits) for name in names}
    groups = [group for size in range(1, len(names) + 1) for group in combinations(names, size)]
    rows, right = [], {}
    for group in groups:
        means = [np.mean([alone[name][k] for name in group], axis=0) for k in range(2)]
        right[group] = [mean.argmax(axis=1) == split.labels for mean, split in zip(means, splits, strict=True)]
        losses = [log_losses(mean, split.labels).mean() for mean, split in zip(means, splits, strict=True)]
        figures = [
            text
            for hits, loss in zip(right[group], losses, strict=True)
            for text in (f"{hits.mean():.2%}", f"{loss:.3f}")
        ]
        rows.append([" + ".join(group), *figures])
    print(markdown(["", "Held out", "its loss", "Test", "its loss"], rows), "\n")
    rows = []
    for other in names[1:]:
        for split, first, second in zip(("held out", "test"), right[(champion,)], right[(other,)], strict=True):
            told = mcnemar(first, second)
            rows.append([f"{other}, {split}", str(told.only_first), str(told.only_second), f"{told.p_value:.2g}"])
    print(markdown(["Against", f"only {champion} right", "only the other", "p"], rows))


if __name__ == "__main__":
    main()
