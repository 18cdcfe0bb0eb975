"""What `fmnist_app/streamlit_internals.py` takes for granted of Streamlit, without its promise."""

import inspect

import pytest
from streamlit import delta_generator, logger
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.web.server.starlette import starlette_routes

from fmnist_app import streamlit_internals as internals

LOOK = "Streamlit has changed: compare fmnist_app/streamlit_internals.py with streamlit/{}"


@pytest.mark.parametrize(
    ("call", "names", "where"),
    [
        (MemoryUploadedFileManager.get_upload_urls, ["session_id", "file_names"], "memory_uploaded_file_manager.py"),
        (MemoryUploadedFileManager.get_files, ["session_id", "file_ids"], "memory_uploaded_file_manager.py"),
        (MemoryUploadedFileManager.add_file, ["session_id", "file"], "memory_uploaded_file_manager.py"),
        (MemoryUploadedFileManager.remove_file, ["session_id", "file_id"], "memory_uploaded_file_manager.py"),
        (MemoryUploadedFileManager.remove_session_files, ["session_id"], "memory_uploaded_file_manager.py"),
        (WebsocketSessionManager.disconnect_session, ["session_id"], "websocket_session_manager.py"),
        (WebsocketSessionManager.get_active_session_info, ["session_id"], "websocket_session_manager.py"),
        (WebsocketSessionManager.get_session_info, ["session_id"], "websocket_session_manager.py"),
        (WebsocketSessionManager.is_active_session, ["session_id"], "websocket_session_manager.py"),
        (Runtime.close_session, ["session_id"], "runtime.py"),
        (ScriptRunner._run_script, ["rerun_data"], "scriptrunner/script_runner.py"),
        (ScriptRunner.request_rerun, ["rerun_data"], "scriptrunner/script_runner.py"),
        (AppSession._create_scriptrunner, ["initial_rerun_data"], "app_session.py"),
        (MemoryFragmentStorage.resolve_target, ["target"], "fragment.py"),
        (AppSession.shutdown, [], "app_session.py"),
    ],
    ids=lambda value: getattr(value, "__qualname__", None),
)
def test_what_is_called_is_there(call, names, where):
    assert list(inspect.signature(call).parameters)[1:] == names, LOOK.format("runtime/" + where)


@pytest.mark.parametrize(
    ("of", "words", "where"),
    [
        (AppSession._handle_file_urls_request, "_uploaded_file_mgr.get_upload_urls(", "runtime/app_session.py"),
        (Runtime.connect_session, "existing_session_id=existing_session_id", "runtime/runtime.py"),
        (ScriptRunner._run_script_thread, "self._run_script(", "runtime/scriptrunner/script_runner.py"),
        (logger.get_logger, "setup_formatter(logger)", "logger.py"),
        (AppSession._create_new_session_message, "_populate_theme_msg(", "runtime/app_session.py"),
        (AppSession._create_new_session_message, "_populate_config_msg(", "runtime/app_session.py"),
        (AppSession.request_rerun, "self._scriptrunner.request_rerun(rerun_data)", "runtime/app_session.py"),
        (AppSession.request_rerun, "self._create_scriptrunner(rerun_data)", "runtime/app_session.py"),
        (delta_generator._maybe_print_use_warning, "not _use_warning_has_been_displayed", "delta_generator.py"),
        (AppSession.shutdown, "_uploaded_file_mgr.remove_session_files(", "runtime/app_session.py"),
        (Runtime.disconnect_session, "_session_mgr.disconnect_session(", "runtime/runtime.py"),
        (starlette_routes.create_upload_routes, "upload_mgr.add_file(", "web/server/starlette/starlette_routes.py"),
        (starlette_routes.create_upload_routes, ".is_active_session(", "web/server/starlette/starlette_routes.py"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_watched_is_used(of, words, where):
    assert words in inspect.getsource(of), LOOK.format(where)


def test_a_run_knows_of_history_and_can_ask_for_another_page():
    where = LOOK.format("runtime/scriptrunner_utils/script_run_context.py")
    known = set(inspect.get_annotations(ScriptRunContext))
    assert {"script_requests", "pages_manager", "cached_message_hashes", "context_info"} <= known, where
    assert hasattr(ScriptRunContext, "is_history_navigation") or "is_history_navigation" in known, where
    where = LOOK.format("runtime/scriptrunner_utils/script_requests.py")
    wanted = {"query_string", "page_script_hash", "cached_message_hashes", "context_info"}
    wanted |= {"fragment_id", "fragment_id_queue", "widget_states"}
    assert wanted <= set(inspect.get_annotations(RerunData)), where
    assert list(inspect.signature(ScriptRequests.request_rerun).parameters)[1:] == ["new_data"], where


def test_files_are_sent_to_the_address_that_is_watched():
    where = LOOK.format("web/server/starlette/starlette_routes.py")
    route = starlette_routes._ROUTE_UPLOAD_FILE.format(session_id="S", file_id="F")
    for base in ("", "/base/path"):
        found = internals.UPLOAD_PATH.fullmatch(f"{base}/{route}")
        assert found, where
        assert found.groups() == ("S", "F"), where


def test_a_stored_file_is_a_record_in_a_dictionary_of_a_session():
    where = LOOK.format("runtime/memory_uploaded_file_manager.py")
    manager = MemoryUploadedFileManager("/x")
    manager.add_file("S", UploadedFileRec("F", "name", "type", b"content"))
    assert manager.file_storage["S"]["F"].data == b"content", where
    manager.add_file("S", manager.get_files("S", ["F"])[0]._replace(data=b""))
    assert [record.data for record in manager.get_files("S", ["F"])] == [b""], where
    manager.remove_file("S", "F")
    assert manager.get_files("S", ["F"]) == [], where


def test_a_run_knows_its_session_and_its_files():
    assert {"session_id", "uploaded_file_mgr"} <= set(inspect.get_annotations(ScriptRunContext)), LOOK.format(
        "runtime/scriptrunner_utils/script_run_context.py"
    )


def test_every_file_for_the_browser_but_the_page_itself_carries_a_hash():
    where = LOOK.format("static")
    found = internals.hashed_files()
    names = {path.suffix for path in found}
    assert {".js", ".css", ".woff2"} <= names, where
    assert len(found) == sum(path.is_file() for path in (internals.STATIC / "static").rglob("*")), where
