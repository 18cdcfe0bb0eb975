"""The pulse that browsers of a class ask for: true within half a second, and one question to the database for all."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from fmnist_app import pulse
from fmnist_app.classroom.service import SCHOOL, School
from fmnist_core.classroom.activities import Activity
from fmnist_core.classroom.errors import Unavailable
from fmnist_core.classroom.rooms import Rooms


def alone(work):
    """Run a coroutine in a thread of its own: after browser tests an event loop runs in the main one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result(60)


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A room, its secret, and the tokens of three seats."""
    monkeypatch.setenv("FMNIST_CLASS_DIR", str(tmp_path))
    monkeypatch.setattr(SCHOOL, "__dict__", School().__dict__)
    opened, secret = SCHOOL.rooms.open((Activity("predict", (32,)),), "resnet", 7)
    return opened, secret, [SCHOOL.rooms.join(opened.code, "here")[2] for _ in range(3)]


def test_a_change_is_felt_and_what_is_as_before_asks_the_database_once(room, monkeypatch):
    opened, secret, tokens = room
    asked = []
    whole = Rooms.pulse
    monkeypatch.setattr(Rooms, "pulse", lambda rooms, token: asked.append(token) or whole(rooms, token))

    async def felt():
        answer = pulse.Pulse(None)
        before = [await answer.feel(token) for token in tokens]
        again = [await answer.feel(token) for token in tokens]
        assert before == again == [(200, "1.0")] * 3
        assert asked == tokens
        SCHOOL.rooms.mute(opened, SCHOOL.rooms.seat(tokens[0])[1].number, True)
        await asyncio.sleep(pulse.FRESH)
        assert [await answer.feel(token) for token in tokens] == [(200, "2.1"), (200, "2.0"), (200, "2.0")]
        assert await answer.feel(secret) == (200, "2.3.0")
        assert await answer.feel("x") == (404, "")
        SCHOOL.rooms.wipe(opened)
        await asyncio.sleep(pulse.FRESH)
        assert [await answer.feel(token) for token in tokens] == [(404, "")] * 3

    alone(felt())


def test_a_database_that_is_away_is_told_apart_from_a_wrong_token(room, monkeypatch):
    def away(_):
        raise Unavailable("away")

    monkeypatch.setattr(Rooms, "versions", away)
    assert alone(pulse.Pulse(None).feel(room[2][0])) == (503, "")
