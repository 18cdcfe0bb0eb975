"""What networks know together: `python -m benchmarks.ensembles [NAME] [--beside NAME …] [--blind]`.

Accuracy and mean negative log likelihood of a network, of each that taught it or is a member of it (theirs included),
and of the means of their probabilities, each at the temperature that fits it on the held-out pictures; beside it those
of the means of their logits, held out alone. Then exact McNemar tests of the network against each of the others. The
held-out part is what chooses; the test split is told after it, or with `--blind` not read at all.
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

Logits = dict[str, np.ndarray]  # by split


def lineage(name: str) -> list[str]:
    """Return a recipe's name and those of all that it builds on, nearest first."""
    names = [name]
    for known in names:
        recipe = RECIPES[known]
        names += [other for other in (*recipe.teachers, *recipe.members) if other not in names]
    return names


def told(hits: np.ndarray, losses: np.ndarray) -> tuple[str, str]:
    return f"{hits.mean():.2%}", f"{losses.mean():.4f}"


def told_of(logits: np.ndarray, labels: np.ndarray) -> tuple[str, str]:
    """Return accuracy and mean negative log likelihood of (n, 10) logits at the temperature that fits them, as text."""
    probs = softmax(logits, fit_temperature(logits, labels))
    return told(logits.argmax(axis=1) == labels, log_losses(probs, labels))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", choices=tuple(RECIPES), default="resnet")
    parser.add_argument("--beside", nargs="*", choices=tuple(RECIPES), default=[], help="further networks")
    parser.add_argument("--blind", action="store_true", help="do not look at the test split")
    args = parser.parse_args()
    champion, splits = args.name, {"held out": data.load_heldout()}
    if not args.blind:
        splits["test"] = data.load_test()
    names, labels = list(dict.fromkeys([*lineage(champion), *args.beside])), splits["held out"].labels
    said: dict[str, Logits] = {}
    for name in names:
        model = loop.finished(RECIPES[name])
        said[name] = {which: loop.batched_logits(model, split.images) for which, split in splits.items()}
    heat = {name: fit_temperature(said[name]["held out"], labels) for name in names}
    groups = [group for size in range(1, len(names) + 1) for group in combinations(names, size)]
    rows, right = [], {}
    for group in groups:
        row = [" + ".join(group)]
        for which, split in splits.items():
            mean = np.mean([softmax(said[name][which], heat[name]) for name in group], axis=0)
            right[group, which] = mean.argmax(axis=1) == split.labels
            row += told(right[group, which], log_losses(mean, split.labels))
        row += told_of(np.mean([said[name]["held out"] for name in group], axis=0), labels)
        rows.append(row)
    columns = [cell for which in splits for cell in (which.capitalize(), "its loss")]
    print(markdown(["", *columns, "Mean of logits, held out", "its loss"], rows), "\n")
    rows = []
    for other in names[1:]:
        for which in splits:
            test = mcnemar(right[(champion,), which], right[(other,), which])
            rows.append([f"{other}, {which}", str(test.only_first), str(test.only_second), f"{test.p_value:.2g}"])
    print(markdown(["Against", f"only {champion} right", "only the other", "p"], rows))


if __name__ == "__main__":
    main()
