"""Class in one process: who a visitor is, what they may, and what is said when they may not."""

import base64
import json
import re

import numpy as np
import pytest

from fmnist_app.classroom import lobby
from fmnist_app.classroom.projector import answered
from fmnist_app.classroom.service import SCHOOL, School
from fmnist_core import CLASS_NAMES, load_test
from fmnist_core.classroom import codes
from fmnist_core.classroom.activities import Activity, Answer
from fmnist_core.classroom.errors import Unavailable
from fmnist_core.classroom.rooms import Rooms
from tests.drivers import open_app, send

CLASS = "fmnist_app/pages/classroom.py"
PLAN = (
    Activity("predict", (4093,)),
    Activity("beat", tuple(range(12))),
    Activity("break", (743,), "rotate"),
    Activity("trust", tuple(range(100)), "1.5"),
    Activity("fool", (743,)),
    Activity("exit", (), "sure"),
    Activity("exit", (), "sure", again=True),
)


@pytest.fixture(autouse=True)
def school(tmp_path, monkeypatch):
    """A school of the test's own."""
    monkeypatch.setenv("FMNIST_CLASS_DIR", str(tmp_path))
    own = School()
    monkeypatch.setattr(SCHOOL, "__dict__", own.__dict__)
    return SCHOOL


@pytest.fixture
def room(school):
    """A room at its first question, its secret, and a seat's token."""
    room, secret = school.rooms.open(PLAN, "resnet", 7)
    school.rooms.go(room, 0, "question")
    return school.rooms.remote(secret), secret, school.rooms.join(room.code, "here")[2]


def visit(**address):
    app = open_app()
    app.switch_page(CLASS)
    for key, value in address.items():
        app.query_params[key] = value
    return app.run()


def vote(app, question, choice, confidence):
    """Vote as a browser does."""
    return send(app, "ballot", json.dumps([{"event": "vote", "value": [question, choice, confidence]}]))


def words(app):
    found = [e.value for kind in ("markdown", "html", "warning", "title", "caption") for e in app.get(kind)]
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", " ".join(found), flags=re.DOTALL)


def test_a_teacher_opens_the_ready_lesson_and_the_address_leads_it(school):
    app = visit()
    app.button(key="open-lesson").click().run()
    assert not app.exception
    room = school.rooms.remote(app.query_params["secret"])
    assert app.query_params["room"] == room.code
    assert set(app.query_params) == {"room", "secret"}
    assert "Nobody has joined yet" in words(app)
    app.button(key="next-0-lobby-0").click().run()
    assert school.rooms.remote(app.query_params["secret"]).phase == "question"


def test_a_deck_in_the_address_becomes_a_lesson(school):
    app = visit(deck="4093.12.32")
    app.button(key="open-deck").click().run()
    plan = school.rooms.remote(app.query_params["secret"]).plan
    assert [activity.pictures for activity in plan] == [(4093,), (12,), (32,)]
    wrong = visit(deck="4093.12.x")
    assert "holds no deck" in words(wrong)
    assert not wrong.exception


def test_a_student_sits_down_and_answers_with_two_taps(room, school):
    app = visit(room=codes.spell(room[0].code).lower())
    app.button(key="sit").click().run()
    token = app.query_params["seat"]
    _, seat = school.rooms.seat(token)
    assert seat.name in words(app)
    assert school.answers.given(room[0]) == []
    vote(app, "0.1.0", 6, 75)
    assert "Counted: Shirt, 75% sure" in " ".join(words(app).split())
    (given,) = school.answers.given(room[0])
    assert (given.number, given.answer) == (seat.number, Answer(choice=6, confidence=75))
    again = visit(room=room[0].code, seat=token)  # the phone slept
    assert seat.name in words(again)
    assert "Counted: Shirt" in " ".join(words(again).split())
    vote(again, "0.1.0", 2, 75)
    assert school.answers.given(room[0])[0].answer == Answer(choice=2, confidence=75)


def test_a_vote_after_the_close_gets_a_sentence(room, school):
    app = visit(room=room[0].code, seat=room[2])
    school.rooms.go(room[0], 0, "closed")
    vote(app, "0.1.0", 6, 75)
    assert "came too late and was not counted" in words(app)
    assert school.answers.given(room[0]) == []


