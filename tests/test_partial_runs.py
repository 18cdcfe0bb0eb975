"""A choice in the body of Predict runs that body alone, and the whole page where the server does not know the part."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets import Subprotocol, connect

from benchmarks import protocol

pytestmark = pytest.mark.browser  # it needs the server that the browser tests have


async def conversation(address, part):
    """Open Predict, change the index as if the field were in `part`; return what came: kinds, words, address."""
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    async with connect(url, subprotocols=[Subprotocol("streamlit")], max_size=None) as socket:
        field = own = ""
        async for forward in protocol.run(socket, BackMsg(rerun_script={"query_string": "index=3"})):
            element = forward.delta.new_element
            if element.WhichOneof("type") == "number_input":
                field, own = element.number_input.id, forward.delta.fragment_id
        message = BackMsg(rerun_script={"fragment_id": part or own, "query_string": "index=3"})
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.double_value = field, 7
        kinds, words, address_now = set(), "", ""
        async for forward in protocol.run(socket, message):
            kinds.add(forward.WhichOneof("type"))
            element = forward.delta.new_element
            words += element.html.body if element.WhichOneof("type") == "html" else ""
            address_now = forward.page_info_changed.query_string or address_now
        return own, kinds, words, address_now


@pytest.mark.parametrize("part", ["", "a part of a server that is gone"])
def test_an_index_change_is_answered_and_stands_in_the_address(app, part):
    with ThreadPoolExecutor(1) as thread:
        own, kinds, words, address = thread.submit(asyncio.run, conversation(app, part)).result()
    assert own
    assert "picture 7" in words
    assert "index=7" in address
    assert ("navigation" in kinds) == bool(part)
    assert ("fm-brand" in words) == bool(part)
