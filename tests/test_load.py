"""Twenty visitors at once, over Streamlit's own protocol: right answers and no errors; no timing."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.load import truth
from benchmarks.visitors import Visitor, WrongAnswer, come_and_go, crowd


def run(coroutine):
    """Run it in a thread of its own: in this one the browser tests' event loop may be running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def test_twenty_visitors_get_right_answers(app):
    times, errors = run(crowd(app, truth(), visitors=20, actions=4, pause=0.3))
    assert errors == []
    assert len(times) == 80


def test_the_check_notices_a_wrong_answer(app):
    false = [("no class of this name",)] * 10_000

    async def look():
        async with Visitor(app, None) as visitor:
            visitor.expected = false
            await visitor.show(5)

    with pytest.raises(WrongAnswer, match="picture 5"):
        run(look())


def test_visitors_who_leave_in_the_middle_leave_nothing_behind(app):
    assert run(come_and_go(app, visits=20)) == []
    times, errors = run(crowd(app, truth(), visitors=3, actions=2, pause=0.1))
    assert (len(times), errors) == (6, [])
