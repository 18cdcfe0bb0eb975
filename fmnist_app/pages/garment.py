"""Your garment: a photo, a drawing or several files, developed in view, and what the network makes of them."""

import streamlit as st

from fmnist_app import caches, explain, state
from fmnist_app.components import reveal
from fmnist_app.photo import inputs, overrides
from fmnist_app.photo.batch import batch
from fmnist_app.widgets import choices, frame, pictures, stage
from fmnist_core import ModelError, predict_photo
from fmnist_core.photos.decoding import PhotoError
from fmnist_core.photos.pipeline import develop

reveal.answer()
with st.container(horizontal=True, vertical_alignment="bottom", key="ways"):
    way = choices.choose_one("Show it", inputs.WAYS, "way")
    st.space("stretch")
    choices.pick_network()
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
    handed_in = inputs.WAYS[way]()
name = state.network()

if len(handed_in) > 1:
    batch(handed_in, name)
    st.stop()
if not handed_in:
    beside.write(inputs.INVITATIONS[way])
    st.stop()

own = handed_in[0]
above = st.container()  # the steps; the controls, which the address may set, must be drawn before they are asked
overrides.draw()
try:
    photo = own.photo()
    developed = develop(photo, overrides.chosen(own.drawn))
    prediction = predict_photo(caches.network(name), developed.image, own.name)
except PhotoError as problem:
    with beside, st.container(key="refused"):
        st.warning(frame.plain(f"{own.name}: {problem}."), icon=":material/broken_image:")
    st.stop()
except ModelError as problem:
    beside.error(f"This network cannot run: {problem}", icon=":material/error:")
    st.stop()

with beside:
    stage.show(prediction)
with beside, st.container(key="novelty"):
    score, limit = prediction.novelty, prediction.novelty_limit
    if score is None or limit is None:
        st.caption("How unlike the training pictures this is cannot be said: the reference gallery is not in use.")
    elif prediction.unlike:
        network = prediction.network
        usual = 1 - network.card.facts["novelty"]["false_alarm_rate"]
        st.warning(
            f"This is unlike the training pictures, as {network.title} sees them: the nearest reference picture is "
            f"{score:.2f} away, while {usual:.0%} of held-out garments have one within {limit:.2f}. "
            "It may be none of the ten classes, however sure the bars look.",
            icon=":material/help:",
        )
    else:
        st.caption(f"Like the data: the nearest reference picture is {score:.2f} away, the limit is {limit:.2f}.")
with above:
    for note in photo.notes:
        st.caption(note)
    st.subheader("Darkroom", anchor=False)
    st.write("From your picture to the 28 x 28 pixels that the network sees, as the data set was made.")
    with st.container(key="steps"):
        pictures.strip([(s.name, s.words, s.picture) for s in developed.steps])

explain.choose()
explain.show(prediction)
