"""Fashion-MNIST networks: data, serving, evaluation. Importing this loads no TensorFlow."""

from fmnist_core.cards import Card, default_network, load_card, load_stored_logits, network_names
from fmnist_core.classifier import Classifier, ModelError
from fmnist_core.data import CLASS_NAMES, DataError, Split, class_name, load_heldout, load_test, load_train
from fmnist_core.evaluation import Evaluation, evaluate, softmax

__all__ = [
    "CLASS_NAMES",
    "Card",
    "Classifier",
    "DataError",
    "Evaluation",
    "ModelError",
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
    "softmax",
]
