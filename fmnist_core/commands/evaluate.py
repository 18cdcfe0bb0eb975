"""evaluate: a network over all 10,000 test pictures, live."""

import argparse
import json
import sys
import time
from dataclasses import asdict

import numpy as np

from fmnist_core import data, evaluation
from fmnist_core.classifier import Classifier
from fmnist_core.commands.arguments import add_json, add_model, open_card


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("evaluate", help="measure a network over the whole test split")
    add_model(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    card = open_card(args.model)
    test = data.load_test()
    classifier = Classifier(card.tflite, threads=2)
    start = time.perf_counter()
    parts, done = [], 0
    for part in classifier.iter_outputs(test.images):
        parts.append(part)
        done += len(part)
        _progress(done, len(test))
    seconds = time.perf_counter() - start
    result = evaluation.evaluate(np.concatenate(parts), test.labels)
    if args.json:
        print(json.dumps(to_json(args.model, result, seconds)))
    else:
        print_table(card.title, result, seconds)
    return 0


def to_json(model: str, result: evaluation.Evaluation, seconds: float) -> dict:
    """Return the evaluation as JSON-ready values; every number is a fraction or a count."""
    return {
        "model": model,
        "n": result.n,
        "accuracy": result.accuracy,
        "accuracy_interval": list(result.interval),
        "confusion": result.confusion.tolist(),
        "per_class": [asdict(score) for score in result.per_class],
        "seconds": seconds,
    }


def print_table(title: str, result: evaluation.Evaluation, seconds: float) -> None:
    low, high = result.interval
    print(f"{title}: {result.accuracy:.2%} of {result.n:,} pictures (95 % interval {low:.2%} to {high:.2%})")
    print(f"{seconds:.1f} s, {result.n / seconds:,.0f} pictures a second\n")
    print(f"{'class':<12} precision  recall      F1  support")
    for s in result.per_class:
        print(f"{s.name:<12} {s.precision:9.3f} {s.recall:7.3f} {s.f1:7.3f} {s.support:8d}")
    print("\nmost confused:")
    for true, predicted, count in evaluation.confused_pairs(result.confusion):
        print(f"  {data.class_name(true)} taken for {data.class_name(predicted)}: {count}")


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        bar = "█" * (30 * done // total)
        print(f"\r{bar:<30} {done:,} of {total:,}", end="\n" if done == total else "", file=sys.stderr, flush=True)
