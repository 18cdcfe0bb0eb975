"""Who a visitor of Classroom is: it stands in the address, so that a reload or a new server changes nothing."""

from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from fmnist_core.classroom import codes

MAX_TOKEN = 64
LOBBY, JOIN, SEAT, REMOTE, PROJECTOR = "lobby", "join", "seat", "remote", "projector"


@dataclass(frozen=True)
class Visitor:
    """A visitor of Classroom.

    Attributes:
        role: lobby, join, seat, remote or projector.
        room: the room's code as the address has it, maybe empty.
        token: secret, projector token or seat's token; empty in the lobby.
    """

    role: str
    room: str
    token: str = ""


def visitor() -> Visitor:
    """Return who the address says that the visitor is; the key that opens the most counts."""
    room = st.query_params.get("room", "")[:40]
    for role, key in ((REMOTE, "secret"), (PROJECTOR, "show"), (SEAT, "seat")):
        if token := st.query_params.get(key, "")[:MAX_TOKEN]:
            return Visitor(role, room, token)
    return Visitor(JOIN if room else LOBBY, room)


def become(**parameters: str) -> None:
    """Write another visitor into the address and draw the page anew, from a callback."""
    st.query_params.from_dict(parameters)
    st.rerun()


def join_link(code: str) -> str:
    return _link(room=code)


def projector_link(code: str, secret: str) -> str:
    return _link(room=code, show=codes.projector_token(secret))


def remote_link(code: str, secret: str) -> str:
    return _link(room=code, secret=secret)


def _link(**parameters: str) -> str:
    return f"{(st.context.url or '').split('?')[0]}?{urlencode(parameters)}"


def origin() -> str:
    """Return where a visitor comes from, for the counts of wrong codes and of rooms."""
    return str(st.context.ip_address or "this machine")
