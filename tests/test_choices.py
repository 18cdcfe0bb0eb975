"""What the address says of a choice, on every page: understood, or said to name nothing; never dropped in silence."""

import re

import pytest

from fmnist_app import choices
from tests.drivers import EVALUATE, EXPLORE, GARMENT, ROOT, STRESS, TRAIN, notices, open_app

NAMING_NOTHING = [
    (None, {"ask": "Nonsense"}, "“Ask further” to 'Nonsense', but one of Why, Look-alikes"),
    (None, {"guess": "banana"}, "“Guess first” to 'banana', but one of true, false"),
    (None, {"ask": "Why", "strength": "101"}, "a number from 0 to 100"),
    (None, {"ask": "Why", "why": "Hat"}, "one of T-shirt/top, Trouser"),
    (None, {"ask": "Why", "patch": "4"}, "one of 3, 5, 7, 9"),
    (None, {"projector": "banana"}, "1 or 0 was expected, received 'banana'"),
    (EVALUATE, {"view": "Nonsense"}, "one of Confusion matrix, Mistakes"),
    (EVALUATE, {"view": ["Mistakes", "Networks"]}, "2 of them"),
    (EVALUATE, {"unit": "Percent"}, "one of Count, Row percent"),
    (EVALUATE, {"true": "Hat", "predicted": "Coat"}, "“True class” to 'Hat'"),
    (EVALUATE, {"view": "Mistakes", "confidence": ["0", "101"]}, "two numbers from 0 to 100"),
    (EVALUATE, {"view": "Mistakes", "confidence": "50"}, "two numbers from 0 to 100"),
    (EXPLORE, {"wall": "9999"}, "a number from 1 to"),
    (EVALUATE, {"view": "Confidence", "sure-resnet": "nan"}, "a number from 0 to 1"),
    (EXPLORE, {"colour": "Blue"}, "“Colour by” to 'Blue'"),
    (EXPLORE, {"only": "Perhaps"}, "one of Right, Wrong"),
    (EXPLORE, {"sort": "Size"}, "one of Most confident, Least confident, Number"),
    (STRESS, {"rotate": "9999"}, "“Rotate, °” to '9999', but a number from"),
    (STRESS, {"rotate": "inf"}, "a number from"),
    (STRESS, {"kind": "bend"}, "“Kind of change” to 'bend', but one of Scale, Rotate"),
    (STRESS, {"seed": ["1", "2"]}, "a number from 0 to"),
    (TRAIN, {"epochs": "1000"}, "“Epochs” to '1000', but a number from 1 to"),
    (GARMENT, {"way": "Fax"}, "'Fax', but one of"),
]
UNDERSTOOD = [
    (None, {"ask": "why"}, "ask", "Why"),
    (EVALUATE, {"view": "MISTAKES"}, "view", "Mistakes"),
    (EVALUATE, {"view": "Mistakes", "confidence": ["80", "20"]}, "confidence", (20, 80)),
    (EVALUATE, {"view": "Mistakes", "true": "t-shirt/TOP"}, "true", "T-shirt/top"),
    (EXPLORE, {"class": "coat"}, "class", "Coat"),
    (EXPLORE, {"between": ["90", "10"]}, "between", (10, 90)),
    (STRESS, {"kind": "blur"}, "kind", "blur"),
    (STRESS, {"rotate": "-40"}, "rotate", -40),
]


@pytest.mark.parametrize(("page", "address", "words"), NAMING_NOTHING, ids=lambda v: str(v)[-40:])
def test_a_value_that_names_nothing_gets_a_sentence(page, address, words):
    app = open_app(page, **address)
    assert not app.exception
    assert len(notices(app)) == 1, notices(app)
    assert words in notices(app)[0]
    assert len(notices(app)[0]) < 330
    app.run()
    assert len(notices(app)) == 1  # it is said until something is chosen, and once


@pytest.mark.parametrize(("page", "address", "key", "value"), UNDERSTOOD, ids=lambda v: str(v)[-40:])
def test_another_case_or_a_reversed_range_is_understood(page, address, key, value):
    app = open_app(page, **address)
    assert not app.exception
    assert notices(app) == []
    assert app.session_state[key] == value


def test_the_sentence_goes_with_a_choice_at_the_element_it_speaks_of():
    app = open_app(STRESS, kind="bend")
    assert len(notices(app)) == 1
    app.selectbox(key="kind").set_value("blur").run()
    assert notices(app) == []


def test_every_element_bound_to_the_address_is_drawn_where_the_address_is_read_first():
    own = {"fmnist_app/choices.py"}
    further = {"explain/why.py": "patch"}  # reads it first
    for path in (ROOT / "fmnist_app").rglob("*.py"):
        text = path.read_text("utf-8")
        bound = len(re.findall(r'bind="query-params"', text))
        name = path.relative_to(ROOT).as_posix()
        expected = sum(name.endswith(other) for other in further)
        assert name in own or bound == expected, f"{name}: draw it with fmnist_app.choices"
    assert choices.select


def test_equal_titles_are_told_apart():
    assert choices.told_apart({}) == {}
    titles = {"a": "Run", "b": "Run", "c": "Run (2)", "d": "Other", "e": "Run"}
    found = choices.told_apart(titles)
    assert found == {"a": "Run", "b": "Run (2)", "c": "Run (2) (2)", "d": "Other", "e": "Run (3)"}
