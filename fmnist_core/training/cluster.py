"""Which processes train together, read from the variable `TF_CONFIG`; no TensorFlow."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from fmnist_core.training.recipes import Recipe

VARIABLE = "TF_CONFIG"
EXAMPLE = '{"cluster": {"worker": ["one:12345", "two:12345"]}, "task": {"type": "worker", "index": 0}}'


class ClusterError(Exception):
    """The workers are not named as expected, do not do the same, or one of them was lost. `str()` is a sentence."""


@dataclass(frozen=True)
class Cluster:
    """Processes that train together.

    Attributes:
        addresses: of all of them, `host:port`, the chief first.
        position: of this process among them; 0 is the chief, which alone writes files.
    """

    addresses: tuple[str, ...]
    position: int


def read_cluster(environment: Mapping[str, str]) -> Cluster | None:
    """Return the processes that `TF_CONFIG` names, or None where it is not set or names this one alone.

    Raises:
        ClusterError: it is not as TensorFlow has it (tensorflow.org, Multi-worker training), or names others than a
            chief and workers.
    """
    text = environment.get(VARIABLE, "")
    if not text.strip():
        return None
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise _unexpected(f"JSON such as {EXAMPLE}", text) from None
    if not isinstance(given, dict) or not isinstance(given.get("cluster"), dict) or not given["cluster"]:
        raise _unexpected(f'"cluster" with the addresses of the workers, as in {EXAMPLE}', text)
    cluster, task = given["cluster"], given.get("task")
    addresses: list[str] = []
    first: dict[str, int] = {}
    for kind in sorted(cluster):  # the chief comes before the workers
        named = cluster[kind]
        if kind not in ("chief", "worker"):
            raise _unexpected('a "cluster" of "chief" and "worker" alone', kind)
        if not isinstance(named, list) or not named or not all(map(_is_address, named)):
            raise _unexpected(f'a list of host:port as "{kind}"', json.dumps(named))
        first[kind] = len(addresses)
        addresses += named
    if "chief" in cluster and len(cluster["chief"]) != 1:
        raise _unexpected("one chief", str(len(cluster["chief"])))
    if len(set(addresses)) < len(addresses):
        raise _unexpected("an address of its own for each worker", ", ".join(addresses))
    if not isinstance(task, dict) or task.get("type") not in first:
        raise _unexpected(f'a "task" whose "type" is {" or ".join(first)}', json.dumps(task))
    kind, index = task["type"], task.get("index")
    count = len(cluster[kind])
    if type(index) is not int or not 0 <= index < count:
        raise _unexpected(f'a "task" whose "index" is 0..{count - 1} (its {kind} list has {count})', json.dumps(index))
    return Cluster(tuple(addresses), first[kind] + index) if len(addresses) > 1 else None


def check_divisible(recipe: Recipe, replicas: int) -> None:
    """Make sure that every replica gets as many pictures of a step as every other.

    Raises:
        ClusterError: they do not divide.
    """
    for what, count in (("batch", recipe.batch), ("photos", recipe.photos)):
        if count % replicas:
            raise ClusterError(
                f"{recipe.name}: a number of workers that divides its {what} of {count} was expected, "
                f"received {replicas}"
            )


def _is_address(text: object) -> bool:
    if not isinstance(text, str):
        return False
    host, colon, port = text.rpartition(":")
    return bool(host and colon) and port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536


def _unexpected(expected: str, received: str) -> ClusterError:
    return ClusterError(f"{VARIABLE}: {expected} was expected, received {received[:120]}")
