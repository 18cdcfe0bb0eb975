"""Your garment: a photo, a drawing or several files, developed in view, and what the network makes of them."""

import streamlit as st

from fmnist_app import caches, darkroom_controls, inquiries, intake, state, widgets
from fmnist_app.answer import answer_to_stranger
from fmnist_app.batch import batch
from fmnist_core import ModelError
from fmnist_core.darkroom import develop
from fmnist_core.photo import PhotoError

with st.container(horizontal=True, vertical_alignment="bottom", key="ways"):
    way = widgets.choose_one("Show it", intake.WAYS, "way")
    st.space("stretch")
    widgets.pick_network()
st.caption(
    "Nothing is kept. As a file arrives it is made into a picture of at most 640 pixels and let go; the picture goes "
    "when you remove it, leave this page, or close it (at most "
    f"{st.get_option('server.disconnectedSessionTTL')} seconds later)."
)

# A drawing and its answer stand side by side: nobody should scroll between two strokes.
where, beside = st.columns([2, 3], gap="large") if way == "Draw" else (st.container(), st.container())
with where, st.container(key="intake"):
    if way not in ("Upload", "Camera"):
        caches.keep_uploads(frozenset())
    handed_in = intake.WAYS[way]()
name = state.network()

if len(handed_in) > 1:
    batch(handed_in, name)
    st.stop()
if not handed_in:
    beside.write(intake.INVITATIONS[way])
    st.stop()

own = handed_in[0]
above = st.container()  # the steps; the controls, which the address may set, must be drawn before they are asked
darkroom_controls.draw()
try:
    photo = own.photo()
    developed = develop(photo, darkroom_controls.chosen(own.drawn))
    found = answer_to_stranger(developed.image, own.name, name)
except PhotoError as problem:
    with beside, st.container(key="notice"):
        st.warning(widgets.plain(f"{own.name}: {problem}."), icon=":material/broken_image:")
    st.stop()
except ModelError as problem:
    beside.error(f"This network cannot run: {problem}", icon=":material/error:")
    st.stop()

with beside:
    widgets.stage(found)
with beside, st.container(key="novelty"):
    if found.novelty is None or found.limit is None:
        st.caption("How unlike the training pictures this is cannot be said: the reference gallery is not in use.")
    elif found.unlike:
        usual = 1 - found.card.facts["novelty"]["false_alarm_rate"]
        st.warning(
            f"This is unlike the training pictures, as {found.card.title} sees them: the nearest reference picture is "
            f"{found.novelty:.2f} away, while {usual:.0%} of held-out garments have one within {found.limit:.2f}. "
            "It may be none of the ten classes, however sure the bars look.",
            icon=":material/help:",
        )
    else:
        st.caption(
            f"Like the data: the nearest reference picture is {found.novelty:.2f} away, the limit is {found.limit:.2f}."
        )
with above:
    for note in photo.notes:
        st.caption(note)
    st.subheader("Darkroom", anchor=False)
    st.write("From your picture to the 28 x 28 pixels that the network sees, as the data set was made.")
    with st.container(key="steps"):
        widgets.strip([(s.name, s.words, s.picture) for s in developed.steps])

inquiries.choose()
inquiries.show(found)
