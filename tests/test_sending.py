"""How what a run says reaches the browser: gathered, in order, and without waiting for acknowledgements."""

import asyncio
import inspect
import socket
from concurrent.futures import ThreadPoolExecutor
from types import CellType, FunctionType, SimpleNamespace
from unittest import mock

import pytest
from streamlit import config
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.NewSession_pb2 import Config, CustomThemeConfig
from streamlit.runtime import Runtime, app_session
from streamlit.runtime.app_session import AppSession

from fmnist_app import startup  # noqa: F401  it has Streamlit send so
from fmnist_app import streamlit_internals as internals


def run(coroutine):
    """Run it in a thread of its own: the browser that other tests drive keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class Session:
    """What `AppSession._call_soon_on_event_loop` needs of a session; counts how often the loop is woken."""

    def __init__(self, loop):
        self.woken = 0
        self._event_loop = SimpleNamespace(call_soon_threadsafe=self._wake, call_later=loop.call_later)
        self._loop = loop

    def _wake(self, callback):
        self.woken += 1
        self._loop.call_soon_threadsafe(callback)


def test_what_a_run_says_is_handed_over_together_and_in_order(caplog):
    async def say():
        loop, heard = asyncio.get_running_loop(), []
        session = Session(loop)

        def element(number):
            if number == 7:
                raise ValueError("this one fails")
            heard.append(number)

        def script():
            for number in range(200):
                AppSession._call_soon_on_event_loop(session, lambda number=number: element(number))

        await loop.run_in_executor(None, script)
        until = loop.time() + 10
        while len(heard) < 199 and loop.time() < until:
            await asyncio.sleep(0.01)
        AppSession._call_soon_on_event_loop(session, lambda: heard.append("later"))
        while "later" not in heard and loop.time() < until:
            await asyncio.sleep(0.01)
        return heard, session.woken

    heard, woken = run(say())
    assert heard == [*(n for n in range(200) if n != 7), "later"]
    assert woken < 40
    assert "could not be handed over" in caplog.text


def test_the_loop_is_woken_for_messages_from_its_own_thread_too():
    async def wake():
        facts = SimpleNamespace(eventloop=asyncio.get_running_loop(), need_send_data=asyncio.Event())
        server = SimpleNamespace(_get_async_objs=lambda: facts)
        Runtime._enqueued_some_message(server)
        return facts.need_send_data.is_set()

    assert run(wake())


@pytest.mark.parametrize("protocol", [0, socket.IPPROTO_TCP])
def test_connections_send_at_once(protocol):
    async def ask():
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
        listening.bind(("127.0.0.1", 0))
        found = asyncio.get_running_loop().create_future()

        def connected(reader, writer):
            end = writer.get_extra_info("socket")
            found.set_result(end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(connected, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            result = await found
            writer.close()
            return result

    assert run(ask()) != 0, f"asyncio has changed: see {internals.__name__}.send_at_once"


def test_messages_of_one_turn_are_written_with_one_call_and_none_is_lost_at_the_end():
    class Wire:
        def __init__(self):
            self.calls, self.closed = [], False

        def write(self, content):
            self.calls.append(content)

        def is_closing(self):
            return self.closed

        def close(self):
            self.closed = True

    async def say():
        wire = Wire()
        gathered = internals._Gathered(wire)
        for k in range(30):
            gathered.write(b"%d," % k)
        await asyncio.sleep(0)
        gathered.write(b"last")
        gathered.close()
        await asyncio.sleep(0)
        gathered.write(b"too late")
        await asyncio.sleep(0)
        return wire.calls

    assert run(say()) == [b"".join(b"%d," % k for k in range(30)), b"last"]


def test_websockets_are_gathered():
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    assert WebSocketsSansIOProtocol.connection_made.__name__ == "begin_gathered"


def test_theme_and_options_are_read_once_and_are_what_streamlit_says():
    populate = app_session._populate_theme_msg
    assert populate.__name__ == "populate_once"
    original = next(cell.cell_contents for cell in populate.__closure__ if callable(cell.cell_contents))
    for section in ("theme", "theme.light", "theme.dark", "theme.sidebar"):
        ours, theirs = CustomThemeConfig(), CustomThemeConfig()
        populate(ours, section)
        original(theirs, section)
        assert ours == theirs
    ours, theirs = Config(), Config()
    app_session._populate_config_msg(ours)
    options = app_session._populate_config_msg.__closure__
    next(cell.cell_contents for cell in options if callable(cell.cell_contents))(theirs)
    assert ours == theirs
    with mock.patch.object(config, "get_options_for_section", side_effect=AssertionError("read again")):
        populate(CustomThemeConfig(), "theme")


def test_a_choice_in_a_part_that_this_server_does_not_know_runs_the_page():
    asked = []
    request = AppSession.request_rerun
    original = next(cell.cell_contents for cell in request.__closure__ if callable(cell.cell_contents))
    assert "has_fragment(fragment_id)" in inspect.getsource(original), "Streamlit has changed: app_session.py"
    assert original.__qualname__ == "AppSession.request_rerun"
    parts = SimpleNamespace(has_fragment=lambda name: name == "known")
    forgetful = type("Forgetful", (), {})()
    forgetful.has_fragment = parts.has_fragment
    code = request.__code__
    for name, auto in (("known", False), ("unknown", False), ("unknown", True), ("", False)):
        state = ClientState(fragment_id=name, is_auto_rerun=auto, query_string="index=7")
        FunctionType(code, request.__globals__, closure=(CellType(lambda _, state: asked.append(state)),))(
            forgetful, state
        )
    assert [(state.fragment_id, state.query_string) for state in asked] == [
        ("known", "index=7"),
        ("", "index=7"),
        ("unknown", "index=7"),
        ("", "index=7"),
    ]
