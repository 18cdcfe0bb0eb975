"""Logs as one line of JSON each, where `FMNIST_LOG=json` asks for it; without anything that a visitor wrote.

Of a failure the kind and the places in the code are kept; its message may quote an address or a file, and is left out.
"""

import json
import logging
import os
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime

from fmnist_app import streamlit_internals as internals

MAX_WORDS = 1000  # of a message
_CHATTER = ("uvicorn.access", "uvicorn.error")  # they note each request and connection: from where, and all it names


class JsonLines(logging.Formatter):
    """One object a line: time (UTC), level, logger, message; of an exception its type and where it was raised."""

    def format(self, record: logging.LogRecord) -> str:
        said = getattr(record, "without_words", None) or record.getMessage()
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": said[:MAX_WORDS],
        }
        if record.exc_info and record.exc_info[1]:
            problem = record.exc_info[1]
            line["exception"] = type(problem).__name__
            frames = traceback.extract_tb(problem.__traceback__)[-8:]
            line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line)


def _is_trouble(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def configure(environment: Mapping[str, str] = os.environ) -> None:
    """Have everything logged as the environment asks; requests never: an address may hold a seat or a secret.

    Raises:
        ValueError: `FMNIST_LOG` is neither `json` nor `text`.
    """
    kind = environment.get("FMNIST_LOG", "text")
    if kind not in ("json", "text"):
        raise ValueError(f"FMNIST_LOG must be json or text, received {kind[:40]!r}")
    for name in _CHATTER:
        logging.getLogger(name).addFilter(_is_trouble)
    if kind == "json":
        internals.format_logs(JsonLines())
        rest = logging.StreamHandler()
        rest.setFormatter(JsonLines())
        logging.getLogger().addHandler(rest)
