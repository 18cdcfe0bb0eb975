"""When a visitor's run fails: a sentence on the page, and a log that no stranger can fill."""

import logging
import time
import traceback
from pathlib import Path

import streamlit as st

from fmnist_app.metrics import COUNTS, FAILURES, REFUSALS

OURS, STREAMLIT = ("fmnist_app", "fmnist_core", "streamlit_app.py"), str(Path(st.__file__).parent)
REPEATED = 60.0  # seconds in which the same failure is logged once
MAX_WORDS = 200  # of what a stranger may have written
IMPORTED_LATE = ("streamlit.error_util", "streamlit.components.v2.bidi_component.serialization")
REFUSED = "The browser sent a value that this page does not take."
FAILED = "Something went wrong on this page; the server's log says what."
WHAT_TO_DO = "Reload the page: test picture, network and settings come back from its address."


def tell(problem: Exception) -> bool:
    """Show a sentence in place of Streamlit's red box; the handler of `st.App(on_script_error=…)`."""
    COUNTS.add(REFUSALS if is_refusal(problem) else FAILURES)
    with st.container(key="failed"):
        st.error(f"{REFUSED if is_refusal(problem) else FAILED} {WHAT_TO_DO}", icon=":material/error:")
    return True


def is_refusal(problem: BaseException) -> bool:
    """Return whether Streamlit refused a value that a browser sent, itself or by a library that it called."""
    for frame in reversed(traceback.extract_tb(problem.__traceback__)):
        if frame.filename.startswith(STREAMLIT):
            return True
        if any(part in frame.filename for part in OURS):
            return False
    return False


class Quiet(logging.Filter):
    """Logs a refusal as one line, and the same failure only once in a while, with how often it came."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        problem = record.exc_info[1] if record.exc_info else None
        if problem is None:
            return True
        frames = traceback.extract_tb(problem.__traceback__)
        where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        kind = f"{type(problem).__name__} {where}"
        last, missed = self._seen.get(kind, (-REPEATED, 0))
        now = time.monotonic()
        if now - last < REPEATED:
            self._seen[kind] = last, missed + 1
            return False
        self._seen[kind] = now, 0
        more = f" ({missed} more of the kind since it was last logged)" if missed else ""
        if is_refusal(problem):
            said = repr(str(problem))[:MAX_WORDS]
            record.msg, record.args, record.exc_info = f"A run was refused: {kind}: {said}{more}", None, None
            record.without_words = f"A run was refused: {kind}{more}"
        elif more:
            record.msg, record.args = f"{record.getMessage()}{more}", None
        return True


def watch() -> None:
    """Have whatever Streamlit and its server log of failures pass through one `Quiet`."""
    logs = {name for name in logging.root.manager.loggerDict if name.startswith(("streamlit", "uvicorn"))}
    quiet = Quiet()
    for name in logs | set(IMPORTED_LATE):
        log = logging.getLogger(name)
        if not any(isinstance(known, Quiet) for known in log.filters):
            log.addFilter(quiet)
