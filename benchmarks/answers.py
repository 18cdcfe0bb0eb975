"""What each question to a network costs on this machine, without a browser: `python -m benchmarks.answers`.

For each network: the activation map, the occlusion map (785 pictures), the look-alikes; and a telephone's photo of
12 million pixels, from the bytes of its JPEG to the verdict, as Your garment gives it: decoded in a confined process,
seen by the network for photos in several views. Exit code 1 when a bound is missed.
"""

import argparse
import io
import sys
from collections.abc import Callable, Mapping
from functools import partial

import cv2
import numpy as np
from PIL import Image

from benchmarks.network import seconds
from benchmarks.serving import machine, markdown
from fmnist_core import Classifier, Network, load_test, network_names
from fmnist_core.confined.decoding import decode
from fmnist_core.explanation.neighbours import Neighbours, nearest
from fmnist_core.explanation.saliency import NoMapError, explain, occlusion_map
from fmnist_core.networks.artifacts import Gallery
from fmnist_core.networks.cards import photo_network
from fmnist_core.photos import samples
from fmnist_core.photos.pipeline import develop
from fmnist_core.photos.prediction import predict_photo

ROUNDS = 7
ENSEMBLE = "occlusion map, of an ensemble"  # 785 pictures through several networks
BOUNDS = {"activation map": 150, "occlusion map": 1000, ENSEMBLE: 4000, "photo": 300}  # milliseconds


def milliseconds(action: Callable[[], object]) -> float:
    """Return the median time of an action, after one to warm up."""
    return 1000 * seconds(action, ROUNDS)


def lookalikes(classifier: Classifier, gallery: Gallery, image: np.ndarray) -> Neighbours:
    return nearest(gallery, classifier.features(image[None])[0], 14)


def telephone_photo() -> bytes:
    """Return a JPEG of 4000 x 3000 pixels: a sample, enlarged, with a sensor's noise."""
    small = np.asarray(Image.open(io.BytesIO(samples.jpeg("Boot"))))
    large = cv2.resize(small, (4000, 3000), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).integers(-6, 7, large.shape, dtype=np.int16)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(large + noise, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def missed(taken: list[tuple[str, str, float]], bounds: Mapping[str, float]) -> list[str]:
    """Return in words what took longer than its bound.

    Args:
        taken: for each measurement the network, what was asked, and the milliseconds.
        bounds: milliseconds for each of what may be asked.
    """
    return [
        f"{what} of {name}: {time:.0f} ms, bound {bounds[what]} ms" for name, what, time in taken if time > bounds[what]
    ]


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    image = load_test().images[4093]
    rows, taken = [], []
    for name in network_names():
        network = Network(name)
        classifier, weights, gallery = network.classifier, network.explanation_weights, network.gallery
        try:
            time = milliseconds(partial(explain, classifier, weights, image, 0))
            taken.append((name, "activation map", time))
            activation = f"{time:.1f} ms"
        except NoMapError:
            activation = "none"
        occlusion = milliseconds(partial(occlusion_map, classifier.bulk_logits, image, 0))
        taken.append(
            (name, ENSEMBLE if network.card.facts.get("recipe", {}).get("members") else "occlusion map", occlusion)
        )
        alike = milliseconds(partial(lookalikes, classifier, gallery, image))
        rows.append([name, activation, f"{occlusion:.0f} ms", f"{alike:.1f} ms"])
    print(machine(), "\n")
    print(markdown(["", "activation map", "occlusion map", "look-alikes"], rows))
    print("\nBounds: " + ", ".join(f"{what} {bound} ms" for what, bound in BOUNDS.items()) + ".\n")

    network, content = Network(photo_network()), telephone_photo()

    def answer() -> None:
        predict_photo(network, develop(decode(content)).image)

    decoding, whole = milliseconds(lambda: decode(content)), milliseconds(answer)
    taken.append((network.name, "photo", whole))
    print(
        f"A JPEG of 12 million pixels ({len(content) / 1e6:.1f} MB) to the verdict of {network.name}: "
        f"{whole:.0f} ms, {decoding:.0f} ms of which to decode it."
    )
    problems = missed(taken, BOUNDS)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
