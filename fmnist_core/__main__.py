"""python -m fmnist_core COMMAND: everything the app can do that needs no screen."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from fmnist_core.commands import (
    add,
    evaluate,
    explain,
    gallery,
    history,
    map,
    models,
    photo,
    predict,
    refresh,
    segmenter,
    stress,
    train,
)
from fmnist_core.commands.arguments import UsageError
from fmnist_core.data import DataError
from fmnist_core.networks.classifier import ModelError

COMMANDS: Sequence[Any] = (
    predict, photo, explain, evaluate, train, history, add, segmenter, refresh, gallery, map, stress, models,
)  # fmt: skip


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def main(
    arguments: list[str] | None = None, commands: Sequence[Any] = COMMANDS, program: str = "python -m fmnist_core"
) -> int:
    """Run one command; return its exit code: 0 done, 1 it failed, 2 wrong arguments or an unusable network.

    Args:
        arguments: what the person typed after the program's name; that of this process by default.
        commands: modules, each with `add_parser(subparsers)`; what that parser sets as `run` does the work.
        program: how the person calls it, for its help.
    """
    parser = _Parser(prog=program, description="Fashion-MNIST networks from the command line.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal of few letters gets a question mark for the others
    try:
        for command in commands:
            command.add_parser(subparsers)
        args = parser.parse_args(arguments)
        code = args.run(args)
        if sys.stdout is not None:  # it may have been closed for us
            sys.stdout.flush()  # here, where a reader that has left is no surprise
        return code
    except (UsageError, ModelError) as problem:
        print(problem, file=sys.stderr)
        return 2
    except DataError as problem:
        print(problem, file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader (head, say) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as problem:  # a full disk, a file that is missing, a folder that may not be written
        print(f"a file could not be read or written: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