def test_all_pictures_are_asked_in_turn(room, school):
    school.rooms.go(room[0], 1, "question")
    app = visit(room=room[0].code, seat=room[2])
    for number in range(12):
        assert f"{number + 1} of 12" in words(app)
        vote(app, f"1.1.{number}", 1, 95)
    assert "All answered" in words(app)
    assert sorted(g.question for g in school.answers.given(room[0])) == list(range(12))


@pytest.mark.parametrize("step", range(len(PLAN)))
def test_every_screen_of_every_phase_is_drawn(room, school, step):
    given = {
        "predict": Answer(choice=1, confidence=75),
        "beat": Answer(choice=1, confidence=75),
        "break": Answer(value=40.0),
        "trust": Answer(value=70.0),
        "fool": Answer(choice=8, value=0.95, drawing=bytes(784)),
        "exit": Answer(choice=2),
    }[PLAN[step].kind]
    for phase in PLAN[step].phases:
        school.rooms.go(school.rooms.remote(room[1]), step, phase)
        if phase in ("question", "again"):
            school.answers.give(room[2], step, 1 if phase == "question" else 2, 0, given)
        for address in ({"secret": room[1]}, {"show": codes.projector_token(room[1])}, {"seat": room[2]}):
            app = visit(room=room[0].code, **address)
            assert not app.exception, (phase, address)
            assert "Something went wrong" not in words(app)
            assert PLAN[step].title in words(app)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"secret": "x"}, "opens no room"),
        ({"show": "x"}, "nothing to show"),
        ({"seat": "x"}, "not there any more"),
        ({"seat": "x" * 9999}, "not there any more"),
        ({"secret": "é\x00"}, "opens no room"),
    ],
)
def test_a_wrong_address_gets_a_sentence_and_nothing_else(room, address, sentence):
    app = visit(room=room[0].code, **address)
    assert not app.exception
    assert sentence in words(app)
    assert not [button for button in app.button if button.key.startswith("next-")]


def test_a_wrong_code_gets_a_sentence(room):
    app = visit()
    app.text_input(key="class-code").set_value("ZZZ-ZZZZ").run()
    app.button(key="enter").click().run()
    assert "There is no room with this code" in words(app)
    app.text_input(key="class-code").set_value(room[0].code.lower()).run()
    app.button(key="enter").click().run()
    assert app.query_params["room"] == room[0].code


def test_hands_are_counted_in_place_of_phones(room, school):
    school.answers.count_hands(room[0], 0, 1, {6: 9, 2: 3})
    school.rooms.go(room[0], 0, "closed")
    app = visit(room=room[0].code, secret=room[1])
    true = int(load_test().labels[4093])
    share = {6: 75, 2: 25}.get(true, 0)
    assert f"{share}% have it right" in words(app) or f"{share}.0% have it right" in words(app)


def seen(app):
    """Return the pulse that a page says that it shows."""
    (component,) = [c for c in app.get("bidi_component") if c.key == "pulse"]
    return json.loads(json.loads(component.proto.json)["json"])["seen"]


def test_a_page_waits_for_the_database_and_not_for_a_room_that_is_gone(room, school, monkeypatch):
    found, secret, token = room
    screens = {"seat": token}, {"secret": secret}, {"show": codes.projector_token(secret)}
    for address in screens:
        assert "." in seen(visit(room=found.code, **address))
    school.rooms.wipe(found)
    for address in screens:
        assert seen(visit(room=found.code, **address)) == "none"  # what the browser makes of "no such room"

    def away(*_):
        raise Unavailable("away")

    for question in ("seat", "pulse"):
        monkeypatch.setattr(Rooms, question, away)
    for address in screens:
        assert seen(visit(room=found.code, **address)) == ""  # whatever comes next is news


