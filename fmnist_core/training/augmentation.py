"""One random view of each training picture, vectorised inside TensorFlow (loads TensorFlow)."""

import tensorflow as tf

from fmnist_core import data
from fmnist_core.training.recipes import Recipe


def augment(images: tf.Tensor, flip: tf.Tensor, seed: tf.Tensor, erase: tf.Tensor, recipe: Recipe) -> tf.Tensor:
    """Return one random view of each picture.

    Args:
        images: (n, 28, 28, 1) float32, 0..255.
        flip: (n,) integers; 1 mirrors left and right. Alternating epochs mirror alternate halves (Jordan 2024).
        seed: (2,) integers; the same seed gives the same view.
        erase: 1.0 to allow random erasing (Zhong et al. 2017), 0.0 to forbid it.
        recipe: `shift` in pixels, `erasing` the share of pictures, `flip` whether to mirror at all.
    """
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 6))
    count = tf.shape(images)[0]
    if recipe.flip:
        images = tf.where(tf.equal(flip, 1)[:, None, None, None], images[:, :, ::-1], images)
    if recipe.shift:
        span = 2 * recipe.shift + 1
        padded = tf.pad(images[..., 0], [[0, 0], [recipe.shift] * 2, [recipe.shift] * 2])
        rows = tf.random.stateless_uniform([count, 1], seeds[0], 0, span, tf.int32) + tf.range(data.SIDE)
        columns = tf.random.stateless_uniform([count, 1], seeds[1], 0, span, tf.int32) + tf.range(data.SIDE)
        moved = tf.gather(tf.gather(padded, rows, axis=1, batch_dims=1), columns, axis=2, batch_dims=1)
        images = moved[..., None]
    if recipe.erasing:
        chance = tf.random.stateless_uniform([count], seeds[2])
        area = tf.random.stateless_uniform([count], seeds[3], 0.02, 0.4) * data.SIDE**2
        shape = tf.random.stateless_uniform([count, 3], seeds[4])
        ratio = tf.exp((shape[:, 0] * 2 - 1) * tf.math.log(1 / 0.3))
        height = tf.minimum(tf.sqrt(area * ratio), data.SIDE)
        width = tf.minimum(tf.sqrt(area / ratio), data.SIDE)
        top, left = shape[:, 1] * (data.SIDE - height), shape[:, 2] * (data.SIDE - width)
        place = tf.range(data.SIDE, dtype=tf.float32)
        inside_rows = (place >= top[:, None]) & (place < (top + height)[:, None])
        inside_columns = (place >= left[:, None]) & (place < (left + width)[:, None])
        allowed = (chance < recipe.erasing * erase)[:, None, None]
        hole = (inside_rows[:, :, None] & inside_columns[:, None, :] & allowed)[..., None]
        noise = tf.random.stateless_uniform(tf.shape(images), seeds[5], 0.0, 255.0)
        images = tf.where(hole, noise, images)
    return images


def warp(images: tf.Tensor, seed: tf.Tensor, degrees: float) -> tf.Tensor:
    """Return each picture turned, scaled, stretched and moved a little, and in another contrast.

    Args:
        images: (n, 28, 28, 1) float32, 0..255.
        seed: (2,) integers; the same seed gives the same view.
        degrees: standard deviation of the turns; size varies by a percent a degree, place by a pixel in seven.
    """
    seeds = tf.unstack(tf.random.experimental.stateless_split(tf.random.experimental.stateless_fold_in(seed, 2), 3))
    count = tf.shape(images)[0]
    normal = tf.clip_by_value(tf.random.stateless_normal([count, 5], seeds[0]), -2.5, 2.5) * degrees
    angle = normal[:, 0] * (3.14159265 / 180)
    wide, high = tf.exp(0.01 * (normal[:, 1] + 0.7 * normal[:, 2])), tf.exp(0.01 * (normal[:, 1] - 0.7 * normal[:, 2]))
    # Output places are looked up in the input: turned about the middle, then scaled, then moved.
    a, b = tf.cos(angle) / wide, -tf.sin(angle) / wide
    d, e = tf.sin(angle) / high, tf.cos(angle) / high
    middle = (data.SIDE - 1) / 2
    c = middle - (a + b) * middle + normal[:, 3] / 7
    f = middle - (d + e) * middle + normal[:, 4] / 7
    zero = tf.zeros_like(a)
    images = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a, b, c, d, e, f, zero, zero], axis=1),
        output_shape=[data.SIDE, data.SIDE],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    gamma = tf.exp(0.03 * degrees * tf.random.stateless_normal([count, 1, 1, 1], seeds[1]))
    return 255 * tf.pow(tf.clip_by_value(images / 255, 0.0, 1.0), gamma)


def mix(images: tf.Tensor, targets: tf.Tensor, seed: tf.Tensor, share: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Let another picture of the batch shine through some pictures, by up to a half, and their targets alike.

    Args:
        images: (n, 28, 28, 1) float32.
        targets: (n, 10) float32, probabilities.
        seed: (2,) integers; the same seed mixes the same way.
        share: of the pictures that are mixed, 0..1.

    Returns:
        Pictures and targets of the same shapes.
    """
    seeds = tf.unstack(tf.random.experimental.stateless_split(tf.random.experimental.stateless_fold_in(seed, 1), 2))
    count = tf.shape(images)[0]
    chosen = tf.random.stateless_uniform([count], seeds[0]) < share
    weight = tf.where(chosen, tf.random.stateless_uniform([count], seeds[1], 0.0, 0.5), 0.0)
    wide, flat = weight[:, None, None, None], weight[:, None]
    return images + wide * (images[::-1] - images), targets + flat * (targets[::-1] - targets)


def cut_mix(images: tf.Tensor, targets: tf.Tensor, seed: tf.Tensor, share: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Put a rectangle of another picture of the batch into some pictures (Yun et al. 2019, arXiv 1905.04899).

    The rectangle covers up to a half of the picture, and of the targets as much is the other's as of the picture.

    Args:
        images: (n, 28, 28, 1) float32.
        targets: (n, 10) float32, probabilities.
        seed: (2,) integers; the same seed cuts the same way.
        share: of the pictures that get a rectangle, 0..1.

    Returns:
        Pictures and targets of the same shapes.
    """
    seeds = tf.unstack(tf.random.experimental.stateless_split(tf.random.experimental.stateless_fold_in(seed, 3), 3))
    count = tf.shape(images)[0]
    chosen = tf.random.stateless_uniform([count], seeds[0]) < share
    side = data.SIDE * tf.sqrt(tf.random.stateless_uniform([count], seeds[1], 0.0, 0.5))
    corner = tf.random.stateless_uniform([count, 2], seeds[2]) * (data.SIDE - side[:, None])
    place = tf.range(data.SIDE, dtype=tf.float32)
    within = (place >= corner[..., None]) & (place < (corner + side[:, None])[..., None]) & chosen[:, None, None]
    inside = (within[:, 0, :, None] & within[:, 1, None, :])[..., None]
    weight = tf.reduce_mean(tf.cast(inside, tf.float32), axis=[1, 2])
    return tf.where(inside, images[::-1], images), targets + weight * (targets[::-1] - targets)
