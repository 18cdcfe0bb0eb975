"""What mixing pictures brings: `python -m benchmarks.mixing [--start resnet-teacher] [--epochs 3]`.

A finished network learns on for some epochs from the labels alone, the last of them on clean pictures: with mixup, with
CutMix, with half of each. Accuracy and mean negative log likelihood on the held-out pictures, each at the temperature
that fits it, of the network and of the mean of its logits with those that it started from. The test split is not read.
Runs are kept as all others (`FMNIST_RUNS`) and taken up again by the same command.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks.ensembles import told_of
from benchmarks.serving import machine, markdown
from fmnist_core import data
from fmnist_core.training import loop
from fmnist_core.training.recipes import RECIPES, Recipe

WAYS = {"mixup": (0.5, 0.0), "CutMix": (0.0, 0.5), "half of each": (0.25, 0.25)}  # shares of the pictures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [name for name, recipe in RECIPES.items() if not recipe.members and not recipe.photos]
    parser.add_argument("--start", choices=names, default="resnet-teacher")
    parser.add_argument("--epochs", type=int, default=3)
    args = parser.parse_args()
    heldout = data.load_heldout()
    before = loop.batched_logits(loop.finished(RECIPES[args.start]), heldout.images)
    rows = [[args.start, *told_of(before, heldout.labels), "", ""]]
    for way, (mixup, cutmix) in WAYS.items():
        recipe = Recipe(
            "mixing",
            RECIPES[args.start].network,
            epochs=args.epochs,
            peak_rate=0.04,
            batch=128,
            warm_up=0.1,
            clean_epochs=1,
            mixup=mixup,
            cutmix=cutmix,
            starts_from=args.start,
            precision="mixed_bfloat16",
        )
        after = loop.batched_logits(loop.train(recipe).model, heldout.images)
        both = told_of((after + before) / 2, heldout.labels)
        rows.append([f"{args.epochs} epochs on, {way}", *told_of(after, heldout.labels), *both])
    print(f"{machine()}\n")
    print(markdown(["", "Held out", "its loss", f"with {args.start}", "its loss"], rows))


if __name__ == "__main__":
    main()
