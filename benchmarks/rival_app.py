"""The typical demo of the same network: Keras `predict`, a pyplot picture, a plotly chart, default configuration."""

import gzip
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import matplotlib.pyplot as plt
import numpy as np
import plotly.graph_objects as go
import streamlit as st
import tensorflow as tf

ROOT = Path(__file__).parent.parent
NAMES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


@st.cache_resource
def load():
    model = tf.keras.models.load_model(ROOT / "models" / "resnet.keras", compile=False)
    folder = ROOT / "fmnist_core" / "dataset"
    images = np.frombuffer(gzip.decompress((folder / "t10k-images-idx3-ubyte.gz").read_bytes()), np.uint8, offset=16)
    labels = np.frombuffer(gzip.decompress((folder / "t10k-labels-idx1-ubyte.gz").read_bytes()), np.uint8, offset=8)
    return model, images.reshape(-1, 28, 28), labels


model, images, labels = load()
index = st.number_input("Test picture", min_value=0, max_value=9999, value=0, key="index")
probs = tf.nn.softmax(model.predict(images[index][None, ..., None].astype("float32"), verbose=0)[0]).numpy()
left, right = st.columns(2)
with left:
    figure, axes = plt.subplots()
    axes.imshow(images[index], cmap="gray")
    st.pyplot(figure)
with right, st.container(key="verdict"):
    st.header(NAMES[int(probs.argmax())])
    st.write(f"true class {NAMES[labels[index]]}, picture {index}")
    st.plotly_chart(go.Figure(go.Bar(x=NAMES, y=probs)))
