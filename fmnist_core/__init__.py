"""Fashion-MNIST networks: data, serving, evaluation. Importing this loads no TensorFlow."""

from fmnist_core import interruption as interruption  # first: from here on Ctrl-C ends in one word
from fmnist_core.data import CLASS_NAMES, DataError, Split, class_name, load_heldout, load_test, load_train
from fmnist_core.evaluation.metrics import Evaluation, evaluate, softmax
from fmnist_core.networks.artifacts import load_stored_logits
from fmnist_core.networks.cards import Card, default_network, load_card, network_names
from fmnist_core.networks.classifier import Classifier, ModelError
from fmnist_core.networks.network import Network
from fmnist_core.prediction import Prediction, predict

__all__ = [
    "CLASS_NAMES",
    "Card",
    "Classifier",
    "DataError",
    "Evaluation",
    "ModelError",
    "Network",
    "Prediction",
    "Split",
    "class_name",
    "default_network",
    "evaluate",
    "load_card",
    "load_heldout",
    "load_stored_logits",
    "load_test",
    "load_train",
    "network_names",
    "predict",
    "softmax",
]
