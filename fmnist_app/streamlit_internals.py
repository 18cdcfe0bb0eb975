"""The only home of what Streamlit does not promise: history, page requests, its scripts, uploaded files, departures.

`tests/test_streamlit_internals.py` fails when another Streamlit does these things differently, and says where to look.
"""

import asyncio
import logging
import re
import socket
import threading
import time
from asyncio import base_events
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit import delta_generator, logger, net_util, runtime
from streamlit.errors import StreamlitAPIException
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import Runtime, app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.fragment import FragmentStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner, get_script_run_ctx
from streamlit.runtime.state.query_params import QueryParams
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile, UploadedFileRec, UploadFileUrlInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

UPLOAD_PATH = re.compile(r".*/_stcore/upload_file/([^/]+)/([^/]+)", re.DOTALL)  # session and file


_REQUESTED = "_page_was_requested"
TOGETHER = 0.004  # seconds in which what a run says is gathered; Streamlit itself sends every 10 ms
STATIC = Path(st.__file__).parent / "static"


class StreamlitChangedError(RuntimeError):
    """Something that Streamlit does not promise is no longer so; the message says where to look."""


# ---------------------------------------------------------------- addresses and pages


def went_back() -> bool:
    """Return whether the browser's Back or Forward button caused this run."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def page_script() -> str:
    """Return the path of the script of the page that a visitor is on."""
    context = get_script_run_ctx()
    assert context is not None  # a run and its callbacks have one
    return context.pages_manager.get_pages()[context.page_script_hash]["script_path"]


def request_page(script: str, query: Mapping[str, object], restored: bool = False) -> None:
    """Have the next run show another page, from a callback, without touching the address of this one.

    Args:
        script: how the path of the page's script ends.
        query: parameters of its address, each a value or a list of values.
        restored: whether its widgets take their values from there, as after the Back button.
    """
    context = get_script_run_ctx()
    assert context is not None  # a callback has one
    assert context.script_requests is not None
    pages = context.pages_manager.get_pages()
    page = next(page for page, facts in pages.items() if facts["script_path"].endswith(script))
    address = urlencode(query, doseq=True)
    st.session_state[_REQUESTED] = True
    time.sleep(0.03)  # until what was written to the address is sent: the next run drops what is still waiting
    context.script_requests.request_rerun(
        RerunData(
            query_string=address,
            page_script_hash=page,
            is_history_navigation=restored,
            cached_message_hashes=context.cached_message_hashes,
            context_info=context.context_info,
        )
    )


def page_was_requested() -> bool:
    """Return, once after `request_page`, that the new page is there: the browser does not know its parameters yet."""
    return st.session_state.pop(_REQUESTED, False)


def address_values(key: str) -> list[str]:
    """Return the values that a parameter had in the address when the page was opened or the visitor went back to it."""
    return list(_query_params()._initial_query_params.get(key, ()))


def correct_address(key: str, values: list[str]) -> None:
    """Replace a parameter's values, before the element that is bound to it is drawn; no value removes it."""
    parameters = _query_params()
    if values:
        parameters._initial_query_params[key] = values
        parameters.set_corrected_value(key, values if len(values) > 1 else values[0], "string_value")
    else:
        parameters._initial_query_params.pop(key, None)
        parameters.remove_param(key)


def _query_params() -> QueryParams:
    context = get_script_run_ctx()
    assert context is not None  # a run has one
    return context.session_state._state.query_params


# ---------------------------------------------------------------- from a visitor's run to the browser


def send_in_batches() -> None:
    """Have what a run says go to the event loop's thread together, as far as it comes together.

    Streamlit wakes that thread for each element of a page, some forty times a run: two writes to a pipe and a change of
    threads each, half of what a run costs. The order stays. To be called before the server starts.
    """
    hand_over, wake = AppSession._call_soon_on_event_loop, Runtime._enqueued_some_message
    lock = threading.Lock()
    waiting: WeakKeyDictionary[AppSession, list[Callable[[], None]]] = WeakKeyDictionary()

    def hand_over_together(self: AppSession, callback: Callable[[], None]) -> None:
        with lock:
            others = waiting.setdefault(self, [])
            others.append(callback)
            if len(others) > 1:  # they are about to be fetched
                return

        def fetch_soon() -> None:
            self._event_loop.call_later(TOGETHER, fetch, self)

        hand_over(self, fetch_soon)

    def fetch(session: AppSession) -> None:
        with lock:
            callbacks = waiting.pop(session)
        for callback in callbacks:
            try:
                callback()
            except Exception:  # as the event loop does: the others are not to suffer
                logging.getLogger(__name__).exception("A message to a browser could not be handed over")

    def wake_once(self: Runtime) -> None:
        loop = self._get_async_objs()
        try:
            here = asyncio.get_running_loop() is loop.eventloop
        except RuntimeError:
            here = False
        if here:
            loop.need_send_data.set()
        else:
            wake(self)

    AppSession._call_soon_on_event_loop = hand_over_together  # type: ignore[method-assign]
    Runtime._enqueued_some_message = wake_once  # type: ignore[method-assign]


