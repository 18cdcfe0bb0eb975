"""A choice on Predict draws what answers it and nothing else; the whole page where the server does not know the part.

A number that is typed is answered by the body of the page; a step by the line with the number and the body.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks import protocol

pytestmark = pytest.mark.browser  # it needs the server that the browser tests have


async def conversation(address, part, pressed=""):
    """Open Predict, change the index or press a button as if it were in `part`; return what came.

    Returns:
        The part that the element was in, the kinds of messages, the words, the address, the kinds of elements, and how
        many runs there were.
    """
    async with protocol.conversation(address) as socket:
        names, own = {}, ""
        async for forward in protocol.run(socket, BackMsg(rerun_script={"query_string": "index=3"})):
            element = forward.delta.new_element
            kind = element.WhichOneof("type")
            if kind in ("number_input", "button"):
                found = getattr(element, kind)
                names[found.label] = found.id
                own = forward.delta.fragment_id if found.label == (pressed or "Test picture") else own
        message = BackMsg(rerun_script={"fragment_id": part or own, "query_string": "index=3"})
        state = message.rerun_script.widget_states.widgets.add()
        state.id = names[pressed or "Test picture"]
        if pressed:
            state.trigger_value = True
        else:
            state.double_value = 7
        kinds, words, address_now, drawn, runs = set(), "", "", set(), 0
        async for forward in protocol.run(socket, message):
            kinds.add(forward.WhichOneof("type"))
            runs += forward.WhichOneof("type") == "new_session"
            element = forward.delta.new_element
            drawn.add(element.WhichOneof("type"))
            words += element.html.body if element.WhichOneof("type") == "html" else ""
            address_now = forward.page_info_changed.query_string or address_now
        return own, kinds, words, address_now, drawn, runs


def outcome(*wanted):
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, conversation(*wanted)).result()


@pytest.mark.parametrize("part", ["", "a part of a server that is gone"])
def test_an_index_change_is_answered_and_stands_in_the_address(app, part):
    own, kinds, words, address, drawn, runs = outcome(app, part)
    assert own
    assert "picture 7" in words
    assert "index=7" in address
    assert ("navigation" in kinds) == bool(part)
    assert ("fm-brand" in words) == bool(part)
    assert ("number_input" in drawn) == bool(part)
    assert runs == 1


def test_a_step_draws_the_number_and_the_answer_in_one_run(app):
    own, kinds, words, address, drawn, runs = outcome(app, "", "Next")
    assert own
    assert "picture 4" in words
    assert "index=4" in address
    assert "navigation" not in kinds
    assert "number_input" in drawn
    assert runs == 1
