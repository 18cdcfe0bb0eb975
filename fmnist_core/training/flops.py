"""How much arithmetic a network takes, counted from its layers (loads TensorFlow)."""

import keras
import numpy as np


def flops(model: keras.Model) -> int:
    """Return the arithmetic of one forward pass: convolutions and dense layers, 1 multiply-add = 2 operations."""
    return 2 * sum(layer_multiply_adds(layer) for layer in model.layers)


def layer_multiply_adds(layer: keras.Layer) -> int:
    """Return the multiply-adds of one layer for one picture; 0 for layers without a kernel."""
    if isinstance(layer, keras.layers.Dense):
        return int(np.prod(layer.kernel.shape))
    if isinstance(layer, keras.layers.Conv2D):
        positions = int(np.prod(layer.output.shape[1:3]))
        return positions * int(np.prod(layer.kernel.shape))
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        positions = int(np.prod(layer.output.shape[1:3]))
        return positions * int(np.prod(layer.kernel.shape))
    return 0