def send_at_once() -> None:
    """Have connections send what is written without waiting for an answer to what was sent before (TCP_NODELAY).

    asyncio does so for sockets that were made for TCP by name. Streamlit's is not: its second message of a run waited
    for the other side's acknowledgement, which comes after 40 ms.
    """

    def without_delay(connection: socket.socket) -> None:
        if connection.family in (socket.AF_INET, socket.AF_INET6) and connection.type == socket.SOCK_STREAM:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    base_events._set_nodelay = without_delay  # type: ignore[attr-defined]


class _Gathered:
    """A transport that writes what one turn of the event loop gives it with one call of the system."""

    def __init__(self, transport: Any):
        self._transport, self._parts = transport, list[bytes]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self._parts.append(data)
        if len(self._parts) == 1:
            asyncio.get_running_loop().call_soon(self._flush)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        parts, self._parts = self._parts, []
        if parts and not self._transport.is_closing():
            self._transport.write(b"".join(parts))


def write_together() -> None:
    """Have a websocket's messages that come together written together: a run sends about thirty."""
    begin = WebSocketsSansIOProtocol.connection_made

    def begin_gathered(self: WebSocketsSansIOProtocol, transport: Any) -> None:
        begin(self, transport)
        self.transport = _Gathered(transport)  # type: ignore[assignment]

    WebSocketsSansIOProtocol.connection_made = begin_gathered  # type: ignore[method-assign]


def describe_once() -> None:
    """Have the theme and the options that every run begins with read once: they stay as they are while a server runs.

    Streamlit looks up some 300 options for each run, which costs about as much as the page's own script.
    """
    made: dict[tuple[Any, ...], bytes] = {}

    def once(populate: Callable[..., None]) -> Callable[..., None]:
        def populate_once(message: Any, *section: str) -> None:
            key = (populate, *section)
            if key not in made:
                empty = type(message)()
                populate(empty, *section)
                made[key] = empty.SerializeToString()
            if made[key]:
                message.MergeFromString(made[key])

        return populate_once

    app_session._populate_theme_msg = once(app_session._populate_theme_msg)
    app_session._populate_config_msg = once(app_session._populate_config_msg)


def run_all_for_unknown_parts() -> None:
    """Have a choice in a part of a page that this server does not know (it was started meanwhile) run the whole page.

    Streamlit drops such a request: the visitor's first click would do nothing.
    """
    ask = AppSession.request_rerun

    @wraps(ask)
    def ask_for_what_is_known(self: AppSession, client_state: ClientState | None) -> None:
        if (
            client_state
            and client_state.fragment_id
            and not client_state.is_auto_rerun
            and not self.has_fragment(client_state.fragment_id)
        ):
            whole = ClientState()
            whole.CopyFrom(client_state)
            whole.fragment_id = ""
            client_state = whole
        ask(self, client_state)

    AppSession.request_rerun = ask_for_what_is_known  # type: ignore[method-assign]


def mark_as_served() -> None:
    """Tell Streamlit that it is run by a server: it need not find out when the first visitor's first element is drawn.

    It looks through the source of every function under way, in every module there is: a tenth of a second.
    """
    delta_generator._use_warning_has_been_displayed = True


def let_parts_answer() -> None:
    """Have a choice in one part of a page answered by other parts, as `answered_by` says.

    Streamlit runs the part that a choice was made in. A callback may ask for others, but then the first has begun: the
    browser hears of two runs and draws the whole page twice. To be called before the server starts.
    """
    ask, begin = ScriptRunner.request_rerun, AppSession._create_scriptrunner

    @wraps(ask)
    def ask_others(self: ScriptRunner, rerun_data: RerunData) -> bool:
        return ask(self, _of_others(rerun_data, self._fragment_storage))

    @wraps(begin)
    def begin_with_others(self: AppSession, initial_rerun_data: RerunData) -> None:
        begin(self, _of_others(initial_rerun_data, self._fragment_storage))

    ScriptRunner.request_rerun = ask_others  # type: ignore[method-assign]
    AppSession._create_scriptrunner = begin_with_others  # type: ignore[method-assign]


