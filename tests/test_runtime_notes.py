"""What runtimes tell of themselves does not reach a person's terminal; what a person should read does."""

import os
import subprocess
import sys

import pytest

from tests.drivers import ROOT

PYTHON = [sys.executable, "-c"]


def run(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_a_verdict_comes_with_an_empty_standard_error():
    done = run(sys.executable, "-m", "fmnist_core", "predict", "42")
    assert done.returncode == 0
    assert "picture 42" in done.stdout
    assert done.stderr == ""


def test_many_threads_at_once_tell_nothing_either_and_what_they_write_is_kept():
    code = """
import sys, threading
from fmnist_core import Classifier, load_card
def start(k):
    sys.stderr.write(f"thread {k}\\n")  # in one piece: others write at the same time
    Classifier(load_card("linear").tflite)
threads = [threading.Thread(target=start, args=(k,)) for k in range(8)]
for t in threads: t.start()
for t in threads: t.join()
"""
    done = run(*PYTHON, code)
    assert done.returncode == 0
    assert sorted(done.stderr.splitlines()) == [f"thread {k}" for k in range(8)]


def test_all_but_notes_passes_and_a_failed_start_leaves_standard_error_as_it_was():
    code = """
import os, sys
from fmnist_core.networks import runtime_notes
try:
    with runtime_notes.withheld():
        os.write(2, b"INFO: a note\\nERROR: told\\n")
        raise RuntimeError("failed")
except RuntimeError:
    print("after", file=sys.stderr, flush=True)
with runtime_notes.withheld():
    os.write(2, b"INFO: a note of the next\\n")
"""
    assert run(*PYTHON, code).stderr == "ERROR: told\nafter\n"


@pytest.mark.skipif(os.name != "posix", reason="closes standard error as a shell does")
def test_without_standard_error_a_network_starts_all_the_same():
    command = f"{sys.executable} -m fmnist_core predict 42 2>&-"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, "picture 42" in done.stdout) == (0, True)
