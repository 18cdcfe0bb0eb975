"""segmenter: train the network that finds the garment in a photo, from photos that people took."""

import argparse
import time
from functools import partial

from fmnist_core.files import write_json
from fmnist_core.networks.cards import MODELS


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("segmenter", help="train the network that finds garments (FMNIST_PHOTOS_DIR)")
    parser.add_argument("--steps", type=int, default=700, help="of 32 views (%(default)s)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from fmnist_core.photos.collection import collection_folder, load_collection, split

    sides = split(load_collection(collection_folder()))
    from fmnist_core.training import segmentation as training

    start = time.perf_counter()
    model, facts = training.train(sides, args.steps, partial(print, flush=True))
    (MODELS / "segmenter.tflite").write_bytes(training.to_litert(model))
    card = {"command": f"python -m fmnist_core segmenter --steps {args.steps}"} | facts
    write_json(MODELS / "segmenter.json", card | {"seconds": round(time.perf_counter() - start)})
    print(f"segmenter: {facts['agreement']:.3f} mean intersection over union on {facts['outlines']} tuning outlines")
    return 0
