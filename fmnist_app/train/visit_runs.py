"""The runs of a visit side by side: a table, and for the chosen one its name, files and test."""

import streamlit as st

from fmnist_app.train import service
from fmnist_app.train.drawing import arithmetic
from fmnist_app.widgets import frame, tables
from fmnist_core import load_test
from fmnist_core.evaluation.metrics import evaluate, percent
from fmnist_core.networks.classifier import Classifier, ModelError
from fmnist_core.runs.keeping import MAX_TITLE, as_title
from fmnist_core.runs.run import KERAS_FILE, LITERT_FILE, TrainingRun

HEADINGS = (
    "Run",
    "held out",
    "training",
    "test",
    "epochs",
    "parameters",
    "arithmetic",
    "seconds",
    "differs from the first",
)


def show() -> None:
    """Draw the table and what can be done with one of its runs."""
    mine = service.runs()
    st.subheader("Runs of this visit", anchor=False)
    best = max(range(len(mine)), key=lambda k: mine[k].best)
    titles = service.titles()
    with st.container(key="runs"):
        rows = [row(run, titles[run.token], mine[0]) for run in mine]
        tables.table(HEADINGS, rows, "The runs of this visit", best)
    st.caption(
        "The best on the held-out pictures is in bold. A finished network can be chosen on Predict. All are deleted "
        "when you leave; “Keep” gives a run as a file that can be loaded again."
    )
    tokens = [run.token for run in mine]
    with st.container(horizontal=True, vertical_alignment="bottom", key="run-tools"):
        token = st.selectbox(
            "Run", tokens, len(tokens) - 1, key=service.CHOSEN, format_func=lambda t: titles.get(t, t), width=260
        )
        run = next((run for run in mine if run.token == token), mine[-1])
        tools(run)
    tested(run)


def row(run: TrainingRun, title: str, first: TrainingRun) -> list[str]:
    """Return a run as text of its row; `title` tells it apart."""
    last = run.epochs[-1] if run.epochs else None
    differs = ", ".join(run.composition.differences(first.composition)) or ("" if run is first else "nothing")
    return [
        title,
        percent(last.heldout_accuracy) if last else "–",
        percent(last.train_accuracy) if last else "–",
        percent(run.tested.accuracy) if run.tested else "–",
        f"{len(run.epochs)} of {run.composition.epochs}",
        f"{run.composition.parameters:,}",
        arithmetic(run.composition.flops),
        f"{sum(epoch.seconds for epoch in run.epochs):.0f}",
        differs,
    ]


def tools(run: TrainingRun) -> None:
    """Draw what can be done with a run."""

    def rename() -> None:
        run.title = as_title(str(st.session_state[f"name-{run.token}"])) or run.title

    with st.popover("Rename", icon=":material/edit:"):
        st.text_input("Name", run.title, key=f"name-{run.token}", max_chars=MAX_TITLE, on_change=rename)
    network = run.file(LITERT_FILE)
    name = f"fashion-mnist-{run.token}"
    for kind, file, help_ in (
        ("keras", KERAS_FILE, "The network for Keras, to train on or to look into"),
        ("tflite", LITERT_FILE, "The network for LiteRT, as phones run it"),
    ):
        path = run.file(file)
        st.download_button(
            f".{kind}",
            path.read_bytes if path else b"",
            f"{name}.{kind}",
            "application/octet-stream",
            icon=":material/download:",
            key=f"download-{kind}",
            on_click="ignore",
            disabled=path is None,
            help=help_,
        )
    st.download_button(
        "Curves",
        run.curves,
        f"{name}.csv",
        "text/csv",
        icon=":material/download:",
        key="download-curves",
        on_click="ignore",
        help="Loss and accuracy of every epoch as CSV",
    )
    st.download_button(
        "Keep",
        run.to_keep,
        f"{name}.json",
        "application/json",
        icon=":material/download:",
        key="download-run",
        on_click="ignore",
        disabled=not run.epochs,
        help="Settings and curves as a file, to load again on a later visit",
    )
    st.button(
        "Train again",
        icon=":material/replay:",
        key="train-again",
        on_click=service.start,
        args=(run.composition, run.title),
        disabled=not service.can_train() or any(other.under_way for other in service.runs()),
        help="Train the same network anew, from its first epoch",
    )
    st.button(
        "Remove",
        icon=":material/delete:",
        key="remove-run",
        on_click=service.LINE.remove,
        args=(run,),
        help="Delete this run and its files",
    )
    st.button(
        "Test it",
        icon=":material/quiz:",
        key="test-run",
        on_click=look_at_test,
        args=(run,),
        disabled=network is None or run.tested is not None,
        help="Look once at the 10,000 test pictures",
    )


def look_at_test(run: TrainingRun) -> None:
    """Measure a run on the test split, from a callback."""
    path, test = run.file(LITERT_FILE), load_test()
    if path is None or run.tested is not None:
        return
    try:
        run.tested = evaluate(Classifier(path).bulk_logits(test.images), test.labels)
    except (ModelError, OSError) as problem:
        run.problem = f"The network could not be tested: {problem}"


def tested(run: TrainingRun) -> None:
    """Say what the test split said, and why it is asked once."""
    if run.tested is None:
        st.caption(
            "“Test it” looks at the 10,000 test pictures once, when a run is over. Whoever looks again and again, and "
            "keeps what does best, has chosen by the test pictures: their accuracy is then too good to be true. Choose "
            "by the held-out ones."
        )
        return
    low, high = run.tested.interval
    st.markdown(
        f"**{frame.plain(run.title)}**: {run.tested.accuracy:.2%} of the 10,000 test pictures right "
        f"(95% interval {low:.2%} to {high:.2%}); {percent(run.best)} of the 1,000 held-out ones."
    )
