"""What the papers for teachers and schools say is what the app says and does."""

import re

from fmnist_app.switches import Switches
from fmnist_core.classroom import notes, rooms
from fmnist_core.classroom.activities import TITLES
from fmnist_core.classroom.lesson import MINUTES
from tests.drivers import ROOT


def paper(name):
    return " ".join((ROOT / "docs" / name).read_text("utf-8").split())


def test_the_teachers_notes_are_those_of_the_app():
    text = paper("class.md")
    for note in (notes.LOBBY, *notes.NOTES.values()):
        assert note in text
    for title in TITLES.values():
        assert f"**{title.rstrip('.')}" in text
    minutes = [int(n) for n in re.findall(r"\| (\d+) \|", (ROOT / "docs" / "class.md").read_text("utf-8"))]
    assert sum(minutes) == MINUTES


def test_the_statement_for_schools_names_every_switch_and_the_lifetime():
    text = paper("schools.md")
    for name in Switches.__dataclass_fields__:
        assert f"`FMNIST_{name.upper()}`" in text
    assert rooms.LIFETIME == 4 * 3600
    assert "at most four hours after it was opened" in text
