"""segmenter: train the network that finds the garment in a photo, from photos that people took."""

import argparse
import time
from functools import partial

from fmnist_core.commands.arguments import tensorflow_is_here, whole_number
from fmnist_core.files import replace_file, write_json
from fmnist_core.networks import manifest
from fmnist_core.networks.cards import MODELS


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("segmenter", help="train the network that finds garments (FMNIST_PHOTOS_DIR)")
    parser.add_argument("--steps", type=whole_number(1, 100_000), default=700, help="of 32 views (%(default)s)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from fmnist_core.photos.collection import collection_folder, load_collection, split

    sides = split(load_collection(collection_folder()))
    if not tensorflow_is_here("segmenter"):
        return 1
    from fmnist_core.training import segmentation as training

    start = time.perf_counter()
    model, facts = training.train(sides, args.steps, partial(print, flush=True))
    content = training.to_litert(model)
    replace_file(MODELS / "segmenter.tflite", lambda path: path.write_bytes(content))
    card = {"command": f"python -m fmnist_core segmenter --steps {args.steps}"} | facts
    write_json(MODELS / "segmenter.json", card | {"seconds": round(time.perf_counter() - start)})
    manifest.record(MODELS, "segmenter.tflite", "segmenter.json")
    print(f"segmenter: {facts['agreement']:.3f} mean intersection over union on {facts['outlines']} tuning outlines")
    return 0
