"""The field's words in a sentence each, and the networks in theirs."""

import streamlit as st

from fmnist_core import ModelError
from fmnist_core.networks import cards

TERMS = {
    "Network": "A function with thousands of adjustable numbers that turns the pixels of a picture into ten scores.",
    "Logit": "The score a network gives a class before anything is made of it: any number, higher means more likely.",
    "Softmax": "The formula that turns the ten logits into ten probabilities that add up to 100%.",
    "Confidence": "The probability of the class that the network chose. A high one does not mean that it is right.",
    "Calibration": "A network is well calibrated when it is right 8 times out of 10 among the answers it gives with "
    "80% confidence.",
    "Temperature": "A number that all logits are divided by before the softmax, so that confidence fits reality.",
    "Prediction set": "All the classes that cannot be ruled out. The less sure the network is, the more of them.",
    "Coverage": "How often the true class is in the prediction set. Whoever uses the set chooses it beforehand.",
    "Confusion matrix": "A table that counts, for each true class, which classes the network predicted.",
    "Activation map": "Which parts of a picture spoke for a class, and which against it.",
    "ReLU": "A function that lets numbers above 0 through and makes all others 0.",
    "Batch normalisation": "A step that keeps the sums inside a network in a handy range while it learns. Afterwards "
    "it is one factor and one bias for each filter.",
    "t-SNE": "A way to lay out many pictures on a plane so that those which the network finds alike lie together.",
    "Test picture": "A picture that no network has learned from: it shows what the network does with something new.",
    "Held-out picture": "A picture of the training data that was kept apart. Choices are made on those, so that the "
    "test pictures choose nothing.",
    "Epoch": "Once through all the pictures that a network learns from.",
    "Loss": "A number for how far the network's probabilities are from the labels. Training makes it smaller.",
    "Parameter": "A number that a network learns: a weight or a bias.",
    "MFLOP": "A million additions and multiplications: how much a network computes for one picture.",
    "Occlusion": "Covering one part of a picture after the other, to see how much the score of a class hangs on it.",
}
NETWORKS = {
    "linear": "One weight for each pixel and class, and one bias a class. It compares a picture with ten templates.",
    "mlp": "A multilayer perceptron: one hidden layer of 128 units between pixels and classes.",
    "cnn": "A convolutional network: small filters look for the same edges and textures everywhere in the picture.",
    "resnet": "A residual network: deeper, with shortcuts past its layers, so that it can still be trained well.",
    "wide": "An ensemble: three residual networks side by side, two like ResNet and a wider one. The mean of their "
    "logits is right more often than each of them.",
    "street": "The residual network again, which has also learned from photos that people took.",
    "tiny": "A small convolutional network with under 10,000 parameters: how little is enough.",
}


def draw() -> None:
    """Draw the terms, then the networks with how often they are right."""
    lines = [f"**{term}**: {meaning}" for term, meaning in TERMS.items()]
    for name in cards.network_names():
        try:
            accuracy = f" Right on {cards.load_card(name).facts['test']['accuracy']:.1%} of the test pictures."
        except ModelError:  # its own page says what is wrong
            accuracy = ""
        lines.append(f"**{cards.title(name)}**: {NETWORKS.get(name, '')}{accuracy}")
    st.markdown("\n\n".join(lines))
