"""The networks as plain Keras models, those that ship and those that teach (loads TensorFlow).

Every network takes float32 pixels 0..255 of shape (n, 28, 28, 1) and gives logits of shape (n, 10). Scaling
happens inside, so it can never be forgotten. Convolutional networks end in global average pooling and one dense
layer, so that a class activation map adds up exactly to the logit. Layers named `stage…` are the feature maps
that the app can show; the last of them is what global average pooling averages.
"""

from collections.abc import Callable, Iterable

import keras
import numpy as np
from keras import layers

MEAN, STD = 72.94, 90.02  # of the training pixels, in grey levels


def linear() -> keras.Model:
    """Softmax regression: one weight for each pixel and class."""
    pixels, x = pixels_input()
    return keras.Model(pixels, _logits()(layers.Flatten()(x)), name="linear")


def mlp() -> keras.Model:
    """The plain fully connected network: one hidden layer of 128 units, as in TensorFlow's first tutorial."""
    pixels, x = pixels_input()
    hidden = layers.Dense(128, activation="relu", name="stage1")(layers.Flatten()(x))
    return keras.Model(pixels, _logits()(hidden), name="mlp")


def cnn() -> keras.Model:
    """A small convolutional network: six 3x3 convolutions, halving the side twice."""
    pixels, x = pixels_input()
    x = _conv(x, 32)
    x = _conv(x, 32, stride=2, name="stage1")
    x = _conv(x, 64)
    x = _conv(x, 64, stride=2, name="stage2")
    x = _conv(x, 96)
    x = _conv(x, 96, name="stage3")
    return keras.Model(pixels, _head(x), name="cnn")


def resnet() -> keras.Model:
    """The champion: residual pairs of 3x3 convolutions (He et al. 2016) at 28x28, 14x14 and 7x7, 17 in a row."""
    return _residual("resnet", _RESNET)


def resnet_wide() -> keras.Model:
    """The first champion, wider and shallower: a teacher of `resnet-student`."""
    return _residual("resnet-wide", ((32, 0), (64, 1), (128, 1)))


def wide() -> keras.Model:
    """A champion of three times the size: more channels wherever the maps are small, and twice as many at 28x28."""
    return _residual("wide", _WIDE)


def ensemble() -> keras.Model:
    """Three residual networks side by side, two of the champion's shape and a wide one, with one last layer.

    `join` makes it of finished networks; its logits are the mean of theirs (Lakshminarayanan et al. 2017).
    """
    pixels, x = pixels_input()
    members = [_stages(x, shape, f"member{k}-") for k, shape in enumerate((_RESNET, _RESNET, _WIDE), start=1)]
    return keras.Model(pixels, _head(_beside([maps[-1] for maps in members], "stage3")), name="ensemble")


def stages(model: keras.Model) -> dict[str, keras.KerasTensor]:
    """Return the feature maps of a network by name, `stage1` first; those of an ensemble's members side by side."""
    own: dict[str, keras.KerasTensor] = {}
    members: dict[str, list[keras.KerasTensor]] = {}
    for layer in sorted(model.layers, key=lambda layer: layer.name):
        member, _, stage = layer.name.rpartition("-")
        if stage.startswith("stage") and member:
            members.setdefault(stage, []).append(layer.output)
        elif stage.startswith("stage"):
            own[stage] = layer.output
    beside = {stage: _beside(maps, stage) for stage, maps in members.items() if stage not in own}
    return dict(sorted((own | beside).items()))


def _beside(maps: list[keras.KerasTensor], name: str) -> keras.KerasTensor:
    return layers.Concatenate(name=name)(maps)


def join(members: list[keras.Model]) -> keras.Model:
    """Return the ensemble of three finished networks of its shapes, in their order, as one network."""
    model = ensemble()
    for position, member in enumerate(members):
        for mine, given in _shared(model, position, member):
            mine.set_weights(given.get_weights())
    heads = [member.get_layer("logits").get_weights() for member in members]
    model.get_layer("logits").set_weights(
        [np.concatenate([kernel for kernel, _ in heads]) / len(heads), np.mean([bias for _, bias in heads], axis=0)]
    )
    return model


