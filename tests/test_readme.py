"""The README says what is so."""

import re

from fmnist_core import load_card, network_names
from fmnist_core.data import HUMAN_ACCURACY, HUMAN_SOURCE
from fmnist_core.networks.results_table import renew, renewed
from tests.drivers import ROOT
from tests.readme_tree import BEGIN, END, tree

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


def test_the_table_follows_the_cards_and_keeps_what_people_wrote(tmp_path):
    assert renewed(README, network_names()) == README
    wrong = README.replace("95.10 % | 94.66 to 95.51 %", "12.34 % | 1 to 2 %")
    assert wrong != README
    assert renewed(wrong, network_names()) == README
    short = "\n".join(line for line in README.split("\n") if not line.startswith("| `tiny` "))
    assert "| `tiny` | Tiny | 92.78 % |" in renewed(short, network_names())
    assert renewed("Nothing of it.", network_names()) == "Nothing of it."
    assert renew(tmp_path / "README.md") is False
    (tmp_path / "README.md").write_text(wrong, "utf-8")
    assert renew(tmp_path / "README.md") is True
    assert (tmp_path / "README.md").read_text("utf-8") == README
    assert renew(tmp_path / "README.md") is False


def test_the_figure_for_people_carries_its_source():
    assert f"People reach {100 * HUMAN_ACCURACY:.1f} %" in README
    assert f"({HUMAN_SOURCE})" in README


def test_the_tree_is_the_tree():
    """`python -m tests.readme_tree` writes it anew."""
    assert README.split(BEGIN)[1].split(END)[0] == tree()


def test_every_picture_exists():
    for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
