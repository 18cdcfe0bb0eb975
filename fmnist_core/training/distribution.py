"""Where a run's steps are computed: here, on several GPUs, or by several workers (loads TensorFlow).

Every replica knows the whole batch of a step, makes the same views of it, and then learns from a share of its own. The
gradients are summed, and batch normalisation takes its statistics over all shares: so a step is that of one replica.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from fmnist_core.training.cluster import Cluster, ClusterError, check_divisible
from fmnist_core.training.recipes import Recipe


class Distribution:
    """One replica, here: nothing is divided and nothing is sent.

    Attributes:
        replicas: how many learn from a step together.
        chief: whether this process tells and writes.
    """

    replicas = 1
    chief = True

    def scope(self) -> AbstractContextManager:
        """Return the context in which variables are made that all replicas keep alike."""
        return nullcontext()

    def prepare(self, model: keras.Model) -> None:
        """Let a model's layers look at all shares where one replica would look at the batch."""

    def variable(self, value: Any) -> tf.Variable:
        """Return a variable that each replica sets to the same."""
        return tf.Variable(value)

    def function(self, step: Callable, jit: bool) -> Callable:
        """Return a compiled function of the same arguments that does `step` in every replica."""
        return tf.function(step, jit_compile=jit)

    def share(self, rows: tf.Tensor) -> tf.Tensor:
        """Return this replica's rows; within a step."""
        return rows

    def parts(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        """Return gradients of the mean over a share as its part of that over the batch; within a step."""
        return gradients

    def means(self, *values: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Return means over a share as those over the batch; within a step."""
        return values

    def from_chief(self, content: bytes | None) -> bytes | None:
        """Return what the chief gave; all processes call it at the same place."""
        return content

    def check(self, recipe: Recipe, digest: str) -> None:
        """Make sure that the recipe can be divided, and that all processes train the same.

        Raises:
            ClusterError: it cannot, or they do not.
        """


HERE = Distribution()


class Replicated(Distribution):
    """Several replicas under one of TensorFlow's strategies.

    Args:
        strategy: `MirroredStrategy` or `MultiWorkerMirroredStrategy`.
        cluster: the processes of the latter.
    """

    def __init__(self, strategy: tf.distribute.Strategy, cluster: Cluster | None = None):
        self._strategy, self._cluster = strategy, cluster
        self.replicas = strategy.num_replicas_in_sync
        self.chief = cluster is None or cluster.position == 0
        self._add = self.function(self._given, False)

    def scope(self) -> AbstractContextManager:
        return self._strategy.scope()

    def prepare(self, model: keras.Model) -> None:
        for layer in model.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True

    def variable(self, value: Any) -> tf.Variable:
        with self.scope():
            return tf.Variable(np.asarray(value), aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)

    def function(self, step: Callable, jit: bool) -> Callable:
        def everywhere(*arguments: tf.Tensor) -> tuple[tf.Tensor, ...]:
            results = self._strategy.run(step, arguments)
            return tuple(self._strategy.experimental_local_results(result)[0] for result in results)

        return tf.function(everywhere)  # XLA knows no exchange between processes

    def share(self, rows: tf.Tensor) -> tf.Tensor:
        own = tf.shape(rows)[0] // self.replicas
        first = _replica().replica_id_in_sync_group * own
        return rows[first : first + own]

    def parts(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        return [gradient / self.replicas for gradient in gradients]  # Keras's optimisers sum them over all replicas

    def means(self, *values: tf.Tensor) -> tuple[tf.Tensor, ...]:
        return tuple(_replica().all_reduce(tf.distribute.ReduceOp.MEAN, list(values)))

    def from_chief(self, content: bytes | None) -> bytes | None:
        if self._cluster is None:
            return content
        given = (content or b"") if self.chief else b""
        length = 0 if not self.chief else -1 if content is None else len(given)
        length = int(self._sum(np.array([length], np.int64))[0])
        if length <= 0:
            return None if length else b""
        words = np.zeros(-(-length // 4), np.int32)
        words.view(np.uint8)[: len(given)] = np.frombuffer(given, np.uint8)
        return self._sum(words).tobytes()[:length]

    def check(self, recipe: Recipe, digest: str) -> None:
        check_divisible(recipe, self.replicas)
        if self._cluster is None:
            return
        cluster, known = self._cluster, json.dumps([recipe.name, recipe.seed, digest]).encode()
        mine = np.zeros((len(cluster.addresses), 64), np.int32)
        mine[cluster.position, : len(known[:64])] = np.frombuffer(known[:64], np.uint8)
        said = [bytes(row[row > 0].astype(np.uint8)) for row in self._sum(mine.ravel()).reshape(mine.shape)]
        for address, other in zip(cluster.addresses, said, strict=True):
            if other != said[0]:
                raise ClusterError(
                    f"every worker was expected to train the same recipe: the chief has {said[0].decode()}, "
                    f"{address} has {other.decode()}"
                )

    def _sum(self, values: np.ndarray) -> np.ndarray:
        """Return the sum of what the processes give, each an array of the same shape."""
        return np.asarray(self._add(tf.constant(values))[0])

    def _given(self, own: tf.Tensor) -> tuple[tf.Tensor]:
        here = self.replicas // len(self._cluster.addresses) if self._cluster else self.replicas
        first = tf.equal(_replica().replica_id_in_sync_group % here, 0)  # of the replicas of this process
        return (_replica().all_reduce(tf.distribute.ReduceOp.SUM, own * tf.cast(first, own.dtype)),)


def _replica() -> tf.distribute.ReplicaContext:
    return tf.distribute.get_replica_context()


def choose(cluster: Cluster | None) -> Distribution:
    """Return how a run is distributed: by the workers of a cluster, on all GPUs that are visible, or not at all.

    It comes before anything else that is asked of TensorFlow; with a cluster it waits for the other workers.
    """
    if cluster is not None:
        return Replicated(tf.distribute.MultiWorkerMirroredStrategy(), cluster)
    if len(tf.config.list_logical_devices("GPU")) > 1:
        return Replicated(tf.distribute.MirroredStrategy())
    return HERE


@contextmanager
def lost_workers_told() -> Iterator[None]:
    """Turn what TensorFlow says when another worker is gone into a sentence.

    Raises:
        ClusterError: a worker is gone.
    """
    gone = tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError, tf.errors.DeadlineExceededError
    try:
        yield
    except gone as cause:
        raise ClusterError(
            "another worker is gone: start all of them again, they go on from the last checkpoint"
        ) from cause
