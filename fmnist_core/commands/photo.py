"""photo FILE...: what a network takes photos of anything for."""

import argparse
import json
import sys
from pathlib import Path

from fmnist_core import data, novelty
from fmnist_core.cards import Card
from fmnist_core.classifier import Classifier
from fmnist_core.commands.arguments import add_json, add_model, open_card
from fmnist_core.darkroom import develop
from fmnist_core.evaluation import percent, softmax
from fmnist_core.gallery import Gallery, features_of, load_gallery
from fmnist_core.photo import KINDS, MOST_BYTES, PhotoError, decode


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("photo", help="classify photos of garments")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=KINDS)
    add_model(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    card = open_card(args.model)
    classifier, gallery = Classifier(card.tflite), load_gallery(card)
    limit = novelty.threshold(card, gallery)
    failed = False
    for path in args.files:
        try:
            found = answer(path, card, classifier, gallery, limit)
        except PhotoError as problem:
            failed = True
            found = {"file": str(path), "error": f"{problem}"}
        if args.json:
            print(json.dumps(found), flush=True)
        elif "error" in found:
            print(f"{path}: {found['error']}", file=sys.stderr)
        else:
            sure = found["probabilities"][found["predicted_class"]]
            unlike = "" if found["in_distribution"] else "; unlike the training pictures: do not rely on it"
            print(f"{path}: {found['predicted_class']}, {percent(sure)} sure{unlike}")
    return 1 if failed else 0


def answer(path: Path, card: Card, classifier: Classifier, gallery: Gallery, limit: float) -> dict:
    """Return one photo's JSON object.

    Raises:
        PhotoError: it cannot be read, or shows nothing that stands out.
    """
    image = develop(decode(read(path))).image
    probs = softmax(classifier.logits(image[None])[0], card.temperature)
    score = float(novelty.novelty(gallery, features_of(classifier, image[None]))[0])
    return {
        "file": str(path),
        "model": card.name,
        "predicted_class": data.class_name(int(probs.argmax())),
        "probabilities": dict(zip(data.CLASS_NAMES, probs.tolist(), strict=True)),
        "in_distribution": score <= limit,
        "score": score,
    }


def read(path: Path) -> bytes:
    """Return a file's bytes, without reading on in one that is too large.

    Raises:
        PhotoError: there is no such file, it cannot be opened, or it is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)  # it may be endless
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or cause
        raise PhotoError(f"a file that can be read was expected: {reason}") from cause
    if len(content) > MOST_BYTES:
        raise PhotoError(f"a file of at most {MOST_BYTES // 1_000_000} MB was expected, received a larger one")
    return content
