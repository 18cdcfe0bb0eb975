"""One picture and what one network says of it: what the verdict and every further question start from."""

from dataclasses import dataclass

import numpy as np

from fmnist_core.evaluation import conformal
from fmnist_core.networks.network import Network


@dataclass(frozen=True)
class Prediction:
    """A network's answer to a picture.

    Attributes:
        image: (28, 28) uint8.
        label: true class, or None when nobody knows it.
        name: what the picture is called, for example "picture 42".
        network: who answers.
        logits: (10,); where several views of the picture were looked at, those of their mean probabilities.
        novelty: how unlike the training pictures it is, where that was asked for.
        novelty_limit: the novelty above which it counts as none of the ten classes.
        views: how many views of the picture were looked at (`photos.looks`).
    """

    image: np.ndarray
    label: int | None
    name: str
    network: Network
    logits: np.ndarray
    novelty: float | None = None
    novelty_limit: float | None = None
    views: int = 1

    @property
    def probs(self) -> np.ndarray:
        """(10,) probabilities."""
        return self.network.probabilities(self.logits)

    @property
    def predicted(self) -> int:
        return int(self.logits.argmax())

    @property
    def confidence(self) -> float:
        """The probability of the predicted class."""
        return float(self.probs[self.predicted])

    @property
    def unlike(self) -> bool:
        """Whether the picture is so unlike the training pictures that the network should not be believed."""
        return self.novelty is not None and self.novelty_limit is not None and self.novelty > self.novelty_limit

    @property
    def second(self) -> int:
        return int(np.argsort(-self.logits)[1])

    @property
    def rival(self) -> int:
        """The class that a person would ask about: the true one if it was missed, else the second."""
        return self.label if self.label is not None and self.label != self.predicted else self.second

    def prediction_set(self, level: float, at_least_top: bool = True) -> np.ndarray:
        """Return which classes the prediction set at a promised coverage holds, (10,) booleans.

        Args:
            level: the coverage that is promised, 0 < level < 1.
            at_least_top: the predicted class always belongs to the set; otherwise a set may be empty.

        Raises:
            ModelError: the network's stored logits, behind the threshold, cannot be used.
        """
        return conformal.prediction_sets(self.probs, self.network.set_threshold(level), at_least_top)


def predict(network: Network, image: np.ndarray, label: int | None = None, name: str = "this picture") -> Prediction:
    """Run a network on a (28, 28) picture now.

    Raises:
        ModelError: the network cannot run.
    """
    return Prediction(image, label, name, network, network.classifier.logits(image[None])[0])
