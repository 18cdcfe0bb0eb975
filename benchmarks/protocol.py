"""One run of a page over Streamlit's websocket, as the browser has it."""

from collections.abc import AsyncIterator

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import ClientConnection


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
