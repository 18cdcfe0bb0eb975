"""What a network says of a developed photo, seen in several views.

It also asks whether the photo is like the data at all. Importing this loads OpenCV.
"""

from contextlib import suppress
from dataclasses import replace

import numpy as np

from fmnist_core.networks.classifier import ModelError
from fmnist_core.networks.network import Network
from fmnist_core.photos.looks import looks, mean_logits
from fmnist_core.photos.orientation import SHOES, sideways
from fmnist_core.photos.pipeline import Development
from fmnist_core.photos.unlikeness import load_unlikeness
from fmnist_core.prediction import Prediction


def predict_photo(network: Network, image: np.ndarray, name: str = "this picture", several: bool = True) -> Prediction:
    """Run a network on a (28, 28) picture of anything, and ask whether it is like the data at all.

    Where the reference gallery cannot be used, the answer comes without its novelty.

    Args:
        network: who answers.
        image: (28, 28) uint8.
        name: what the picture is called.
        several: look at the picture in several views, whose mean counts.

    Raises:
        ModelError: the network cannot run.
    """
    views, temperature = looks(image) if several else image[None], network.card.temperature
    logits = network.classifier.logits(views)
    logits = mean_logits(logits, temperature) if several else logits[0]
    prediction = Prediction(image, None, name, network, logits, views=len(views))
    try:
        unlikeness = load_unlikeness(network.card, network.gallery)
        score = unlikeness.score(network.classifier, network.gallery, views)
    except ModelError:
        return prediction
    return replace(prediction, novelty=score, novelty_limit=unlikeness.threshold)


def predict_development(
    network: Network, development: Development, name: str = "this picture"
) -> tuple[Development, Prediction]:
    """Run a network on a developed photo; what it takes for a single shoe is first turned as the data's shoes lie.

    A photo is looked at in several views; what is a picture of the data set already, as it is.

    Returns:
        The development, with one step more where a shoe was turned, and the answer to its picture.

    Raises:
        ModelError: the network cannot run.
    """
    if len(development.steps) == 1:
        return development, predict_photo(network, development.image, name, several=False)
    prediction = predict_photo(network, development.image, name)
    if prediction.predicted in SHOES and len(development.parts) < 2:
        with suppress(ModelError):  # without the reference pictures it stays as it lies
            turned = sideways(development, network.gallery)
            if turned is not development:
                answer = predict_photo(network, turned.image, name)
                if answer.predicted in SHOES:  # else the turn helped nobody
                    return turned, answer
    return development, prediction
