"""fmnist COMMAND: the core's command line, and `fmnist app`, which opens the app in a browser."""

import argparse
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from fmnist_core import __main__ as core

_HERE = Path(__file__).parent
SCRIPT = _HERE.parent / "streamlit_app.py"
# In an installed package, else in the repository.
SETTINGS = next(
    p for p in (_HERE / "settings" / "config.toml", _HERE.parent / ".streamlit" / "config.toml") if p.is_file()
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command of the core, or the app; return its exit code, as `fmnist_core.__main__.main` does."""
    return core.main(arguments, (*core.COMMANDS, sys.modules[__name__]), "fmnist")


def add_parser(subparsers) -> None:
    parser = subparsers.add_parser(
        "app",
        help="open the app in a browser",
        description="Open the app in a browser. Any other option of Streamlit is taken from the environment, for "
        "example STREAMLIT_SERVER_BASE_URL_PATH.",
    )
    parser.add_argument("--port", type=_port, help="of the server (8501, or the next one that is free)")
    parser.add_argument("--address", help="to listen on; 0.0.0.0 lets other machines in, 127.0.0.1 does not")
    parser.add_argument("--headless", action="store_true", help="serve, and open no browser")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from streamlit.web import cli

    given = {"server.port": args.port, "server.address": args.address, "server.headless": args.headless or None}
    flags = dict(settings()) | {key: str(value) for key, value in given.items() if value is not None}
    cli.main(["run", str(SCRIPT), *(f"--{key}={value}" for key, value in flags.items())], prog_name="streamlit")
    return 0


def settings() -> Iterator[tuple[str, str]]:
    """Yield the app's own settings of Streamlit, key and value, but those that the environment sets.

    Streamlit looks for `.streamlit/config.toml` in the folder that it is started in: from any other, they are told.
    """
    for key, value in _flat(tomllib.loads(SETTINGS.read_text("utf-8"))):
        if variable(key) not in os.environ:
            yield key, str(value).lower() if isinstance(value, bool) else str(value)


def variable(key: str) -> str:
    """Return the environment variable of one of Streamlit's settings: `server.maxUploadSize` is STREAMLIT_SERVER_…"""
    return "STREAMLIT_" + re.sub(r"(?<=[a-z])(?=[A-Z])|\.", "_", key).upper()


def _flat(table: dict, before: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"must be a whole number 1..65535, received {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
