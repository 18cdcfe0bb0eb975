"""What each question to a network costs on this machine, without a browser: `python -m benchmarks.answers`.

For each network: the activation map, the occlusion map (785 pictures), the look-alikes; and for the default network a
telephone's photo of 12 million pixels, from the bytes of its JPEG to the verdict.
"""

import io
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from PIL import Image

from benchmarks.network import seconds
from benchmarks.serving import machine, markdown
from fmnist_app import samples
from fmnist_core import Classifier, default_network, load_card, load_test, network_names, novelty
from fmnist_core.cards import load_parts
from fmnist_core.darkroom import develop
from fmnist_core.explanation import NoMapError, explain, occlusion_map
from fmnist_core.gallery import Gallery, Neighbours, features_of, load_gallery, nearest
from fmnist_core.photo import decode

ROUNDS = 7
BOUNDS = {"activation map": 150, "occlusion map": 1000}


def milliseconds(action: Callable[[], object]) -> float:
    """Return the median time of an action, after one to warm up."""
    return 1000 * seconds(action, ROUNDS)


def lookalikes(classifier: Classifier, gallery: Gallery, image: np.ndarray) -> Neighbours:
    return nearest(gallery, features_of(classifier, image[None])[0], 14)


def telephone_photo() -> bytes:
    """Return a JPEG of 4000 x 3000 pixels: a sample, enlarged, with a sensor's noise."""
    small = np.asarray(Image.open(io.BytesIO(samples.jpeg("Boot"))))
    large = cv2.resize(small, (4000, 3000), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).integers(-6, 7, large.shape, dtype=np.int16)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(large + noise, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def main() -> None:
    image = load_test().images[4093]
    rows = []
    for name in network_names():
        card = load_card(name)
        classifier, parts, gallery = Classifier(card.tflite), load_parts(card), load_gallery(card)
        try:
            activation = f"{milliseconds(partial(explain, classifier, parts, image, 0)):.1f} ms"
        except NoMapError:
            activation = "none"
        occlusion = milliseconds(partial(occlusion_map, classifier.bulk_logits, image, 0))
        alike = milliseconds(partial(lookalikes, classifier, gallery, image))
        rows.append([name, activation, f"{occlusion:.0f} ms", f"{alike:.1f} ms"])
    print(machine(), "\n")
    print(markdown(["", "activation map", "occlusion map", "look-alikes"], rows))
    print("\nBounds: " + ", ".join(f"{what} {bound} ms" for what, bound in BOUNDS.items()) + ".\n")

    card = load_card(default_network())
    classifier, gallery, content = Classifier(card.tflite), load_gallery(card), telephone_photo()

    def answer() -> None:
        developed = develop(decode(content)).image
        classifier.logits(developed[None])
        novelty.novelty(gallery, features_of(classifier, developed[None]))

    decoding = milliseconds(lambda: decode(content))
    print(
        f"A JPEG of 12 million pixels ({len(content) / 1e6:.1f} MB) to the verdict of {card.name}: "
        f"{milliseconds(answer):.0f} ms, {decoding:.0f} ms of which to decode it (bound 300 ms)."
    )


if __name__ == "__main__":
    main()
