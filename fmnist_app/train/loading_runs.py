"""Load again: a run that was kept as a file comes back into the table and the charts of this visit."""

import streamlit as st

from fmnist_app import state
from fmnist_app import streamlit_internals as internals
from fmnist_app.switches import SWITCHES
from fmnist_app.train import service
from fmnist_app.widgets import frame
from fmnist_core.runs.keeping import MAX_BYTES, RunFileError, from_bytes
from fmnist_core.runs.line import LineError

_PROBLEM, _ROUND = "_load_problem", "_load_round"


def show() -> None:
    """Draw where a run's file goes, and why the last one was refused."""
    st.write(
        "The button “Keep” saves a run as a file (.json, at most 1 MB) of its settings and curves. The network itself "
        "is not in it, so that the server never runs a stranger's. The run comes back into the table and the charts, "
        "and “Train again” trains the same network anew."
    )
    if SWITCHES.uploads:
        key = f"load-{st.session_state.get(_ROUND, 0)}"
        st.file_uploader(
            "A kept run (.json)",
            key=key,
            on_change=_chosen,
            args=(key,),
            max_upload_size=MAX_BYTES // 1_000_000,
        )
    else:
        st.info("Uploads are switched off on this server.", icon=":material/block:")
    if sentence := st.session_state.pop(_PROBLEM, None):
        st.warning(frame.plain(sentence), icon=":material/warning:")


def _chosen(key: str) -> None:
    """Take the file that was chosen, from a callback."""
    file = st.session_state.get(key)
    if file:
        take(internals.content_of(file), file.name)
        internals.remove_own_files({file.file_id})
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1  # an empty field for the next one


def take(content: bytes, name: str) -> None:
    """Put the run in a file beside the visitor's others, or keep the sentence that says why not."""
    try:
        run = service.LINE.load(internals.own_session(), from_bytes(content, service.LINE.limits))
        st.query_params[state.RUN] = st.session_state[service.CHOSEN] = run.token
    except (RunFileError, LineError) as problem:
        st.session_state[_PROBLEM] = f"{name[:60]}: {problem}"
