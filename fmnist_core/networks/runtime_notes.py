"""What LiteRT tells of itself on standard error: its notes stay off a person's terminal, everything else passes.

LiteRT writes "INFO: Created TensorFlow Lite XNNPACK delegate for CPU." once a process, from C++, and knows no setting
against it.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()
_told = False


@contextmanager
def withheld() -> Iterator[None]:
    """Hold back standard error while the first network starts, then let through all of it but lines of `INFO`.

    What other threads write meanwhile comes after it, in order; a start that fails leaves the note to the next one.
    """
    global _told  # noqa: PLW0603  (the process tells it once, so it is remembered once a process)
    if _told:
        yield
        return
    with _LOCK:
        try:
            before = os.dup(2)
        except OSError:  # no standard error at all
            yield
            return
        with tempfile.TemporaryFile() as caught:
            os.dup2(caught.fileno(), 2)
            try:
                yield
                _told = True
            finally:
                if sys.stderr is not None:
                    sys.stderr.flush()
                os.dup2(before, 2)
                os.close(before)
                caught.seek(0)
                for line in caught:
                    if not line.startswith(b"INFO: "):
                        os.write(2, line)
