"""Classroom: a room for a whole class. Who a visitor is (teacher, projector, student) stands in the address."""

import streamlit as st

from fmnist_app.classroom import address, figures, lobby, projector, remote, student

visitor = address.visitor()
figures.style(
    quiet=visitor.role in (address.JOIN, address.SEAT, address.PROJECTOR), large=visitor.role == address.PROJECTOR
)
with st.container(key=f"room-{visitor.role}"):
    if visitor.role == address.REMOTE:
        remote.show(visitor.token)
    elif visitor.role == address.PROJECTOR:
        projector.show(visitor.token)
    elif visitor.role == address.SEAT:
        student.show(visitor.token)
    elif visitor.role == address.JOIN:
        student.join(visitor.room)
    else:
        lobby.draw()