def test_two_remotes_show_what_the_other_did(room, school):
    found, secret, _ = room
    remote = visit(room=found.code, secret=secret)
    for panel in ("room-seats", "room-hands"):
        remote.session_state[panel] = True
    remote.run()
    assert not remote.toggle(key="lock").value

    def fields():
        return {field.label: field.value for field in remote.number_input if field.label in CLASS_NAMES}

    assert set(fields().values()) == {0}
    school.rooms.lock(found, True)
    school.answers.count_hands(found, 0, 1, {4: 5})
    remote.run()
    assert remote.toggle(key="lock").value
    assert fields() == {name: 5 * (name == CLASS_NAMES[4]) for name in CLASS_NAMES}
    remote.toggle(key="lock").set_value(False).run()
    assert not school.rooms.remote(secret).locked


def test_hands_after_one_vote_belong_to_it(room, school):
    found, secret, _ = room
    for phase in ("closed", "revealed"):
        school.rooms.go(school.rooms.remote(secret), 0, phase)
    remote = visit(room=found.code, secret=secret)
    remote.session_state["room-hands"] = True
    assert "vote 1." in words(remote.run())
    school.answers.count_hands(found, 0, 2, {4: 5})
    assert "vote 2." in words(remote.run())


def test_a_class_without_phones_sees_the_pictures_that_it_answers_for(room, school):
    found, secret, _ = room
    school.rooms.go(found, 1, "question")
    wall = visit(room=found.code, show=codes.projector_token(secret))
    (gallery,) = [e.value for e in wall.get("html") if "<figure" in e.value]
    assert [int(n) for n in re.findall(r"<figcaption>(\d+)</figcaption>", gallery)] == list(range(1, 13))
    remote = visit(room=found.code, secret=secret)
    remote.session_state["room-hands"] = True
    shown = set()
    for number in (1, 2):
        remote.run()
        remote.number_input(key="hands-picture").set_value(number).run()
        assert not remote.exception
        (picture,) = [e.value for e in remote.get("html") if 'class="fm-picture' in e.value]
        shown.add(picture)
    assert len(shown) == 2


def test_a_question_that_is_asked_anew_counts_its_own_answers(room, school):
    found, secret, token = room
    votes = Answer(choice=0, confidence=75)
    tokens = [token, *(school.rooms.join(found.code, "here")[2] for _ in range(2))]
    for one in tokens:
        school.answers.give(one, 0, 1, 0, votes)
    for phase in ("closed", "discuss", "again"):
        school.rooms.go(school.rooms.remote(secret), 0, phase)
    school.answers.give(token, 0, 2, 0, votes)
    counts = {}
    for phase in ("again", "revealed", "question", "closed", "discuss"):
        school.rooms.go(school.rooms.remote(secret), 0, phase)
        now = school.rooms.remote(secret)
        counts[phase] = answered(now, school.answers.given(now))
    assert counts == {"again": 1, "revealed": 1, "question": 3, "closed": 3, "discuss": 3}


def test_the_remote_of_a_room_that_is_over_leads_to_the_entrance(room, school):
    found, secret, _ = room
    school.rooms.wipe(found)
    remote = visit(room=found.code, secret=secret)
    remote.button(key="entrance").click().run()
    assert not remote.exception
    assert not remote.query_params.get("secret")
    assert remote.text_input(key="class-code") is not None
    remote.run()
    assert "Join a class" in " ".join(e.value for e in remote.subheader)


def test_after_a_reload_the_board_holds_what_was_handed_in(room, school):
    found, secret, token = room
    school.rooms.go(found, 4, "question")
    drawn = np.full((28, 28), 200, np.uint8)
    drawn[5:9] = 0
    school.answers.give(token, 4, 1, 0, Answer(choice=8, value=0.97, drawing=drawn.tobytes()))
    app = visit(room=found.code, seat=token)
    (board,) = [c for c in app.get("bidi_component") if c.key.startswith("board-")]
    facts = json.loads(json.loads(board.proto.json)["json"])
    assert base64.b64decode(facts["now"]) == drawn.tobytes()
    assert base64.b64decode(facts["start"]) == load_test().images[743].tobytes()
    app.button(key="hand-in").click().run()
    (kept,) = school.answers.given(school.rooms.remote(secret), 4)
    assert kept.answer.drawing == drawn.tobytes()


