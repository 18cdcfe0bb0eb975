"""Imports run one way, and TensorFlow stays off the serving path."""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.drivers import ROOT
from tests.order import LONG, turn

CORE = sorted((ROOT / "fmnist_core").rglob("*.py"))
APP = sorted((ROOT / "fmnist_app").rglob("*.py"))
HEAVY = {"tensorflow", "keras"}
TRAINING = ROOT / "fmnist_core" / "training"

# Which rooms a room may import, each with all that those may import: arrows run one way. A module beside the folders
# is a room of its own.
MAY_IMPORT = {
    "fmnist_core": {
        "data": set(),
        "interruption": set(),
        "files": set(),
        "sample": {"data", "files"},
        "composing": {"data", "sample"},
        "evaluation": {"data"},
        "networks": {"data", "files", "evaluation"},
        "explanation": {"data", "files", "networks"},
        "photos": {"data", "evaluation", "networks", "prediction"},
        "confined": {"data", "evaluation", "networks", "photos", "prediction", "sample"},
        "figures": {"data", "evaluation"},
        "spreadsheets": set(),
        "classroom": {"data", "evaluation", "networks", "spreadsheets"},
        "prediction": {"networks", "evaluation"},
        "runs": {"data", "sample", "composing", "evaluation", "networks"},
        "training": {"data", "files", "sample", "evaluation", "networks", "photos", "prediction", "composing", "runs"},
        "commands": {
            "data", "files", "spreadsheets", "evaluation", "networks", "explanation", "photos", "figures", "prediction",
            "training",
        },
        "__init__": {"interruption", "data", "evaluation", "networks", "prediction"},
        "__main__": {"commands", "data", "networks"},
    },
    "fmnist_app": {
        "__init__": set(),
        "preview": set(),
        "metrics": set(),
        "failures": {"metrics"},
        "head": set(),
        "streamlit_internals": set(),
        "logs": {"streamlit_internals"},
        "monitoring": {"metrics", "streamlit_internals"},
        "state": {"streamlit_internals"},
        "caches": {"state", "streamlit_internals"},
        "charts": set(),
        "breaking_chart": {"charts"},
        "selection": {"state", "streamlit_internals"},
        "plain": set(),
        "choices": {"state", "streamlit_internals", "plain"},
        "components": {"state", "selection", "choices"},
        "widgets": {
            "state", "caches", "selection", "head", "plain", "choices", "components", "streamlit_internals",
        },
        "visit": {"state", "selection", "caches", "components", "choices", "widgets", "streamlit_internals"},
        "explain": {"state", "selection", "caches", "components", "choices", "widgets"},
        "evaluate": {"state", "selection", "caches", "charts", "components", "choices", "widgets"},
        "photo": {
            "metrics", "state", "selection", "caches", "components", "choices", "widgets", "streamlit_internals",
            "switches",
        },
        "train": {
            "head", "state", "selection", "caches", "charts", "components", "choices", "widgets", "streamlit_internals",
            "switches",
        },
        "pulse": {"loading", "classroom", "switches"},
        "classroom": {"head", "state", "caches", "components", "choices", "widgets", "visit"},
        "pages": {
            "metrics", "state", "selection", "loading", "caches", "charts", "breaking_chart", "components", "choices",
            "widgets", "visit", "classroom", "explain", "evaluate", "photo", "train", "switches",
        },
        "loading": {
            "state", "selection", "caches", "charts", "breaking_chart", "components", "choices", "widgets", "visit",
            "explain",
            "evaluate",
            "photo",
            "train",
            "classroom",
        },
        "departures": {"streamlit_internals"},
        "reconnection": {"streamlit_internals"},
        "switches": set(),
        "security": {"switches"},
        "static_files": {"streamlit_internals"},
        "startup": {
            "departures", "reconnection", "security", "preview", "failures", "head", "loading", "logs", "monitoring",
            "state", "caches", "components", "photo", "static_files", "streamlit_internals", "train", "pulse",
            "classroom", "switches",
        },
        "command_line": set(),
    },
}  # fmt: skip


def imported(source: str, top_level_only: bool = False) -> set[str]:
    """Return the top packages that Python source imports."""
    return {name.split(".")[0] for name in modules(source, top_level_only)}


def modules(source: str, top_level_only: bool = False) -> set[str]:
    """Return the dotted names of all that Python source imports; `from a.b import c` is a.b.c."""
    tree = ast.parse(source)
    nodes = tree.body if top_level_only else ast.walk(tree)
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room(package: str, path: Path) -> str:
    """Return the folder of a module, or its own name where it stands beside the folders."""
    first = path.relative_to(ROOT / package).parts[0]
    return first.removesuffix(".py")


