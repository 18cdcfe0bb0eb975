"""The network that finds the garment in a photo: built, and taught from outlines that nobody drew (loads TensorFlow).

Garments whose outline is trusted are pasted onto other photos' backgrounds; there the truth is known to the pixel.
Other photos count pixel by pixel, as far as the ways of finding a garment agree.
"""

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import keras
import numpy as np
import tensorflow as tf
from keras import layers

from fmnist_core.files import replace_file, write_arrays
from fmnist_core.photos.collection import LabelledPhoto, Sides, content_hash, list_hash, read_rgb
from fmnist_core.photos.outlines import Outline, outline
from fmnist_core.photos.segmentation import intersection_over_union
from fmnist_core.training.stored import runs_folder

SIDE = 96
USABLE, TRUSTED = 0.6, 0.85  # agreement of an outline that counts, and of one to cut along


def segmenter() -> keras.Model:
    """A small U-Net (Ronneberger, Fischer and Brox 2015): (n, 96, 96, 3) pixels 0..255 to (n, 48, 48, 1) logits."""
    pixels = keras.Input((SIDE, SIDE, 3), name="pixels")
    x = layers.Rescaling(1 / 64, offset=-2.0, name="normalise")(pixels)
    skips: list[keras.KerasTensor] = []
    for width, pairs in ((12, 0), (32, 1), (64, 1), (96, 1)):
        x = _conv(x, width, 3 if skips else 5, stride=2)
        for _ in range(pairs):
            x = layers.Add()([x, _conv(_conv(x, width), width)])
        skips.append(x)
    # What the whole picture looks like, said to every place.
    context = layers.GlobalAveragePooling2D(keepdims=True)(x)
    context = layers.Conv2D(96, 1, activation="relu")(context)
    x = layers.Add()([x, layers.Conv2D(96, 1)(context)])
    for width, skip in zip((48, 24, 12), reversed(skips[:-1]), strict=True):
        x = layers.UpSampling2D()(layers.Conv2D(width, 1, use_bias=False)(x))
        x = _conv(layers.Add()([x, layers.Conv2D(width, 1, use_bias=False)(skip)]), width)
    return keras.Model(pixels, layers.Conv2D(1, 3, padding="same", name="logits")(x), name="segmenter")


def _conv(x, width: int, size: int = 3, stride: int = 1):
    x = layers.Conv2D(width, size, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.95, epsilon=1e-5)(x))


