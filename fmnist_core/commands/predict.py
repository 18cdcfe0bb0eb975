"""predict INDEX: what a network says of one test picture."""

import argparse
import json
from pathlib import Path

from fmnist_core import data
from fmnist_core.commands.arguments import UsageError, add_json, add_model, open_network, test_index
from fmnist_core.evaluation.metrics import percent
from fmnist_core.prediction import predict


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser("predict", help="classify one test picture")
    parser.add_argument("index", type=test_index, help="picture 0..9999 of the test split")
    add_model(parser)
    add_json(parser)
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write the picture and the bars (png, svg, pdf)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    network = open_network(args.model)
    test = data.load_test()
    image, label = test.images[args.index], int(test.labels[args.index])
    prediction = predict(network, image, label, f"picture {args.index}")
    probs, predicted = prediction.probs, prediction.predicted
    if args.plot:
        from fmnist_core.figures import FigureError, save_prediction

        try:
            save_prediction(args.plot, image, label, probs)
        except FigureError as problem:
            raise UsageError(str(problem)) from None
    if args.json:
        result = {
            "index": args.index,
            "model": args.model,
            "true_class": data.class_name(label),
            "predicted_class": data.class_name(predicted),
            "probabilities": dict(zip(data.CLASS_NAMES, probs.tolist(), strict=True)),
        }
        print(json.dumps(result))
        return 0
    verdict = "right" if predicted == label else "wrong"
    print(f"picture {args.index}: {data.class_name(predicted)} ({percent(probs[predicted])}), {verdict}")
    print(f"true class: {data.class_name(label)}, network: {network.title}")
    for name, p in zip(data.CLASS_NAMES, probs, strict=True):
        print(f"  {name:<12} {percent(p):>6}  {'█' * round(p * 40)}")
    return 0