def take_apart(model: keras.Model, position: int, member: keras.Model) -> None:
    """Give a member back the weights that it has in an ensemble, all but those of its last layer.

    Args:
        model: the ensemble.
        position: of the member in it, from 0.
        member: a network of its shape.
    """
    for given, mine in _shared(model, position, member):
        mine.set_weights(given.get_weights())


def _shared(model: keras.Model, position: int, member: keras.Model) -> Iterable[tuple[keras.Layer, keras.Layer]]:
    """Return each layer that an ensemble has of a member, all up to its last feature maps, and the member's own."""
    beside = keras.Model(model.input, model.get_layer(f"member{position + 1}-stage3").output)
    return zip(beside.layers, member.layers[: len(beside.layers)], strict=True)


_RESNET = ((16, 2), (32, 3), (96, 2))
_WIDE = ((32, 1), (64, 2), (160, 2))


def _residual(name: str, shape: tuple[tuple[int, int], ...]) -> keras.Model:
    pixels, x = pixels_input()
    return keras.Model(pixels, _head(_stages(x, shape)[-1]), name=name)


def _stages(x, shape: tuple[tuple[int, int], ...], prefix: str = "") -> list:
    """Stages of (width, residual pairs), each but the first halving the side; return what each gives."""
    maps = []
    for stage, (width, pairs) in enumerate(shape, start=1):
        name = f"{prefix}stage{stage}"
        x = _conv(x, width, stride=1 if stage == 1 else 2, name=None if pairs else name)
        for pair in range(1, pairs + 1):
            x = _residual_pair(x, width, name=name if pair == pairs else f"{prefix}pair{stage}-{pair}")
        maps.append(x)
    return maps


def tiny() -> keras.Model:
    """How little is enough: depthwise separable convolutions (Howard et al. 2017), under 10,000 parameters."""
    pixels, x = pixels_input()
    x = _conv(x, 16, name="stage1")
    x = _separable(x, 32, stride=2)
    x = _separable(x, 32, residual=True, name="stage2")
    x = _separable(x, 44, stride=2)
    x = _separable(x, 44, residual=True)
    x = _separable(x, 44, residual=True, name="stage3")
    return keras.Model(pixels, _head(x), name="tiny")


def pixels_input() -> tuple[keras.KerasTensor, keras.KerasTensor]:
    pixels = keras.Input((28, 28, 1), name="pixels")
    return pixels, layers.Rescaling(1 / STD, offset=-MEAN / STD, name="normalise")(pixels)


def _logits() -> layers.Dense:
    """The last layer; whatever the others compute in, it is 32 bits here."""
    return layers.Dense(10, name="logits", dtype="float32")


def _conv(x, width: int, stride: int = 1, name: str | None = None):
    x = layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    return layers.ReLU(name=name)(layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x))


def _residual_pair(x, width: int, name: str):
    y = _conv(x, width)
    y = layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(y)
    # Starting the last scale at zero makes the pair an identity at first (Goyal et al. 2017).
    y = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer="zeros")(y)
    return layers.ReLU(name=name)(layers.Add()([x, y]))


def _separable(x, width: int, stride: int = 1, residual: bool = False, name: str | None = None):
    y = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
    y = layers.Conv2D(width, 1, use_bias=False, kernel_initializer="he_normal")(y)
    y = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(y)
    return layers.ReLU(name=name)(layers.Add()([x, y]) if residual else y)


def _head(x) -> keras.KerasTensor:
    return _logits()(layers.GlobalAveragePooling2D(name="features")(x))


BUILDERS: dict[str, Callable[[], keras.Model]] = {
    "linear": linear,
    "mlp": mlp,
    "cnn": cnn,
    "resnet": resnet,
    "resnet-wide": resnet_wide,
    "tiny": tiny,
    "wide": wide,
    "ensemble": ensemble,
}


def build(network: str, precision: str = "float32") -> keras.Model:
    """Return a fresh network whose layers compute in `precision`, its logits in 32 bits always."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        return BUILDERS[network]()
    finally:
        keras.config.set_dtype_policy(before)
