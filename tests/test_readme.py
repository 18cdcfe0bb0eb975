"""The README says what is so."""

import re

from fmnist_core import load_card, network_names
from tests.drivers import ROOT

README = (ROOT / "README.md").read_text()


def test_the_two_commands_stand_as_they_are():
    assert "\npip install -r requirements.txt && streamlit run streamlit_app.py\n" in README
    assert "\npip install -r requirements-dev.txt && pytest\n" in README


def test_the_results_table_equals_the_cards():
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", README, flags=re.MULTILINE))
    assert tuple(rows) == network_names()
    for name, row in rows.items():
        facts = load_card(name).facts
        low, high = facts["test"]["interval"]
        expected = [
            f"{100 * facts['test']['accuracy']:.2f} %",
            f"{100 * low:.2f} to {100 * high:.2f} %",
            f"{facts['parameters']:,}",
            f"{facts['flops'] / 1e6:.2f}",
        ]
        cells = [cell.strip() for cell in row.split("|")]
        assert cells[-4:] == expected, name


def test_the_tree_names_every_module_and_nothing_else():
    lines = ("streamlit_app.py" + README.split("```\nstreamlit_app.py")[1].split("```")[0]).splitlines()
    named, folder = set(), ""
    for line in lines:
        if found := re.match(r"(\w+/) ", line):
            folder = found[1]
        named |= {("" if line[0] != " " else folder) + name for name in re.findall(r"\b\w+\.py\b", line)}
        named |= {folder + name for name in re.findall(r"^  (\w+/) ", line)}
    packages = [ROOT / "fmnist_app", ROOT / "fmnist_core"]
    there = {f"{p.name}/{m.name}" for p in packages for m in p.glob("*.py") if not m.name.startswith("__")}
    there |= {f"{p.name}/{m.name}/" for p in packages for m in p.iterdir() if m.is_dir() and m.name[0] not in "_."}
    assert named == there - {"fmnist_app/assets/"} | {"streamlit_app.py"}


def test_every_picture_exists():
    for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