def without_garment(rgb: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a photo's background alone, (h, w, 3) uint8: the garment's place is filled from around it.

    Filled in at low resolution, then given the background's own grain.
    """
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8))
    filled = cv2.inpaint(rgb, grown, 3, cv2.INPAINT_TELEA)
    behind = grown == 0
    if behind.sum() > 200:
        smooth = cv2.GaussianBlur(filled, (0, 0), 4).astype(np.float32)
        grain = (rgb - smooth)[behind]
        # Runs of grain keep its texture along the rows.
        start = int(rng.integers(len(grain)))
        fresh = np.take(grain, np.arange(start, start + int(grown.sum())), axis=0, mode="wrap")
        filled = filled.astype(np.float32)
        filled[~behind] = 0.5 * smooth[~behind] + 0.5 * filled[~behind] + fresh
    return np.clip(filled, 0, 255).astype(np.uint8)


class Views:
    """A source of (pixels, targets, weights) for each step."""

    def __init__(self, rgb: np.ndarray, share: np.ndarray, trusted: np.ndarray, seed: int, pasted: float = 0.5):
        """Prepare backgrounds.

        Args:
            rgb: (n, 96, 96, 3) uint8.
            share: (n, 96, 96) float 0..1, how sure it is that a pixel is garment; .5 does not count.
            trusted: (m,) positions of photos whose outline may be cut along.
            seed: of everything random.
            pasted: share of views that are garments on another photo's background.
        """
        self.rgb, self.share, self.trusted, self.seed, self.pasted = rgb, share, trusted, seed, pasted
        self.rng = np.random.default_rng(seed)
        self.backgrounds = [without_garment(rgb[k], share[k] > 0.3, self.rng) for k in trusted]

    def batch(self, size: int, moment: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (size, 96, 96, 3) uint8 pixels, and (size, 48, 48, 1) float32 targets and weights.

        The same for the same moment: training that resumes sees what it would have seen.
        """
        self.rng = np.random.default_rng([self.seed, moment])
        views = [self._pasted() if self.rng.random() < self.pasted else self._whole() for _ in range(size)]
        pixels, shares = np.stack([v[0] for v in views]), np.stack([v[1] for v in views])
        shares = shares.reshape(size, SIDE // 2, 2, SIDE // 2, 2).mean(axis=(2, 4))[..., None]
        return pixels, shares, np.abs(2 * shares - 1) ** 2 + 0.02

    def _whole(self) -> tuple[np.ndarray, np.ndarray]:
        k = int(self.rng.integers(len(self.rgb)))
        rgb, share = _turned(self.rgb[k], self.share[k], self._placement(0.75, 1.6), cv2.BORDER_REFLECT_101)
        return self._shaded(rgb), share

    def _pasted(self) -> tuple[np.ndarray, np.ndarray]:
        rng = self.rng
        k = int(rng.choice(self.trusted))
        empty = rng.random() < 0.05  # a background alone holds no garment
        behind = self.backgrounds[int(rng.integers(len(self.backgrounds)))]
        behind, _ = _turned(behind, self.share[k], self._placement(1.0, 1.8), cv2.BORDER_REFLECT_101)
        behind = self._shaded(behind)
        front, share = _turned(
            self.rgb[k], self.share[k], self._placement(0.5, 1.3), cv2.BORDER_REFLECT_101, zeros=True
        )
        front = self._shaded(front)
        if empty:
            share = np.zeros_like(share)
        if rng.random() < 0.3:  # light on light, dark on dark: the garment takes the background's mean
            shift = behind.mean(axis=(0, 1)) - front[share > 0.5].mean(axis=0) if (share > 0.5).any() else 0
            front = np.clip(front + rng.uniform(0.6, 1) * shift, 0, 255).astype(np.uint8)
        matte = cv2.GaussianBlur(np.clip((share - 0.35) / 0.4, 0, 1), (0, 0), 0.7)
        if rng.random() < 0.5:  # a soft shadow
            dx, dy = rng.integers(-5, 6, 2)
            fallen = cv2.GaussianBlur(np.roll(matte, (int(dy), int(dx)), (0, 1)), (0, 0), float(rng.uniform(1, 5)))
            behind = behind * (1 - rng.uniform(0.1, 0.5) * fallen[..., None])
        pixels = behind * (1 - matte[..., None]) + front * matte[..., None]
        return np.clip(pixels, 0, 255).astype(np.uint8), (matte > 0.5).astype(np.float32)

    def _placement(self, smallest: float, largest: float) -> np.ndarray:
        """Return the (2, 3) matrix of a random turn, size, shape and place; sometimes a quarter turn, mirror image."""
        rng = self.rng
        angle = rng.normal(0, 12) + rng.choice((0, 90, 180, 270), p=(0.7, 0.1, 0.1, 0.1))
        scale = float(np.exp(rng.uniform(np.log(smallest), np.log(largest))))
        stretch = float(np.exp(rng.normal(0, 0.12)))
        turn = cv2.getRotationMatrix2D((0.0, 0.0), angle, 1.0)[:, :2]
        matrix = turn @ np.diag([scale * stretch * rng.choice((-1, 1)), scale / stretch])
        middle = np.array([SIDE / 2, SIDE / 2])
        offset = middle + rng.uniform(-0.15, 0.15, 2) * SIDE * max(scale, 1) - matrix @ middle
        return np.hstack([matrix, offset[:, None]])

    def _shaded(self, rgb: np.ndarray) -> np.ndarray:
        """Return the picture in another light: exposure, contrast, gamma, tint, noise, sometimes other colours."""
        rng = self.rng
        if rng.random() < 0.3:
            rgb = rgb[..., rng.permutation(3)]
        values = rgb.astype(np.float32) / 255
        if rng.random() < 0.1:
            values = np.repeat(values.mean(axis=2, keepdims=True), 3, axis=2)
        if rng.random() < 0.1:
            values = 1 - values
        values = values ** float(np.exp(rng.normal(0, 0.25)))
        values = (values - 0.5) * rng.uniform(0.7, 1.25) + 0.5 + rng.normal(0, 0.07) + rng.normal(0, 0.04, 3)
        if rng.random() < 0.3:
            slope = np.linspace(-1, 1, SIDE)[:, None, None] * rng.normal(0, 0.12)
            values = values + (slope if rng.random() < 0.5 else slope.swapaxes(0, 1))
        if rng.random() < 0.3:
            values = values + rng.normal(0, rng.uniform(0.01, 0.05), values.shape)
        if rng.random() < 0.2:
            values = np.asarray(
                cv2.GaussianBlur(values.astype(np.float32), (0, 0), float(rng.uniform(0.4, 1.2))), float
            )
        return np.clip(255 * values, 0, 255).astype(np.uint8)


def _turned(rgb: np.ndarray, share: np.ndarray, matrix: np.ndarray, border: int, zeros: bool = False):
    size = (SIDE, SIDE)
    turned = cv2.warpAffine(rgb, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border)
    behind = cv2.BORDER_CONSTANT if zeros else border
    return turned, cv2.warpAffine(share.astype(np.float32), matrix, size, flags=cv2.INTER_LINEAR, borderMode=behind)


def fit(model, views: Views, steps: int, state: Path, peak_rate: float = 3e-3, batch: int = 32, report=print) -> None:
    """Train in place by Adam, the rate climbing and then falling to nothing; the weights end as their moving average.

    Args:
        model: what `segmenter` returned.
        views: what it learns from.
        steps: of `batch` views.
        state: file of the checkpoint, written every 100 steps; where it exists, training goes on from there.
        peak_rate: highest learning rate.
        batch: views a step.
        report: receives one line of text every 100 steps.
    """
    optimizer = keras.optimizers.AdamW(weight_decay=1e-3)
    optimizer.build(model.trainable_variables)
    average = [tf.Variable(w) for w in model.weights]
    kept = [*model.weights, *average, *(v for v in optimizer.variables if "learning_rate" not in v.path)]
    done = 0
    if state.is_file():
        with np.load(state) as stored:
            done = int(stored["done"])
            for k, variable in enumerate(kept):
                variable.assign(stored[f"v{k}"])

    @tf.function
    def step(pixels, target, weight, rate, decay):
        with tf.GradientTape() as tape:
            logits = model(tf.cast(pixels, tf.float32), training=True)
            entropy = tf.nn.sigmoid_cross_entropy_with_logits(target, logits)
            loss = tf.reduce_sum(weight * entropy) / tf.reduce_sum(weight)
            probability = tf.sigmoid(logits)
            common = tf.reduce_sum(weight * probability * target, axis=(1, 2, 3))
            sums = tf.reduce_sum(weight * (probability + target), axis=(1, 2, 3))
            loss += 0.5 * tf.reduce_mean(1 - (2 * common + 1.0) / (sums + 1.0))
        optimizer.learning_rate.assign(rate)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        for mean, value in zip(average, model.weights, strict=True):
            mean.assign(decay * mean + (1 - decay) * value)
        return loss

    losses = []
    for k in range(done, steps):
        progress = k / steps
        rate = peak_rate * (progress / 0.05 if progress < 0.05 else (1 - progress) / 0.95)
        pixels, target, weight = views.batch(batch, k)
        decay = min(0.995, (1 + k) / (10 + k))
        losses.append(float(step(pixels, target, weight.astype(np.float32), np.float32(rate), np.float32(decay))))
        if (k + 1) % 100 == 0:
            arrays = {f"v{i}": np.asarray(v) for i, v in enumerate(kept)}
            replace_file(state, partial(np.savez, done=k + 1, **arrays))  # type: ignore[arg-type]
            report(f"{state.stem}: step {k + 1} of {steps}, loss {np.mean(losses[-100:]):.4f}")
    model.set_weights([np.asarray(w) for w in average])


def probabilities(model: keras.Model, rgb: np.ndarray, batch: int = 100) -> np.ndarray:
    """Return (n, 48, 48) float32 probabilities of garment for (n, 96, 96, 3) pixels."""
    forward = tf.function(lambda x: tf.sigmoid(model(tf.cast(x, tf.float32), training=False))[..., 0])
    return np.concatenate([np.asarray(forward(rgb[k : k + batch])) for k in range(0, len(rgb), batch)])


def train(sides: Sides, steps: int, report: Callable[[str], None] = print) -> tuple[keras.Model, dict]:
    """Return the trained network and what its card says; resumed from checkpoints by being called again.

    Args:
        sides: the collection; the judged photos are not looked at.
        steps: of 32 views.
        report: receives lines of text.
    """
    tf.keras.utils.set_random_seed(0)
    outlines = outlines_of([*sides.train, *sides.tuning], report)
    rgb = np.stack([o.rgb for o in outlines])
    share = np.stack([o.share for o in outlines])
    agreement = np.array([o.agreement for o in outlines])
    learned = np.flatnonzero(agreement[: len(sides.train)] >= USABLE)
    trusted = np.flatnonzero(agreement[learned] >= TRUSTED)
    model = segmenter()
    state = runs_folder() / "photos" / f"segmenter-{content_hash(sides.train)[:12]}-{steps}.npz"
    state.parent.mkdir(parents=True, exist_ok=True)
    fit(model, Views(rgb[learned], share[learned], trusted, seed=0), steps, state, report=report)
    judged = len(sides.train) + np.flatnonzero(agreement[len(sides.train) :] >= TRUSTED)
    masks = probabilities(model, rgb[judged]) > 0.5
    truth = share[judged].reshape(-1, SIDE // 2, 2, SIDE // 2, 2).mean(axis=(2, 4)) > 0.5
    overlaps = [intersection_over_union(mask, true) for mask, true in zip(masks, truth, strict=True)]
    return model, {
        "photos_sha256": list_hash(sides.train),
        "steps": steps,
        "parameters": model.count_params(),
        "outlines": len(judged),
        "agreement": float(np.mean(overlaps)),
        "agreement_above_0.9": float(np.mean(np.array(overlaps) > 0.9)),
    }


def outlines_of(photos: list[LabelledPhoto], report: Callable[[str], None]) -> list[Outline]:
    """Return the photos' outlines, found once and then kept in the folder of runs."""
    path = runs_folder() / "photos" / f"outlines-{content_hash(photos)[:12]}.npz"
    if not path.is_file():
        report(f"the outlines of {len(photos):,} photos are looked for: once, in some minutes")
        path.parent.mkdir(parents=True, exist_ok=True)
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(_outline, photos, chunksize=8))
        arrays = {"rgb": np.stack([o.rgb for o in found]), "agreement": np.array([o.agreement for o in found])}
        write_arrays(path, **arrays, share=np.stack([np.rint(255 * o.share).astype(np.uint8) for o in found]))
    with np.load(path) as stored:
        rgb, share, agreement = stored["rgb"], stored["share"].astype(np.float32) / 255, stored["agreement"]
    return [Outline(*row) for row in zip(rgb, share, agreement, strict=True)]


def _outline(photo: LabelledPhoto) -> Outline:
    cv2.setNumThreads(1)  # the processes are parallel already
    return outline(read_rgb(photo.path))


def to_litert(model: keras.Model) -> bytes:
    """Return the network as a LiteRT file with 16-bit weights."""
    archive = keras.export.ExportArchive()
    archive.track(model)
    pixels = tf.TensorSpec((1, SIDE, SIDE, 3), tf.float32, name="pixels")
    archive.add_endpoint("serve", lambda pixels: {"logits": model(pixels, training=False)}, [pixels])
    with tempfile.TemporaryDirectory() as folder:
        archive.write_out(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        return converter.convert()
