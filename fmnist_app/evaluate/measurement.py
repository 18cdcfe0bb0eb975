"""Measure a network again, on this machine: one job at a time, shared by everybody who asks for it."""

import threading
import time
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from fmnist_app import caches
from fmnist_core import Classifier, ModelError, load_test
from fmnist_core.networks import cards

_MEASURED = "_measured"
TOLERANCE = 1e-3


@dataclass
class Job:
    """A measurement under way; the thread that runs it writes, everybody else reads."""

    name: str
    stamp: tuple
    done: int = 0
    waiting: bool = True
    seconds: float = 0.0
    logits: np.ndarray | None = None
    problem: str | None = None
    finished: threading.Event = field(default_factory=threading.Event)


class Line:
    """The line in front of the processor: one bulk evaluation runs, the others wait."""

    def __init__(self) -> None:
        self._entry, self._turn = threading.Lock(), threading.Lock()
        self._jobs: dict[tuple, Job] = {}

    def join(self, name: str, stamp: tuple) -> tuple[Job, bool]:
        """Return the job that measures this network, and whether somebody else had started it."""
        with self._entry:
            job = self._jobs.get((name, stamp))
            if job:
                return job, True
            job = self._jobs[name, stamp] = Job(name, stamp)
        threading.Thread(target=self._run, args=(job,), daemon=True).start()
        return job, False

    def _run(self, job: Job) -> None:
        try:
            with self._turn:
                job.waiting = False
                images = load_test().images
                start, parts = time.perf_counter(), []
                for part in Classifier(cards.MODELS / f"{job.name}.tflite").iter_outputs(images):
                    parts.append(part)
                    job.done += len(part)
                job.seconds = time.perf_counter() - start
                job.logits = np.concatenate(parts)
                job.logits.setflags(write=False)
        except ModelError as problem:
            job.problem = str(problem)
        except Exception as cause:  # whatever it is, those who wait must hear of it
            job.problem = f"The measurement ended early ({cause!r}). Try again."
        finally:
            with self._entry:  # whoever comes from here on starts a job of their own
                del self._jobs[job.name, job.stamp]
            job.finished.set()


@st.cache_resource(show_spinner=False)
def _line() -> Line:
    return Line()


def current_logits(name: str) -> np.ndarray:
    """Return this visitor's own measurement of the network, else the stored one.

    Raises:
        ModelError: there is neither.
    """
    job = st.session_state.get(_MEASURED, {}).get((name, caches.stamp(name)))
    return job.logits if job and job.logits is not None else caches.network(name).stored_logits.test


def measure_again(name: str, asked: bool) -> None:
    """Measure if that was asked for, draw the progress, and say what came out."""
    total = len(load_test())
    if asked:
        job, shared = _line().join(name, caches.stamp(name))
        bar = st.progress(0.0)
        while not job.finished.wait(0.1):
            words = "Waiting for another measurement to end" if job.waiting else f"{job.done:,} of {total:,} pictures"
            bar.progress(job.done / total, words + (" (shared with another visitor)" if shared else ""))
        bar.empty()
        if job.problem:
            st.error(job.problem, icon=":material/error:")
            return
        st.session_state.setdefault(_MEASURED, {})[name, caches.stamp(name)] = job
        st.rerun()
    job = st.session_state.get(_MEASURED, {}).get((name, caches.stamp(name)))
    if job:
        st.write(report(job))


def report(job: Job) -> str:
    """Return in words how fast a measurement was, and whether it equals what is stored."""
    assert job.logits is not None  # a job without a problem has its logits
    speed = f"Measured here in {job.seconds:.1f} s, {len(job.logits) / job.seconds:,.0f} pictures a second."
    try:
        stored = caches.network(job.name).stored_logits.test
    except ModelError as problem:
        return f"{speed} There is nothing stored to compare it with: {problem}"
    changed = int((stored.argmax(axis=1) != job.logits.argmax(axis=1)).sum())
    difference = float(np.abs(stored - job.logits).max())
    if not changed and difference <= TOLERANCE:
        logits = f"logits within {difference:.0e}" if difference else "the same logits"
        return f"{speed} Equal to what is stored: the same 10,000 verdicts, {logits}."
    return f"{speed} Not equal to what is stored: {changed} verdicts differ, logits by up to {difference:.2g}."
