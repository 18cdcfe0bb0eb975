"""Your garment: a photo, a drawing or several files, developed in view, and what the network makes of them."""

import streamlit as st

from fmnist_app import caches, choices, explain, metrics, state
from fmnist_app.components import reveal
from fmnist_app.photo import answer, coaching, inputs, overrides, own
from fmnist_app.photo.batch import batch
from fmnist_app.widgets import frame, pictures, stage
from fmnist_core import ModelError
from fmnist_core.confined.decoding import PROCESS
from fmnist_core.photos.decoding import PhotoError
from fmnist_core.photos.prediction import predict_development

reveal.answer()
with st.container(horizontal=True, vertical_alignment="bottom", key="ways"):
    way = choices.choose_one("Show it", inputs.ways(), "way")
    st.space("stretch")
    choices.pick_network()

# A drawing and its answer stand side by side: nobody should scroll between two strokes.
if way == "Draw":
    where, beside = st.columns([2, 3], gap="large")
else:
    where, beside = st.container(), st.container(key=f"beside-{way.lower()}")
    beside.html('<span class="fm-begin"></span>')  # an empty container would have no place yet
below = st.container()
st.caption(
    "No file is kept. It is made into a picture of at most 640 pixels as soon as it arrives, and then deleted. The "
    "picture is deleted when you remove it, leave this page, or close it (at most "
    f"{st.get_option('server.disconnectedSessionTTL')} seconds later). A drawing stays in this tab until you clear it "
    "or close the tab."
)
with where, st.container(key="intake"):
    if way not in ("Upload", "Camera"):
        caches.keep_uploads(frozenset())
    if way != "Sample":
        PROCESS.prepare()  # it takes a third of a second to start, while the visitor chooses
    handed_in = inputs.WAYS[way]()
name = state.network()

if not handed_in:
    with beside:
        st.write(inputs.INVITATIONS[way])
        if way != "Draw":
            coaching.strip()
    frame.end()
mine = handed_in[0]
if len(handed_in) > 1:
    with where:
        opened = batch(handed_in, name)
    if not opened:
        frame.end()
    mine = opened

with below:
    steps = st.container()  # above the controls, which the address may set, and which must be drawn before they count
    overrides.begin((way, mine.name, mine.id))
    overrides.draw()
chosen = overrides.chosen(mine.drawn)
try:
    photo = mine.photo()
    developed, part = own.develop_part(photo, chosen)
    developed, prediction = predict_development(caches.network(name), developed, mine.name)
except PhotoError as problem:
    with beside, st.container(key="refused"):
        st.warning(frame.plain(f"{mine.name}: {problem}."), icon=":material/broken_image:")
        coaching.strip()
    frame.end()
except ModelError as problem:
    with beside:
        frame.cannot_run(problem)
    frame.end()

with beside:
    own.pick_part(developed)
    with st.container(key="stage"):
        if not mine.drawn:
            with st.container(key="own"):
                own.show(photo, chosen, developed, mine.name)
        with st.container(key="garment"):
            stage.garment(prediction)
            st.caption("What the network sees")
        with st.container(key="verdict"):
            metrics.COUNTS.add(metrics.PREDICTIONS)
            answer.show(prediction)
        with st.container(key="bars-area"):
            answer.bars(prediction)
    with st.container(key="novelty"):
        answer.novelty(prediction, mine.drawn)
    if not prediction.unlike:
        stage.members(prediction, promised=False)
    if prediction.network.card.problem:
        st.warning(prediction.network.card.problem, icon=":material/warning:")
    explain.choose()
    explain.show(prediction)
with steps:
    for note in photo.notes:
        st.caption(note)
    st.subheader("Darkroom", anchor=False)
    st.write("From your picture to the 28 x 28 pixels that the network sees, as the data set was made.")
    with st.container(key="steps"):
        pictures.strip([(s.name, s.words, s.picture) for s in developed.steps])
    if not mine.drawn:
        with st.expander("Which photos work", icon=":material/photo_camera:"):
            coaching.strip()
