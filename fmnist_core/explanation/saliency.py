"""Why a network says what it says of one picture: maps whose parts add up, and what covering a part changes.

Both are evidence, not proof: an activation map shows where the network's own evidence for a class lies, at the
resolution of its last feature maps; an occlusion map shows what the network would say of another picture.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fmnist_core.data import SIDE
from fmnist_core.networks.artifacts import ExplanationWeights
from fmnist_core.networks.classifier import Classifier


class NoMapError(ValueError):
    """The network has no feature maps whose parts add up to a logit."""


@dataclass(frozen=True)
class Activation:
    """A logit taken apart by place: `map.sum() + bias == logit`.

    Attributes:
        map: (rows, columns) contributions, in logits.
        bias: what the class gets whatever the picture.
        logit: what they add up to.
    """

    map: np.ndarray
    bias: float
    logit: float

    def against(self, rival: "Activation") -> "Activation":
        """Return why this class and not the rival: the difference, which adds up to the difference of the logits."""
        return Activation(self.map - rival.map, self.bias - rival.bias, self.logit - rival.logit)


def activation_map(feature_maps: np.ndarray, kernel: np.ndarray, bias: np.ndarray, target: int) -> Activation:
    """Return the class activation map of a network that ends in global average pooling and one dense layer.

    logit_t = bias_t + sum over places of (1 / places) * sum over k of feature_k(place) * kernel[k, t].

    Args:
        feature_maps: (rows, columns, channels), what global average pooling averages.
        kernel: (channels, 10) of the dense layer.
        bias: (10,) of the dense layer.
        target: class 0..9.

    Raises:
        ValueError: shapes that do not belong together.

    Source: Zhou et al. (2016), Learning deep features for discriminative localization, arXiv 1512.04150.
    """
    if feature_maps.ndim != 3 or kernel.shape[0] != feature_maps.shape[2]:
        raise ValueError(
            f"expected maps (rows, columns, k) and a kernel (k, 10), received {feature_maps.shape} and {kernel.shape}"
        )
    places = feature_maps.shape[0] * feature_maps.shape[1]
    return _added_up(feature_maps.astype(np.float64) @ kernel[:, target] / places, bias, target)


def pixel_contributions(image: np.ndarray, weights: ExplanationWeights, target: int) -> Activation:
    """Return what each pixel adds to a class's logit in softmax regression: normalised pixel times its weight.

    Args:
        image: (28, 28) pixels 0..255.
        weights: of a network with one dense layer on the pixels.
        target: class 0..9.

    Raises:
        ValueError: another shape of picture or kernel.
    """
    if image.shape != (SIDE, SIDE) or weights.kernel.shape[0] != SIDE * SIDE:
        raise ValueError(
            f"expected (28, 28) pixels and a kernel (784, 10), received {image.shape}, {weights.kernel.shape}"
        )
    pixels = image.astype(np.float64) * weights.scale + weights.offset
    return _added_up(pixels * weights.kernel[:, target].reshape(SIDE, SIDE), weights.bias, target)


def _added_up(contributions: np.ndarray, bias: np.ndarray, target: int) -> Activation:
    return Activation(contributions, float(bias[target]), float(contributions.sum() + bias[target]))


def explain(classifier: Classifier, weights: ExplanationWeights, image: np.ndarray, target: int) -> Activation:
    """Return the map that fits the network: activation map, or pixel contributions for softmax regression.

    Args:
        classifier: the network.
        weights: its last layer.
        image: (28, 28) pixels 0..255.
        target: class 0..9.

    Raises:
        NoMapError: a hidden layer without places lies between pixels and logits, as in a fully connected network.
    """
    if not classifier.stage_names:
        return pixel_contributions(image, weights, target)
    maps = classifier.outputs(image)[classifier.stage_names[-1]]
    if maps.ndim != 3:
        raise NoMapError("a fully connected network mixes all places in its first layer: only occlusion can explain it")
    return activation_map(maps, weights.kernel, weights.bias, target)


def occlusion_map(
    logits_of: Callable[[np.ndarray], np.ndarray],
    image: np.ndarray,
    target: int,
    rival: int | None = None,
    patch: int = 5,
) -> np.ndarray:
    """Return how much of the logit is lost when a black square covers each place, (28, 28).

    Args:
        logits_of: gives the (n, 10) logits of (n, 28, 28) pictures.
        image: (28, 28) pixels 0..255.
        target: class 0..9.
        rival: then the loss is that of the lead, logit[target] - logit[rival].
        patch: side of the square in pixels, centred on each place; 0 covers nothing.

    Raises:
        ValueError: a patch outside 0..28.

    Source: Zeiler and Fergus (2014), Visualizing and understanding convolutional networks, arXiv 1311.2901.
    """
    if not 0 <= patch <= SIDE:
        raise ValueError(f"patch must be 0..{SIDE} pixels, received {patch}")
    logits = logits_of(np.concatenate([image[None], covered(image, patch)]))
    lead = logits[:, target] - (logits[:, rival] if rival is not None else 0)
    return (lead[0] - lead[1:]).reshape(SIDE, SIDE)


def covered(image: np.ndarray, patch: int) -> np.ndarray:
    """Return 784 copies of a (28, 28) picture, a black square of side `patch` centred on each pixel in turn."""
    place = np.arange(SIDE)
    low = place - patch // 2
    inside = (place[None, :] >= low[:, None]) & (place[None, :] < (low + patch)[:, None])
    hidden = inside[:, None, :, None] & inside[None, :, None, :]
    return np.where(hidden, 0, image).reshape(-1, SIDE, SIDE)
