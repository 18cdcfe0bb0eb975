"""Imports run one way, and TensorFlow stays off the serving path."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

CORE = sorted((ROOT / "fmnist_core").rglob("*.py"))
APP = sorted((ROOT / "fmnist_app").rglob("*.py"))
HEAVY = {"tensorflow", "keras"}
MAY_LOAD_TENSORFLOW = {"augmentation", "networks", "training", "export", "photo_training", "segmentation_training"}


def imported(source: str, top_level_only: bool = False) -> set[str]:
    """Return the top packages that Python source imports."""
    tree = ast.parse(source)
    nodes = tree.body if top_level_only else ast.walk(tree)
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_core_never_imports_the_screen(path: Path):
    assert not imported(path.read_text("utf-8")) & {"streamlit", "fmnist_app"}


@pytest.mark.parametrize("path", CORE + APP, ids=lambda p: str(p.relative_to(ROOT)))
def test_tensorflow_is_imported_only_where_networks_are_trained(path: Path):
    if path.stem not in MAY_LOAD_TENSORFLOW:
        assert not imported(path.read_text("utf-8"), top_level_only=True) & HEAVY


@pytest.mark.parametrize(
    "source", ["import streamlit as st", "from streamlit.runtime import x", "def f():\n    import streamlit"]
)
def test_these_tests_can_fail(source):
    assert imported(source) & {"streamlit"}
    assert not imported("import statistics\nfrom .streamlit import x") & {"streamlit"}


@pytest.mark.parametrize("path", CORE + APP, ids=lambda p: str(p.relative_to(ROOT)))
def test_text_files_are_read_and_written_in_utf_8(path: Path):
    """Windows would take the encoding of its region."""
    for line in path.read_text("utf-8").splitlines():
        if ".read_text" in line or ".write_text" in line:
            assert '"utf-8"' in line


@pytest.mark.parametrize("path", APP, ids=lambda p: str(p.relative_to(ROOT)))
def test_what_visitors_share_is_kept_in_one_place(path: Path):
    if path.stem in ("caches", "measuring"):
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