_ANSWERS: dict[str, tuple[Sequence[str], Sequence[str]]] = {}  # by part: who answers what is typed, and what is pressed


def answered_by(part: str, typed: Sequence[str], pressed: Sequence[str]) -> None:
    """Say which parts of a page are drawn again after a choice in one of them.

    Args:
        part: key of the `st.fragment` in which the choice is made.
        typed: keys of those that answer a value.
        pressed: keys of those that answer a button.
    """
    _ANSWERS[part] = typed, pressed


def redraw(*parts: str) -> None:
    """Have parts of the page drawn instead of those that would be, from a callback of an element in a part.

    Where the whole page is asked for, as when the visitor has gone on to another one meanwhile, it is drawn.
    """
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run:
        st.rerun(scope=parts)


def _of_others(request: RerunData, known: FragmentStorage) -> RerunData:
    """Return a request for a part of a page as one for the parts that answer in its place."""
    for part, (typed, pressed) in _ANSWERS.items() if request.fragment_id else ():
        if request.fragment_id in _parts(known, [part]):
            widgets = request.widget_states.widgets if request.widget_states else []
            if others := _parts(known, pressed if any(widget.trigger_value for widget in widgets) else typed):
                return replace(request, fragment_id=None, fragment_id_queue=others)
    return request


def _parts(known: FragmentStorage, keys: Sequence[str]) -> list[str]:
    """Return Streamlit's names of parts; none where one of them is not on the page."""
    try:
        return known.resolve_target(keys)
    except StreamlitAPIException:
        return []


# ---------------------------------------------------------------- the internet


def ask_nobody() -> None:
    """Keep Streamlit from asking an address on the internet for this machine's own; it would wait for an answer."""
    net_util.get_external_ip = _unknown


def _unknown() -> None:
    return None


# ---------------------------------------------------------------- its own files for the browser


def late_scripts(elements: Sequence[str], static: Path = STATIC) -> list[str]:
    """Return the script files that elements need and that Streamlit's page does not name itself.

    Args:
        elements: by the names of Streamlit's own files, for example "NumberInput".
        static: Streamlit's folder of browser files.

    Raises:
        StreamlitChangedError: its page or the script of an element is not where it was.
    """
    scripts = static / "static" / "js"
    try:
        page = (static / "index.html").read_text("utf-8")
        waiting = []
        for name in elements:
            files = [path.name for path in scripts.glob(f"{name}.*.js")]
            if not files:
                raise StreamlitChangedError(f"Streamlit has changed: there is no {name}.*.js in streamlit/static")
            waiting += files
        late: list[str] = []
        while waiting:
            name = waiting.pop()
            if name not in page and name not in late:
                late.append(name)
                waiting += re.findall(r'(?:from|import)"\./([\w.-]+\.js)"', (scripts / name).read_text("utf-8"))
    except OSError as cause:
        raise StreamlitChangedError(f"Streamlit has changed: its page is not in streamlit/static ({cause})") from cause
    return sorted(late)


def hashed_files(static: Path = STATIC) -> list[Path]:
    """Return Streamlit's files for the browser whose names carry a hash of what they hold, as `index.C1JORDN2.css`.

    Args:
        static: Streamlit's folder of browser files; without the files that are meant, nothing is returned.
    """
    named = re.compile(r".+\.[\w-]{8}\.(js|css|woff2|png|svg|gif)")
    return sorted(path for path in (static / "static").rglob("*") if named.fullmatch(path.name))


# ---------------------------------------------------------------- what the server keeps


def _files() -> MemoryUploadedFileManager:
    manager = runtime.get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return manager


def _sessions() -> WebsocketSessionManager:
    manager = runtime.get_instance()._session_mgr
    assert isinstance(manager, WebsocketSessionManager)
    return manager


# ---------------------------------------------------------------- uploaded files, seen from the server


