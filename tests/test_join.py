"""A class that opens the app in the same second, on a server that has just started: no error, right answers."""

import asyncio
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import websockets

from benchmarks.load import truth
from benchmarks.visitors import Visitor, WrongAnswer
from fmnist_core import default_network, load_card
from tests.drivers import ROOT, AppServer

# Page, parameters, and words that stand there besides the verdict or the accuracy.
PLACES = [
    ("", "", "Prediction set"),
    ("", "ask=Why", "Activation map"),
    ("", "ask=Look-alikes", "nearest among 2,998"),
    ("", "ask=Inside", "784 numbers"),
    ("", "ask=Inside&step=Softmax", "Softmax turns"),
    ("evaluate", "view=Confusion+matrix", "Where it goes wrong"),
    ("evaluate", "view=Confusion+matrix&true=Shirt&predicted=Coat", "**Shirt** taken for **Coat**"),
    ("evaluate", "view=Mistakes", "the surest first"),
    ("evaluate", "view=Label+review", "Case 1 of 200"),
    ("evaluate", "view=Confidence", "Refused"),
    ("evaluate", "view=Calibration", "Before temperature scaling"),
    ("evaluate", "view=Prediction+sets", "Mean size"),
    ("evaluate", "view=Networks", "The networks that ship"),
    ("explore", "", "10,000 pictures"),
    ("explore", "colour=Confidence&class=Bag", "1,000 pictures"),
    ("stress", "", "Where it breaks"),
    ("stress", "kind=Blur&rotate=20", "Where it breaks"),
    ("garment", "sample=Boot", "sample: Boot"),
    ("garment", "sample=Bag&ask=Why", "Activation map"),
    ("garment", "sample=Coat&ask=Look-alikes", "nearest among 2,998"),
    ("garment", "way=Upload", "Choose a photo"),
    ("garment", "way=Camera", "Take a photo"),
    ("garment", "way=Draw", "Draw a garment"),
    ("garment", "way=Paste", "Copy a picture"),
]
GARMENTS = {"Boot": "Ankle boot", "Bag": "Bag", "Coat": "Coat"}
CLASS_SIZE = 40


def visits(seed):
    """Return as many visitors as a class has, on every page in turn, in any order."""
    expected, rng = truth(), random.Random(seed)
    accuracy = load_card(default_network()).facts["test"]["accuracy"]
    places = [PLACES[k % len(PLACES)] for k in range(CLASS_SIZE)]
    rng.shuffle(places)
    for page, query, words in places:
        index = rng.randrange(10_000)
        wanted = [(words,)]
        if page == "evaluate":
            wanted.append((f"{accuracy:.2%} right",))
        elif page == "" or (page == "stress" and not query):
            wanted.append((f"picture {index}", *expected[index]))
        elif page == "garment" and "sample" in query:
            wanted += [(f"sample: {name}", answer) for name, answer in GARMENTS.items() if f"sample={name}" in query]
        yield Visitor("", expected, page, f"index={index}&{query}", wanted)


async def join(address, visitors):
    """Let all of them come at once; return what went wrong."""

    async def one(visitor):
        visitor.address = address
        try:
            async with visitor:
                return None
        except (WrongAnswer, OSError, TimeoutError, websockets.WebSocketException) as problem:
            return f"/{visitor.page}?{visitor.query}: {type(problem).__name__}: {problem}"

    return [problem for problem in await asyncio.gather(*map(one, visitors)) if problem]


def run(coroutine):
    """Run it in a thread of its own: in this one the browser tests' event loop may be running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


@pytest.mark.parametrize("seed", [0, 1])
def test_a_class_that_joins_at_once_sees_right_answers_on_every_page(seed):
    visitors = list(visits(seed))
    assert {(v.page, v.query.partition("&")[2]) for v in visitors} == {place[:2] for place in PLACES}
    server = AppServer(ROOT)
    try:
        assert run(join(server.address, visitors)) == []
    finally:
        server.stop()


def test_joining_notices_a_wrong_answer(app):
    visitor = Visitor(app, None, "evaluate", "", [("95.01% wrong",)])
    assert "WrongAnswer: 95.01% wrong" in run(join(app, [visitor]))[0]


def test_no_visitor_imports_anything():
    """What a run imports, other runs may meet half made; what pandas brings, the server would keep for ever."""
    code = """
import io, sys
import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest
from fmnist_app import loading

AppTest.from_string("import streamlit as st\\nst.html('a first run')").run()  # the test's own modules
loading.most_pages()
loading.garment()
before, files = set(sys.modules), []
for place in sys.argv[1:]:
    page, _, query = place.partition("?")
    app = AppTest.from_file("streamlit_app.py", default_timeout=60)
    for name, value in (pair.split("=") for pair in query.split("&") if pair):
        app.query_params[name] = value.replace("+", " ")
    if page:
        app.switch_page(f"fmnist_app/pages/{page}.py")
    app.run()
    assert not app.exception, (place, app.exception)
app.segmented_control(key="way").set_value("Upload").run()
picture = Image.fromarray(np.eye(99, dtype=np.uint8) * 255)
kinds = ("JPEG", "PNG", "WEBP", "HEIF", "GIF", "BMP")
for kind in kinds:
    picture.save(file := io.BytesIO(), kind)
    files.append((f"a.{kind.lower()}", file.getvalue(), "image/jpeg"))
app.get("file_uploader")[0].set_value(files).run()
assert not app.exception and any(m.value.startswith(f"{len(kinds)} files.") for m in app.markdown), app.markdown
app = AppTest.from_file("streamlit_app.py", default_timeout=60)
app.query_params["model"] = "linear"
app.switch_page("fmnist_app/pages/evaluate.py").run()
app.button(key="measure").click().run()
assert not app.exception and any("Measured here" in m.value for m in app.markdown), app.markdown
print(*sorted(set(sys.modules) - before))
"""
    places = [f"{page}?{query}" for page, query, _ in PLACES]
    done = subprocess.run([sys.executable, "-c", code, *places], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    # Leaves that nothing looks for in `sys.modules`: plotly has one for each property, Python one for each encoding.
    found = [m for m in done.stdout.split() if not m.startswith(("plotly.graph_objs.", "encodings."))]
    assert found == []