def test_a_second_tap_takes_no_second_seat(room, school):
    app = visit(room=room[0].code)
    app.button(key="sit").click().run()
    token = app.query_params["seat"]
    again = visit(room=room[0].code)
    again.session_state["_seat_tokens"] = dict(app.session_state["_seat_tokens"])
    again.button(key="sit").click().run()
    assert again.query_params["seat"] == token
    assert len(school.rooms.seats(room[0])) == 2  # the other one is the fixture's


@pytest.mark.parametrize(("window", "rooms"), [(1000.0, 1), (0.0, 2)])
def test_a_double_click_opens_one_room(school, monkeypatch, window, rooms):
    opened = []
    really = Rooms.open
    monkeypatch.setattr(lobby, "_TWICE", window)
    monkeypatch.setattr(Rooms, "open", lambda *given: opened.append(really(*given)) or opened[-1])
    app = visit()
    app.button(key="open-lesson").click().run()
    app.query_params.clear()  # as the browser sent it with the second click
    app.run()
    app.button(key="open-lesson").click().run()
    assert len(opened) == rooms
    assert app.query_params["secret"] == opened[-1][1]


def test_the_guess_is_where_the_slider_is_when_it_is_sent(room, school):
    found, secret, token = room
    school.rooms.go(school.rooms.remote(secret), 2, "question")
    app = visit(room=found.code, seat=token)
    app.slider[0].set_value(app.slider[0].max)
    app.button(key="guess-send").click().run()  # the slider's own run never took place
    (answer,) = school.answers.given(school.rooms.remote(secret), 2)
    assert answer.answer.value == app.slider[0].max > 0


def test_nothing_of_an_open_question_is_drawn_for_a_student(room):
    """Every class is named as often as every other one, and no figure is there."""
    app = visit(room=room[0].code, seat=room[2])
    sent = [json.loads(json.loads(c.proto.json)["json"]) for c in app.get("bidi_component") if c.key == "ballot"]
    assert [facts["classes"] for facts in sent] == [list(CLASS_NAMES)]
    assert sent[0]["stored"] is None
    text = words(app)
    assert not any(name in text for name in CLASS_NAMES)
    assert "fm-bars" not in " ".join(e.value for e in app.get("html") if "<style>" not in e.value)


@pytest.mark.parametrize(
    "value",
    [None, 1, "x", [], ["0.1.0"], ["0.1.0", 10, 75], ["0.1.0", 1, 76], ["0.1.0", True, 75], ["0.1.0", -1, 75],
     ["0.1.0", 1e999, 75], ["0.2.0", 1, 75], ["9.1.0", 1, 75], [None, 1, 75], ["0.1.0", {}, []], {"0": "0.1.0"}],
    ids=repr,
)  # fmt: skip
def test_whatever_a_browser_sends_for_a_ballot_nothing_else_is_counted(room, school, value):
    app = visit(room=room[0].code, seat=room[2])
    send(app, "ballot", json.dumps([{"event": "vote", "value": value}]))
    assert not app.exception
    assert school.answers.given(room[0]) == []


@pytest.mark.parametrize("value", [None, 1, "x", "!!!", "A" * 5000, [], {"a": 1}, "AAAA"], ids=repr)
def test_whatever_a_browser_sends_for_a_drawing_the_picture_stays(room, school, value):
    school.rooms.go(room[0], 4, "question")
    app = visit(room=room[0].code, seat=room[2])
    (board,) = [c.key for c in app.get("bidi_component") if c.key and c.key.startswith("board-")]
    send(app, board, state=json.dumps({"drawing": value}))
    assert not app.exception
    app.button(key="hand-in").click().run()
    assert school.answers.given(room[0])[0].answer.drawing == load_test().images[743].tobytes()


def test_a_deck_is_put_together_on_predict_and_opens_a_room(school):
    app = open_app(index="4093")
    app.button(key="deck-add").click().run()
    app.number_input(key="index").set_value(12).run()
    app.button(key="deck-add").click().run()
    (link,) = [link.proto for link in app.get("page_link") if "Deck" in link.proto.label]
    assert (link.label, link.query_string) == ("Deck: 2 pictures", "deck=4093.12")
    app.button(key="deck-add").click().run()
    (link,) = [link.proto for link in app.get("page_link") if "Deck" in link.proto.label]
    assert (link.label, link.query_string) == ("Deck: 1 picture", "deck=4093")
