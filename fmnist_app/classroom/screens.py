"""Links to a room's screens: where students join, the projector, and a second remote; to open, to copy, as QR codes."""

import streamlit as st

from fmnist_app.classroom import address
from fmnist_app.visit import share
from fmnist_core.classroom import activities
from fmnist_core.classroom.rooms import Room


def draw(room: Room, secret: str) -> None:
    """Draw the links; open from the start while the class is joining."""
    lobby = room.phase == activities.LOBBY
    with st.expander(
        "Screens", icon=":material/qr_code:", expanded=lobby, key="room-screens", on_change="rerun"
    ) as panel:
        if not panel.open:
            return
        st.link_button(
            "Open the projector view", address.projector_link(room.code, secret), icon=":material/cast:", type="primary"
        )
        st.caption("It shows the question and the results, and cannot change anything.")
        join, remote = address.join_link(room.code), address.remote_link(room.code, secret)
        left, right = st.columns(2)
        with left:
            st.markdown("**For students**")
            _link(join, "QR code of the address to join")
        with right:
            st.markdown("**The remote on your own phone**")
            with st.popover(
                "Show its secret code", icon=":material/key:", key="secret-code", on_change="rerun"
            ) as secret_panel:
                if secret_panel.open:
                    st.caption("Whoever has it can lead the lesson: do not show it on the projector.")
                    _link(remote, "QR code of the secret address")
        if any(name in join for name in ("//localhost", "//127.0.0.1", "//[::1]")):
            st.caption(
                "These addresses work on this computer alone. Open the app by the computer's name or number in the "
                "network (http://…:8501), and phones can follow."
            )


def _link(link: str, alt: str) -> None:
    st.html(f'<img class="fm-qr" src="{share.qr_code(link)}" alt="{alt}">')
    st.code(link, language=None, wrap_lines=True)
