"""What a training may take of the server, set by its environment."""

import os
import re
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    """What a training may take; each is set by the variable `FMNIST_TRAIN_` and its name in capitals.

    Attributes:
        layers: that a visitor may stack.
        width: units or filters of one layer.
        parameters: of a network.
        epochs: of a run.
        seconds: of training, for one sitting of a run.
        memory_mb: of the process that trains, TensorFlow included.
        threads: processors that training may use.
        waiting: runs that may wait in the queue.
    """

    layers: int = 12
    width: int = 1024
    parameters: int = 2_000_000
    epochs: int = 60
    seconds: int = 900
    memory_mb: int = 3000
    threads: int = 1
    waiting: int = 50

    @classmethod
    def configured(cls) -> "Limits":
        """Return the limits that the environment sets.

        Raises:
            ValueError: a variable is not a whole number from 1 on.
        """
        chosen = {}
        for limit in fields(cls):
            name = f"FMNIST_TRAIN_{limit.name.upper()}"
            text = os.environ.get(name)
            if text is None:
                continue
            if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
                raise ValueError(f"{name} must be a whole number from 1 on, received {text[:40]!r}")
            chosen[limit.name] = int(text)
        return cls(**chosen)
