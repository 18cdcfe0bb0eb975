"""A composition as a script of plain Keras, which trains the same network outside the app."""

from fmnist_core.composing.composition import Composition
from fmnist_core.composing.layers import Layer
from fmnist_core.data import TRAIN_SIZE
from fmnist_core.sample import HELDOUT

MAX_LINES = 60
FIRST, LAST = f"{TRAIN_SIZE:_}", f"{TRAIN_SIZE + HELDOUT:_}"


def script(composition: Composition) -> str:
    """Return the script, at most 60 lines of Python that need Keras and NumPy alone.

    It takes the same pictures as the app, in all their grey levels, and prints the accuracy on the held-out ones.
    """
    c = composition
    lines = [
        '"""Train a network on Fashion-MNIST; needs keras, a backend such as tensorflow, and numpy."""',
        "",
        "import keras",
        "import numpy as np",
        "from keras import layers",
        "",
        f"PICTURES, BATCH, EPOCHS, RATE = {int(c.pictures)}, {int(c.batch)}, {c.epochs}, {float(c.rate):g}",
        "",
        "(images, labels), _ = keras.datasets.fashion_mnist.load_data()",
        "train, train_labels = images[:PICTURES, ..., None], labels[:PICTURES].astype(int)",
        f"heldout, heldout_labels = images[{FIRST}:{LAST}, ..., None], labels[{FIRST}:{LAST}]",
    ]
    if int(c.wrong):
        lines += [
            "rng = np.random.default_rng(0)",
            f"chosen = rng.permutation(PICTURES)[: PICTURES * {int(c.wrong)} // 100]  # their labels are made wrong",
            "train_labels[chosen] = (train_labels[chosen] + rng.integers(1, 10, len(chosen))) % 10",
        ]
    lines += [
        *_residual_pair(c),
        "",
        "keras.utils.set_random_seed(0)",
        "pixels = keras.Input((28, 28, 1))  # 0..255",
        "x = pixels",
        *(_AUGMENTATION[word] for word in c.changes),
        "x = layers.Rescaling(1 / 90.02, offset=-72.94 / 90.02)(x)",
        *_network(c),
        'model = keras.Model(pixels, layers.Dense(10, name="logits")(x))',
        "model.summary()",
        "",
        *_schedule(c.schedule),
        f"optimizer = {_OPTIMISERS[c.optimiser].format(rate=_RATES[c.schedule])}",
        f"loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing={float(c.smoothing):g})",
        'model.compile(optimizer, loss, metrics=["accuracy"])',
        "targets, heldout_targets = np.eye(10)[train_labels], np.eye(10)[heldout_labels]",
        "model.fit(train, targets, BATCH, EPOCHS, validation_data=(heldout, heldout_targets), verbose=2)",
        'print(f"{model.evaluate(heldout, heldout_targets, verbose=0)[1]:.2%} of the held-out pictures")',
        'model.save("network.keras")',
    ]
    return "\n".join(lines) + "\n"


_RATES = {"Constant": "RATE", "Falling": "rate", "Warm-up": "Rate()"}
_AUGMENTATION = {
    "mirror": 'x = layers.RandomFlip("horizontal")(x)',
    "shift": 'x = layers.RandomTranslation(2 / 28, 2 / 28, fill_mode="constant")(x)',
    "erase": "x = layers.RandomErasing(0.5, scale=(0.02, 0.4))(x)",
}
_OPTIMISERS = {
    "Adam": "keras.optimizers.Adam({rate})",
    "SGD": "keras.optimizers.SGD({rate})",
    "Momentum": "keras.optimizers.SGD({rate}, momentum=0.9, nesterov=True)",
}


def _schedule(kind: str) -> list[str]:
    steps = "steps = EPOCHS * -(-PICTURES // BATCH)"
    if kind == "Constant":
        return []
    if kind == "Falling":
        return [steps, "rate = keras.optimizers.schedules.PolynomialDecay(RATE, steps, end_learning_rate=0)"]
    return [
        steps,
        "climb = int(0.15 * steps)",
        "falling = keras.optimizers.schedules.PolynomialDecay(RATE, steps - climb, end_learning_rate=0)",
        "class Rate(keras.optimizers.schedules.LearningRateSchedule):",
        "    def __call__(self, step):",
        '        step = keras.ops.cast(step, "float32")',
        "        up = RATE * (0.05 + 0.95 * step / max(climb, 1))",
        "        return keras.ops.where(step < climb, up, falling(keras.ops.maximum(step - climb, 0.0)))",
    ]


def _network(composition: Composition) -> list[str]:
    lines, flat = [], False
    for layer in composition.layers:
        if layer.kind == "d" and not flat:
            lines.append("x = layers.Flatten()(x)")
        flat = flat or layer.kind in "dg"
        lines.append(_layer(layer, composition.activation.lower()))
    return lines if flat else [*lines, "x = layers.Flatten()(x)"]


def _residual_pair(composition: Composition) -> list[str]:
    if all(layer.kind != "r" for layer in composition.layers):
        return []
    activation = composition.activation.lower()
    return [
        "",
        "",
        "def residual_pair(x):",
        f'    y = layers.Conv2D(x.shape[-1], 3, padding="same", activation="{activation}")(x)',
        '    y = layers.Conv2D(x.shape[-1], 3, padding="same")(y)',
        f'    return layers.Activation("{activation}")(layers.Add()([x, y]))',
        "",
    ]


def _layer(layer: Layer, activation: str) -> str:
    if layer.kind == "r":
        return "x = residual_pair(x)"
    made = {
        "c": f'Conv2D({layer.number}, 3, padding="same", activation="{activation}")',
        "d": f'Dense({layer.number}, activation="{activation}")',
        "p": "MaxPooling2D()",
        "g": "GlobalAveragePooling2D()",
        "n": "BatchNormalization(momentum=0.9)",
        "o": f"Dropout({layer.number / 100:g})",
    }
    return f"x = layers.{made[layer.kind]}(x)"
