"""What strangers send is opened in a process of its own, which may loop, grow, lie or die without harm."""

import io
import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fmnist_core.confined import decoding, wire
from fmnist_core.confined.process import ConfinedError, ConfinedProcess, RefusedError, TooSlowError
from fmnist_core.photos import samples
from fmnist_core.photos.decoding import PhotoError
from fmnist_core.photos.decoding import decode as decode_here
from tests.drivers import until


@pytest.fixture
def process():
    made = []

    def make(**given):
        made.append(ConfinedProcess("decoding", **({"seconds": 20.0, "memory_mb": 1_000} | given)))
        return made[-1]

    yield make
    for one in made:
        one.close()


def png(side):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_picture_comes_back_as_it_is_decoded_here():
    there, here = decoding.decode(samples.jpeg("Coat")), decode_here(samples.jpeg("Coat"))
    assert np.array_equal(there.rgba, here.rgba)
    assert (there.orientation, there.kind, there.size, there.notes) == (
        here.orientation,
        here.kind,
        here.size,
        here.notes,
    )


@pytest.mark.parametrize("content", [b"", b"x", samples.jpeg("Coat")[:200], b"\x89PNG\r\n\x1a\n" * 9])
def test_what_is_no_picture_is_refused_in_the_same_words(content):
    with pytest.raises(PhotoError) as here:
        decode_here(content)
    with pytest.raises(PhotoError) as there:
        decoding.decode(content)
    assert str(there.value) == str(here.value)


def test_what_takes_too_long_is_ended_and_the_next_one_is_served(process):
    slow = process(seconds=0.001)
    with pytest.raises(TooSlowError, match=r"0\.001 seconds"):
        slow.ask({}, png(2_000))
    assert slow.pid is None
    slow.seconds = 20.0
    facts, blobs = slow.ask({}, samples.jpeg("Coat"))
    assert wire.array(facts["rgba"], blobs[0]).shape[2] == 4


def test_a_visitor_hears_that_it_took_too_long(monkeypatch):
    monkeypatch.setattr(decoding.PROCESS, "seconds", 0.001)
    with pytest.raises(PhotoError, match="decoded in 6 seconds was expected"):
        decoding.decode(png(2_000))


def test_what_takes_too_much_memory_gets_a_sentence(process):
    small = process(memory_mb=30)
    with pytest.raises(ConfinedError):
        small.ask({}, png(4_000))
    facts, _ = small.ask({}, samples.jpeg("Coat"))
    assert facts["kind"] == "JPEG"


def test_a_process_that_is_killed_in_the_middle_is_replaced(process):
    victim = process()
    usual = victim._command
    ready = '{"facts": {}, "sizes": []}'
    waits = f"import time; print({ready!r}, flush=True); time.sleep(60)"
    victim._command = (sys.executable, "-c", waits)
    victim.start()
    first = victim.pid
    threading.Timer(0.2, os.kill, (first, signal.SIGKILL)).start()
    with pytest.raises(ConfinedError):
        victim.ask({}, png(400))
    victim._command = usual
    assert victim.ask({}, samples.jpeg("Coat"))[0]["kind"] == "JPEG"
    assert victim.pid != first


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"hello\n",
        b'{"facts": {}, "sizes": [99999999999]}\n',
        b'{"facts": [], "sizes": []}\n',
        b'{"facts": {}, "sizes": [-1]}\n',
        b'{"facts": {}, "sizes": [10]}\nabc',
        b"[" * 50_000 + b"\n",
    ],
)
def test_whatever_it_says_is_an_answer_or_an_error(process, said):
    liar = process()
    liar._command = (sys.executable, "-c", f"import sys; sys.stdout.buffer.write({said!r})")
    with pytest.raises(ConfinedError):
        liar.ask({})


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"rgba": {"type": "object", "shape": [2, 2, 4]}},
        {"rgba": {"type": "uint8", "shape": [2, 2, 3]}},
        {"rgba": {"type": "uint8", "shape": [10**9, 10**9, 4]}},
        {"rgba": {"type": "uint8", "shape": [2, 2, 4]}, "orientation": 9, "kind": "x", "size": [2, 2], "notes": []},
    ],
)
def test_an_answer_that_is_no_picture_is_not_believed(facts):
    with pytest.raises(wire.WireError):
        decoding.photo_from(facts, [bytes(16)])


def test_it_knows_no_secret_writes_no_file_and_is_let_go(process, monkeypatch):
    monkeypatch.setenv("FMNIST_DATABASE_URL", "postgresql://secret")
    short = process(idle=0.3)
    with pytest.raises(RefusedError):
        short.ask({}, b"no picture")
    facts = Path(f"/proc/{short.pid}")
    assert b"secret" not in (facts / "environ").read_bytes()
    assert "Max file size             0 " in (facts / "limits").read_text("utf-8")
    until(lambda: short.pid is None)
    assert short.pid is None
