"""Streamlit's websocket, as the browser has it: a conversation, and one run of a page."""

from collections.abc import AsyncIterator
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import ClientConnection, Subprotocol, connect


def conversation(address: str, *words: str, **options: Any) -> connect:
    """Return a conversation with a server, to be awaited or entered.

    Args:
        address: of the server, http://….
        words: that name the session to take up again, as a browser adds them.
        options: of the connection, in place of 60 seconds until it is open.
    """
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    protocols = [Subprotocol(word) for word in ("streamlit", *words)]
    return connect(url, subprotocols=protocols, max_size=None, **{"open_timeout": 60, **options})


async def receive(socket: ClientConnection) -> ForwardMsg:
    """Return the server's next message.

    Raises:
        DecodeError: it is none.
        ConnectionClosed: the server has ended the conversation.
    """
    forward, content = ForwardMsg(), await socket.recv()
    forward.ParseFromString(content if isinstance(content, bytes) else content.encode())
    return forward


async def run(socket: ClientConnection, message: BackMsg) -> AsyncIterator[ForwardMsg]:
    """Ask for a run, and yield what the server says until that run, or the one that took its place, has ended.

    Raises:
        DecodeError, ConnectionClosed: as `receive`.
    """
    await socket.send(message.SerializeToString())
    while True:
        forward = await receive(socket)
        if forward.WhichOneof("type") != "script_finished":
            yield forward
        elif forward.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
