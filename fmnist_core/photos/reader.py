"""A photo's bytes to a verdict, in one object: what commands and benchmarks share."""

from dataclasses import dataclass

import numpy as np

from fmnist_core.cards import load_card
from fmnist_core.classifier import Classifier
from fmnist_core.darkroom import Choices, Development, develop
from fmnist_core.evaluation import softmax
from fmnist_core.gallery import load_gallery
from fmnist_core.photo import decode
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
        outputs = self.classifier.outputs(development.image)
        score = float(self.unlikeness.scores(self.classifier, self.gallery, development.image[None])[0])
        probabilities = softmax(outputs["logits"], self.card.temperature)
        return Reading(development, probabilities, score, score > self.unlikeness.threshold)