def watch_addresses(given_out: Callable[[str, list[str]], None]) -> None:
    """Have `given_out(session, files)` called whenever the server tells a browser where it may send files."""
    files = _files()
    give_out = files.get_upload_urls

    def give_out_and_tell(session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        addresses = give_out(session_id, file_names)
        given_out(session_id, [address.file_id for address in addresses])
        return addresses

    files.get_upload_urls = give_out_and_tell  # type: ignore[method-assign]


def stored(session: str | None = None) -> list[bytes]:
    """Return the contents of all stored files, or of one session's."""
    storage = _files().file_storage
    chosen = [storage.get(session, {})] if session else list(storage.values())
    return [file.data for files in chosen for file in list(files.values())]


def stored_file(session: str, file: str) -> bytes | None:
    """Return a stored file's content, or None when there is none."""
    found = _files().get_files(session, [file])
    return found[0].data if found else None


def replace_file(session: str, file: str, content: bytes) -> None:
    """Store something else in a file's place, unless the file is gone; call it in the event loop's thread."""
    for record in _files().get_files(session, [file]):
        _files().add_file(session, record._replace(data=content))


def remove_file(session: str, file: str) -> None:
    """Remove one stored file."""
    _files().remove_file(session, file)


def remove_files(session: str) -> None:
    """Remove all stored files of a session."""
    _files().remove_session_files(session)


# ---------------------------------------------------------------- uploaded files, seen from a visitor's run


def content_of(file: UploadedFile) -> bytes:
    """Return what is stored of a file that a widget of this run returned."""
    context = get_script_run_ctx()
    found: list[UploadedFileRec] = []
    if context is not None:
        found = context.uploaded_file_mgr.get_files(context.session_id, [file.file_id])
    return found[0].data if found else file.getvalue()


def lost_files(key: str) -> int:
    """Return how many files a widget of this run shows in the browser that the server does not have."""
    files = st.session_state.get(key)
    return sum(isinstance(file, DeletedFile) for file in (files if isinstance(files, list) else [files]))


def remove_own_files(files: Set[str]) -> None:
    """Remove stored files of the visitor whose run this is."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file)


# ---------------------------------------------------------------- visits


def is_run() -> bool:
    """Return whether a visitor's run asks; threads of the server have no visitor."""
    return get_script_run_ctx(suppress_warning=True) is not None


def own_session() -> str:
    """Return the name of the session of the visitor whose run this is."""
    context = get_script_run_ctx()
    assert context is not None  # a run and its callbacks have one
    return context.session_id


def watch_departures(left: Callable[[str, Callable[[], None]], None]) -> None:
    """Have `left(session, close)` called in the event loop when a visitor's connection ends.

    `close()` ends the session for good, whether or not Streamlit still keeps it for a reconnection.
    """
    sessions = _sessions()
    disconnect = sessions.disconnect_session

    def disconnect_and_tell(session_id: str) -> None:
        found = sessions.get_active_session_info(session_id)
        disconnect(session_id)
        if found is None:
            return

        def close() -> None:
            runtime.get_instance().close_session(session_id)
            found.session.shutdown()  # of the many who leave at once Streamlit keeps 128, and forgets the others

        left(session_id, close)

    sessions.disconnect_session = disconnect_and_tell  # type: ignore[method-assign]


def watch_arrivals(arrived: Callable[[], None]) -> None:
    """Have `arrived()` called whenever a visit begins; a connection that is taken up again is none."""
    sessions = _sessions()
    connect = sessions.connect_session

    def connect_and_tell(*given: Any, **named: Any) -> str:
        session = connect(*given, **named)
        if session != named.get("existing_session_id"):
            arrived()
        return session

    sessions.connect_session = connect_and_tell  # type: ignore[method-assign]


def watch_runs(ended: Callable[[float], None]) -> None:
    """Have `ended(seconds)` called in a visitor's thread after each run, of a fragment too."""
    run = ScriptRunner._run_script

    def run_and_tell(self: ScriptRunner, rerun_data: RerunData) -> None:
        began = time.perf_counter()
        try:
            run(self, rerun_data)
        finally:
            ended(time.perf_counter() - began)

    ScriptRunner._run_script = run_and_tell  # type: ignore[method-assign]


def visitors() -> int:
    """Return how many browsers are connected now."""
    return _sessions().num_active_sessions()


async def is_ready() -> bool:
    """Return whether the running server takes visitors."""
    return (await runtime.get_instance().is_ready_for_browser_connection)[0]


def format_logs(formatter: logging.Formatter) -> None:
    """Have Streamlit and its server write their logs with this formatter, loggers that come later too."""
    set_up = logger.setup_formatter

    def set_up_with_ours(logger: logging.Logger) -> None:
        set_up(logger)
        logger.streamlit_console_handler.setFormatter(formatter)  # type: ignore[attr-defined]

    logger.setup_formatter = set_up_with_ours
    logger.update_formatter()


def is_connected(session: str) -> bool:
    """Return whether a visitor's browser is connected now."""
    return _sessions().is_active_session(session)


def is_expected(session: str) -> bool:
    """Return whether a visitor is connected, or may still come back after a connection that broke."""
    return _sessions().get_session_info(session) is not None
