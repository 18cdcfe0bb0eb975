"""Ctrl-C while the command line is still being imported ends in one word, as it does later."""

import sys
from pathlib import Path
from types import TracebackType

_PROGRAMS = ("-m", "fmnist", "fmnist.exe")  # "-m": while `python -m fmnist_core` imports the package


def _show(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)
    else:
        sys.__excepthook__(kind, problem, trace)


if sys.argv and Path(sys.argv[0]).name in _PROGRAMS:  # only in a process of ours: others keep what they have
    sys.excepthook = _show
