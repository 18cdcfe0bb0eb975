"""A browser that connects again with a visit that this server does not know hears so, and draws its page anew.

`assets/reconnect.js` is the browser's part: it offers one more subprotocol of the websocket, the only thing of the
answer that a page can read, and this server chooses it for a visit that began elsewhere or was let go.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fmnist_app import streamlit_internals as internals

UNKNOWN = "fmnist.unknown-visit"


class Reconnection:
    """Middleware for the websockets of visits that are taken up again."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(message: Message) -> None:
            if message["type"] == "websocket.accept":
                message = {**message, "subprotocol": UNKNOWN}
            await send(message)

        await self.app(scope, receive, tell if is_unknown(scope) else send)


def is_unknown(scope: Scope) -> bool:
    """Return whether a browser that can be told so connects with a visit that this server does not know."""
    if scope["type"] != "websocket":
        return False
    offered = scope.get("subprotocols", ())  # Streamlit's own, a token, the visit
    return len(offered) == 4 and offered[3] == UNKNOWN and not internals.is_expected(offered[2])
