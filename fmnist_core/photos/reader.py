"""A photo's bytes to a verdict, in one object: what commands and benchmarks share."""

from dataclasses import dataclass, replace

import numpy as np

from fmnist_core.cards import load_card
from fmnist_core.classifier import Classifier
from fmnist_core.darkroom import Choices, Development, Step, _bounding_box, develop, fit
from fmnist_core.evaluation import softmax
from fmnist_core.gallery import Gallery, load_gallery
from fmnist_core.photo import decode
from fmnist_core.photos.orientation import SHOES, shoe_view
from fmnist_core.photos.unlikeness import load_unlikeness


@dataclass(frozen=True)
class Reading:
    """What a network says of a photo.

    Attributes:
        development: the way to the picture.
        probabilities: (10,) at the card's temperature.
        score: how unlike what the network learned from the picture is.
        unlike: whether that is beyond the threshold.
    """

    development: Development
    probabilities: np.ndarray
    score: float
    unlike: bool

    @property
    def label(self) -> int:
        """The predicted class, 0..9."""
        return int(self.probabilities.argmax())


class Reader:
    """One network that reads photos."""

    def __init__(self, name: str):
        """Load a network by name.

        Raises:
            ModelError: no such network, or its files are not its own.
        """
        self.card = load_card(name)
        self.classifier = Classifier(self.card.tflite)
        self.gallery = load_gallery(self.card)
        self.unlikeness = load_unlikeness(self.card, self.gallery)

    def read(self, content: bytes, choices: Choices | None = None) -> Reading:
        """Return what the network says of the photo in a file's bytes.

        Raises:
            PhotoError: no picture, or nothing in it.
        """
        development = develop(decode(content), choices)
        logits = self.classifier.logits(development.image[None])[0]
        if int(logits.argmax()) in SHOES and len(development.parts) < 2:
            development = sideways(development, self.gallery)
            logits = self.classifier.logits(development.image[None])[0]
        score = float(self.unlikeness.scores(self.classifier, self.gallery, development.image[None])[0])
        return Reading(development, softmax(logits, self.card.temperature), score, score > self.unlikeness.threshold)


def sideways(development: Development, gallery: Gallery) -> Development:
    """Return a single shoe turned as the data set's shoes lie, and a step that says so; as it is where it lies so.

    Args:
        development: of a photo that a network takes for a shoe.
        gallery: whose shoes it is compared with.
    """
    turns, mirrored = shoe_view(development.image, gallery.images[np.isin(gallery.labels, SHOES)])
    if (turns, mirrored) == (0, False):
        return development
    # What was centred stays so but for a pixel: margins are larger at the top and the left, as in the data.
    image = np.rot90(development.image[:, ::-1] if mirrored else development.image, -turns)
    image = fit(image[_bounding_box(image > 0)].astype(np.float32)) if (image > 0).any() else image
    image = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    done = [words for words, so in (("mirrored", mirrored), (f"turned by {90 * turns}°", turns)) if so]
    step = Step("Sideways", f"A shoe, {' and '.join(done)}: toe to the left, as in the data.", image)
    return replace(development, image=image, steps=(*development.steps, step))
