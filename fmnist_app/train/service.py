"""The one line of runs of this server, and the visitor's place in it."""

import time
from importlib.util import find_spec

import streamlit as st

from fmnist_app import choices, state
from fmnist_app import streamlit_internals as internals
from fmnist_app.train import bring
from fmnist_core.composing.composition import Composition
from fmnist_core.runs.line import Line, LineError
from fmnist_core.runs.run import LITERT_FILE, TrainingRun

LINE = Line()
CHOSEN = "chosen-run"  # key of the picker of runs
PATIENCE = 30.0  # seconds after its arrival in which a visitor may still be the one who has just left
_PROBLEM, _ASKED = "_train_problem", "_run_was_asked_for"


def can_train() -> bool:
    """Return whether Keras and TensorFlow are installed; neither is loaded."""
    return all(find_spec(name) is not None for name in ("keras", "tensorflow"))


def arrive() -> None:
    """Take up the runs that the address names, if their visitor has left; from then on it names one of the visitor's.

    A server may notice late that a connection is gone: the name of a run whose visitor seems to be here is kept for a
    moment. After that it goes, as one that nobody knows does.
    """
    token = st.query_params.get(state.RUN)
    if token is not None:
        LINE.adopt(token, internals.own_session(), internals.is_connected)
    mine = [run.token for run in runs()]
    if mine and token not in mine:  # removed, or lost on the way to another page and back
        st.query_params[state.RUN] = mine[-1]
    elif token is not None and not mine:
        first = st.session_state.setdefault(_ASKED, time.monotonic())
        if not LINE.knows(token) or time.monotonic() - first > PATIENCE:
            del st.query_params[state.RUN]


def runs() -> list[TrainingRun]:
    """Return the runs of this visit, the oldest first."""
    return LINE.runs(internals.own_session())


def titles() -> dict[str, str]:
    """Return what each run of this visit is called, by token: no two alike."""
    return choices.told_apart({run.token: run.title for run in runs()})


def current() -> TrainingRun | None:
    """Return the run that is under way, else the newest one, else None."""
    mine = runs()
    return next((run for run in mine if run.under_way), mine[-1] if mine else None)


def start(composition: Composition, title: str) -> None:
    """Have a composition trained, from a callback; whoever cannot hears why."""
    try:
        run = LINE.join(internals.own_session(), composition, title)
        st.query_params[state.RUN] = st.session_state[CHOSEN] = run.token
    except LineError as problem:
        st.session_state[_PROBLEM] = str(problem)


def resume(run: TrainingRun) -> None:
    """Train a run on, from a callback."""
    try:
        LINE.resume(run)
    except LineError as problem:
        st.session_state[_PROBLEM] = str(problem)


def problem() -> str | None:
    """Return, once, why what was asked for cannot be."""
    return st.session_state.pop(_PROBLEM, None)


def publish() -> None:
    """Put the visit's finished networks into the picker of every page, and take out those that are gone."""
    own, found = state.own_networks(), {}
    for run in runs():
        if run.file(LITERT_FILE) is None:
            continue
        name, version = f"yours-{run.token}", len(run.epochs)
        kept = own.get(name)
        if kept is None or (kept.title, kept.card.facts["epochs"]) != (run.title, version):
            kept = run.network()
        if kept is not None:
            found[name] = kept
    own.clear()
    own.update(found | bring.networks())