def rooms_used(package: str, source: str) -> set[str]:
    """Return which rooms of a package Python source imports; the package's own front door is `__init__`."""
    rooms = set()
    for name in modules(source):
        first, *rest = name.split(".")
        if first == package:
            rooms.add(rest[0] if rest and rest[0] in MAY_IMPORT[package] else "__init__")
    return rooms


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_core_never_imports_the_screen(path: Path):
    assert not imported(path.read_text("utf-8")) & {"streamlit", "fmnist_app", "plotly"}


@pytest.mark.parametrize("path", CORE + APP, ids=lambda p: str(p.relative_to(ROOT)))
def test_arrows_between_rooms_run_one_way(path: Path):
    package = path.relative_to(ROOT).parts[0]
    here = room(package, path)
    assert here in MAY_IMPORT[package], f"{here} is a new room: say in MAY_IMPORT what it may import"
    used = rooms_used(package, path.read_text("utf-8")) - {here}
    assert used <= MAY_IMPORT[package][here], f"{here} may not import {sorted(used - MAY_IMPORT[package][here])}"


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_the_rule_itself_has_no_circle(package: str):
    graphlib.TopologicalSorter(MAY_IMPORT[package]).prepare()


@pytest.mark.parametrize("path", CORE + APP, ids=lambda p: str(p.relative_to(ROOT)))
def test_tensorflow_is_imported_only_where_networks_are_trained(path: Path):
    if not path.is_relative_to(TRAINING):
        assert not imported(path.read_text("utf-8"), top_level_only=True) & HEAVY


@pytest.mark.parametrize(
    "source", ["import streamlit as st", "from streamlit.runtime import x", "def f():\n    import streamlit"]
)
def test_these_tests_can_fail(source):
    assert imported(source) & {"streamlit"}
    assert not imported("import statistics\nfrom .streamlit import x") & {"streamlit"}
    assert rooms_used("fmnist_core", "from fmnist_core.photos import samples") == {"photos"}
    assert rooms_used("fmnist_core", "def f():\n    from fmnist_core import load_test, data") == {"__init__", "data"}


@pytest.mark.parametrize("path", CORE + APP, ids=lambda p: str(p.relative_to(ROOT)))
def test_text_files_are_read_and_written_in_utf_8(path: Path):
    """Windows would take the encoding of its region."""
    for line in path.read_text("utf-8").splitlines():
        if ".read_text" in line or ".write_text" in line:
            assert '"utf-8"' in line


@pytest.mark.parametrize("path", APP, ids=lambda p: str(p.relative_to(ROOT)))
def test_what_visitors_share_is_kept_in_one_place(path: Path):
    if path.stem in ("caches", "measurement"):
        return
    assert "st.cache_" not in path.read_text("utf-8")


def test_importing_the_core_loads_no_tensorflow():
    code = "import sys, fmnist_core; print(*(m for m in ('tensorflow', 'keras', 'streamlit') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_using_the_app_loads_no_tensorflow():
    """Every page is drawn in one process, and the heavy libraries are looked for afterwards."""
    code = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("streamlit_app.py", default_timeout=60).run()
assert not app.exception, app.exception
app.number_input(key="index").set_value(4093).run()
for page in sys.argv[1:]:
    app.switch_page(page).run()
    assert not app.exception, app.exception
print(*(m for m in ("tensorflow", "keras", "matplotlib.pyplot") if m in sys.modules))
"""
    pages = [str(p.relative_to(ROOT)) for p in sorted((ROOT / "fmnist_app" / "pages").glob("*.py"))]
    done = subprocess.run([sys.executable, "-c", code, *pages], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_what_photos_and_classes_need_is_imported_with_the_first_of_them():
    code = """
import sys
from fmnist_app import loading
loading.most_pages()
print(*(m for m in ("cv2", "scipy", "sqlalchemy", "pillow_heif") if m in sys.modules))
loading.garment()
print("cv2" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["", "True"]


@pytest.mark.parametrize("path", sorted((ROOT / "tests").glob("test_*.py")), ids=lambda p: p.name)
def test_nothing_is_skipped_for_want_of_a_module_that_should_be_there(path: Path):
    """A name that is wrong would skip its tests for ever; `needed` of the drivers fails in the gate."""
    skipping = re.findall(r"""importorskip\(\s*["']([\w.]+)""", path.read_text("utf-8"))
    assert set(skipping) <= {"resource"}  # of the standard library, absent on Windows


def test_the_files_of_tests_that_are_begun_first_are_there():
    assert [turn(f"test_{name}.py") for name in LONG] == list(range(len(LONG)))
    assert [name for name in LONG if not (ROOT / "tests" / f"test_{name}.py").is_file()] == []
    assert turn("test_order_of_none.py") == len(LONG)
