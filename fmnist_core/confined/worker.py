"""The confined process itself: `python -m fmnist_core.confined.worker WORK MB`, started by the server.

Before it opens anything it gives up what it does not need: memory beyond the limit, writing files, starting programs
that would dump core. It ends when the server does.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from fmnist_core.confined import wire
from fmnist_core.confined.process import RefusedError

Work = Callable[[dict[str, Any], list[bytes]], tuple[dict[str, Any], list[bytes]]]
NICE = 5


def _decoding() -> Work:
    from fmnist_core.confined import decoding

    return decoding.work()


def _network() -> Work:
    from fmnist_core.confined import foreign

    return foreign.work()


WORK: dict[str, Callable[[], Work]] = {"decoding": _decoding, "network": _network}


def confine(memory_mb: int) -> None:
    """Limit this process from now on, as far as the system can.

    Args:
        memory_mb: megabytes of address space beyond what it has now.
    """
    with suppress(OSError, AttributeError):
        os.nice(NICE)
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time still holds
        return
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0}
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text("utf-8").split()[0])
        limits[resource.RLIMIT_AS] = pages * resource.getpagesize() + memory_mb * 1_000_000
    for what, most in limits.items():
        with suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


def main() -> None:
    """Answer questions until there are none any more."""
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    work = WORK[sys.argv[1]]()
    confine(int(sys.argv[2]))
    wire.write(answers, {"ready": True})
    while True:
        try:
            facts, blobs = wire.read(questions)
        except EOFError:
            return
        try:
            answer, given = work(facts, blobs)
        except RefusedError as problem:
            answer, given = {"refused": str(problem)}, []
        except MemoryError:
            answer, given = {"refused": "it needs more memory than it may take"}, []
        wire.write(answers, answer, given)
        del blobs, given  # nothing of a file is kept for the next one


if __name__ == "__main__":
    main()
