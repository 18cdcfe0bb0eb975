"""One step of training: the views of a batch, what they should be, and what is learned from them (loads TensorFlow)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import keras
import tensorflow as tf

from fmnist_core.training.augmentation import augment, cut_mix, mix, warp
from fmnist_core.training.photos import set_loss
from fmnist_core.training.recipes import Recipe

if TYPE_CHECKING:
    from fmnist_core.training.loop import Run


def sgd(recipe: Recipe) -> keras.optimizers.Optimizer:
    optimizer = keras.optimizers.SGD(momentum=recipe.momentum, nesterov=True, weight_decay=recipe.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    return optimizer


def freeze(model: keras.Model, name: str) -> None:
    """Let nothing be learned up to and with the layer `name`; batch statistics there stay as they are.

    Raises:
        ValueError: no such layer.
    """
    names = [layer.name for layer in model.layers]
    if name not in names:
        raise ValueError(f"frozen must be one of {', '.join(names)}, received {name!r}")
    for layer in model.layers[: names.index(name) + 1]:
        layer.trainable = False


def learning_rate(recipe: Recipe, progress: float) -> float:
    """Return the rate at `progress` 0..1: a linear climb to the peak, then a linear way down to nothing."""
    if progress < recipe.warm_up:
        return recipe.peak_rate * (0.05 + 0.95 * progress / recipe.warm_up)
    falling = 1 - recipe.warm_up if recipe.cool_down is None else recipe.cool_down
    return recipe.peak_rate * min(1.0, (1 - progress) / falling)


def views_function(run: "Run") -> Callable:
    """Return what makes the views of a batch: the same seed gives the same ones."""
    recipe = run.recipe

    def views(batch, photos, parity, disturb, seed):
        labels = tf.gather(run.labels, batch)
        flip = tf.math.floormod(tf.gather(run.flips, batch) + parity, 2)
        images = tf.cast(tf.gather(run.images, batch), tf.float32)
        if recipe.photos:
            images = tf.concat([images, tf.cast(photos, tf.float32)], axis=0)
            flip = tf.concat([flip, tf.random.stateless_uniform([recipe.photos], seed, 0, 2, tf.int32)], axis=0)
        if recipe.warp:
            images = warp(images, seed, recipe.warp)
        images = augment(images, flip, seed, disturb, recipe)
        images, photos = images[: recipe.batch], images[recipe.batch :]
        targets = tf.one_hot(labels, 10) * (1 - recipe.label_smoothing) + recipe.label_smoothing / 10
        if recipe.cutmix:
            images, targets = cut_mix(images, targets, seed, recipe.cutmix * disturb)
        if recipe.mixup:
            images, targets = mix(images, targets, seed, recipe.mixup * disturb)
        return images, photos, targets, labels

    return views


def opinions_function(run: "Run") -> Callable:
    """Return what the teachers think of views: their mean probabilities at the recipe's temperature."""
    teachers, temperature = run.teachers, run.recipe.teacher_temperature

    def opinions(images):
        return tf.add_n([tf.nn.softmax(t(images, training=False) / temperature) for t in teachers]) / len(teachers)

    return opinions


def step_function(run: "Run") -> Callable:
    """Return one step of training; `taught`, (batch, 10), is what the teachers think, if that is known already."""
    recipe, model, optimizer = run.recipe, run.model, run.optimizer
    distribution, own = run.distribution, run.recipe.batch // run.distribution.replicas
    views, opinions = views_function(run), opinions_function(run)

    def step(batch, photos, fitting, parity, disturb, seed, rate, decay, taught=None):
        images, photos, targets, labels = views(batch, photos, parity, disturb, seed)
        images, photos, targets, labels, fitting = map(
            distribution.share, (images, photos, targets, labels, fitting)
        )  # every replica has made the views of all, and so those that one would have made
        if run.teachers:
            taught = opinions(images) if taught is None else distribution.share(taught)
            targets = recipe.distillation * taught + (1 - recipe.distillation) * targets
        with tf.GradientTape() as tape:
            logits = model(tf.concat([images, photos], axis=0), training=True)
            logits, photo_logits = logits[:own], logits[own:]
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))
            if recipe.photos:
                loss += set_loss(fitting, photo_logits, recipe.outlier_weight)
        optimizer.learning_rate.assign(rate)
        gradients = distribution.parts(tape.gradient(loss, model.trainable_variables))
        optimizer.apply(gradients, model.trainable_variables)
        for mean, weight in zip(run.average, model.weights, strict=True):
            mean.assign(decay * mean + (1 - decay) * weight)
        hits = tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), labels)
        return distribution.means(loss, tf.reduce_mean(tf.cast(hits, tf.float32)))

    return step
