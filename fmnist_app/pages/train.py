"""Train: put a network together, and watch it learn."""

import streamlit as st

from fmnist_app import choices
from fmnist_app.components import reveal
from fmnist_app.train import bring, compose, drawing, live, loading_runs, scoreboard, service, time_machine, visit_runs
from fmnist_app.widgets import frame
from fmnist_core.composing.presets import PRESETS
from fmnist_core.composing.script import script

VIEW = "train_view"  # not `view`, under which Evaluate remembers its section

reveal.answer()
drawing.style()
service.arrive()
service.publish()
st.title("Train a network", anchor=False)
choices.understand_older(VIEW, "view", "Time machine")
if choices.choose_one("View", ("Train", "Time machine"), VIEW) == "Time machine":
    compose.keep()
    time_machine.show()
    frame.end()
compose.presets()
with st.container(key="bench-of-training"):
    left, right = st.columns([5, 8], gap="large")
with left, st.container(key="compose"):
    composition = compose.draw()
run = service.current()
trains = service.can_train()


def start() -> None:
    """Begin a run of the composition on the screen, with what was typed last: the page may not be drawn anew yet."""
    composition = compose.chosen()
    if composition is None:
        return
    titles = {compose.of_preset(name): preset.title for name, preset in PRESETS.items()}
    title = titles.get(composition, f"Run {len(service.runs()) + 1}")
    service.start(composition, title)
    reveal.ask("live-area")


with right:
    if composition is not None:
        drawing.draw(composition)
    with st.container(horizontal=True, key="run-buttons"):
        busy = run is not None and run.under_way
        st.button(
            "Start",
            icon=":material/play_arrow:",
            type="primary",
            key="start",
            on_click=start,
            disabled=composition is None or busy or not trains,
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            key="stop",
            on_click=service.LINE.stop,
            args=(run,),
            disabled=not busy,
            help="The epochs done are kept",
        )
        st.button(
            "Continue",
            icon=":material/resume:",
            key="continue",
            on_click=service.resume,
            args=(run,),
            disabled=run is None or not run.resumable or not trains,
            help="Go on with the newest run, from its last epoch",
        )
    if not trains:
        st.info(
            "This server can show networks, but not train them: TensorFlow is not installed. "
            "`pip install -r requirements.txt`, or this package with its extra `train`, brings it "
            "(Python 3.11 to 3.13). The code below trains the network elsewhere.",
            icon=":material/info:",
        )
    if sentence := service.problem():
        st.warning(frame.plain(sentence), icon=":material/info:")
    with st.container(key="live-area"):
        if run is not None:
            live.show(run)
        elif trains:
            st.caption(
                "Start trains this network on pictures that ship with the app, in a process of its own. "
                "The curves appear here, epoch by epoch."
            )
if service.runs():
    visit_runs.show()
if service.runs() or bring.brought():
    with st.expander("Scoreboard", icon=":material/leaderboard:", key="board", on_change="rerun") as board:
        if board.open:
            scoreboard.show(service.runs())
with st.expander("Load a run that you kept", icon=":material/upload_file:", key="load", on_change="rerun") as loading:
    if loading.open:
        loading_runs.show()
with st.expander("Bring your own network", icon=":material/upload:", key="bring", on_change="rerun") as bringing:
    if bringing.open:
        bring.show()
if composition is not None:
    # Closed, it is not sent: its highlighting alone keeps a browser busy for two seconds.
    with st.expander(
        "The same as a script of plain Keras", icon=":material/code:", key="script", on_change="rerun"
    ) as panel:
        if panel.open:
            code = script(composition)
            st.download_button(
                "Script",
                code,
                "train_fashion_mnist.py",
                "text/x-python",
                icon=":material/download:",
                key="download-script",
                on_click="ignore",
            )
            st.code(code, language="python")
