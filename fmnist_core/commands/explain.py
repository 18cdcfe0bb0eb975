"""explain INDEX: where in the picture a network's evidence for a class lies."""

import argparse
import json
from pathlib import Path

from fmnist_core import data
from fmnist_core.commands.arguments import UsageError, add_json, add_model, open_network, test_index
from fmnist_core.explanation.saliency import NoMapError, explain
from fmnist_core.prediction import predict


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("explain", help="take a class's logit apart by place")
    parser.add_argument("index", type=test_index, help="picture 0..9999 of the test split")
    parser.add_argument("--target", choices=data.CLASS_NAMES, help="class to explain (the predicted one)")
    add_model(parser)
    add_json(parser)
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write picture and map (png, svg, pdf)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    network = open_network(args.model)
    image = data.load_test().images[args.index]
    target = data.CLASS_NAMES.index(args.target) if args.target else predict(network, image).predicted
    try:
        found = explain(network.classifier, network.explanation_weights, image, target)
    except NoMapError as problem:
        raise UsageError(f"{network.title} has no map: {problem}") from None
    if args.plot:
        from fmnist_core.figures import FigureError, save_explanation

        try:
            save_explanation(args.plot, image, found.map, data.class_name(target))
        except FigureError as problem:
            raise UsageError(str(problem)) from None
    if args.json:
        result = {
            "index": args.index,
            "model": args.model,
            "target": data.class_name(target),
            "map": found.map.tolist(),
            "bias": found.bias,
            "logit": found.logit,
        }
        print(json.dumps(result))
        return 0
    print(f"picture {args.index}, {data.class_name(target)}: what each place adds to the logit")
    for row in found.map:
        print("  " + " ".join(f"{value:6.2f}" for value in row))
    print(f"sum {found.map.sum():.3f} + bias {found.bias:.3f} = logit {found.logit:.3f}")
    return 0
