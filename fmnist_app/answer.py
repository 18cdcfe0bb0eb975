"""One picture and what one network says of it: what the verdict and every further question start from."""

from dataclasses import dataclass, replace

import numpy as np

from fmnist_app import caches
from fmnist_core import Card, ModelError, novelty, softmax
from fmnist_core.gallery import features_of


@dataclass(frozen=True)
class Answer:
    """A network's answer to a picture.

    Attributes:
        image: (28, 28) uint8.
        label: true class, or None when nobody knows it.
        name: what the picture is called, for example "picture 42".
        card: the network's card.
        logits: (10,).
        novelty: how unlike the training pictures it is, where that was asked for.
        limit: the novelty above which it counts as none of the ten classes.
    """

    image: np.ndarray
    label: int | None
    name: str
    card: Card
    logits: np.ndarray
    novelty: float | None = None
    limit: float | None = None

    @property
    def probs(self) -> np.ndarray:
        return softmax(self.logits, self.card.temperature)

    @property
    def predicted(self) -> int:
        return int(self.logits.argmax())

    @property
    def unlike(self) -> bool:
        """Whether the picture is so unlike the training pictures that the network should not be believed."""
        return self.novelty is not None and self.limit is not None and self.novelty > self.limit

    @property
    def second(self) -> int:
        return int(np.argsort(-self.logits)[1])

    @property
    def rival(self) -> int:
        """The class that a person would ask about: the true one if it was missed, else the second."""
        return self.label if self.label is not None and self.label != self.predicted else self.second


def answer(image: np.ndarray, label: int | None, name: str, network: str) -> Answer:
    """Run a network on a picture now.

    Raises:
        ModelError: the network cannot run.
    """
    card = caches.card(network)
    return Answer(image, label, name, card, caches.classifier(network).logits(image[None])[0])


def answer_to_stranger(image: np.ndarray, name: str, network: str) -> Answer:
    """Run a network on a picture of anything, and ask whether it is like the data at all.

    Raises:
        ModelError: the network cannot run.
    """
    found = answer(image, None, name, network)
    try:
        gallery = caches.gallery(network)
        limit = novelty.threshold(found.card, gallery)
        features = features_of(caches.classifier(network), image[None])
        score = float(novelty.novelty(gallery, features)[0])
    except ModelError:
        return found
    return replace(found, novelty=score, limit=limit)
