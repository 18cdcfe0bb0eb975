"""The run under way: how far it is, its curves, the held-out confusion matrix and eight watched pictures."""

import html

import numpy as np
import streamlit as st

from fmnist_app.train import curves, service
from fmnist_app.widgets import frame, verbatim
from fmnist_app.widgets.pictures import data_address
from fmnist_core.data import CLASS_NAMES, class_name
from fmnist_core.evaluation.metrics import colour_depths, percent, row_shares
from fmnist_core.runs import pictures
from fmnist_core.runs import run as states
from fmnist_core.runs.messages import Epoch
from fmnist_core.runs.run import TrainingRun

EVERY = 1.0  # seconds between two looks at a run under way


def show(run: TrainingRun) -> None:
    """Draw a run; one under way is looked at again every second, and the page once it has ended."""
    watched = run.under_way

    def look() -> None:
        if watched and not run.under_way:
            st.rerun(scope="app")
        with st.container(key="live"):
            status(run)
            mine = [r for r in service.runs() if r.points]
            if mine:
                charts(mine)
            if run.epochs:
                latest(run.epochs[-1])

    st.fragment(look, run_every=EVERY if watched else None)()


def status(run: TrainingRun) -> None:
    """Say where a run is."""
    total, done = run.composition.epochs, len(run.epochs)
    share = (done + (run.step.share if run.step else 0)) / total
    if run.under_way:
        st.progress(min(share, 1.0), words(run))
    elif run.problem:
        st.warning(frame.plain(run.problem), icon=":material/info:")
    if not run.under_way and run.epochs:
        accuracy = f"**{percent(run.epochs[-1].heldout_accuracy)}** of the held-out pictures right"
        ended = "Done" if run.state == states.DONE else f"Ended after epoch {done} of {total}"
        if run.state == states.LOADED:
            ended = f"Loaded from a file, with {done} of {total} epochs"
        seconds = sum(epoch.seconds for epoch in run.epochs)
        st.markdown(f"{ended}: {accuracy}. {seconds:.0f} s of training.")
    elif run.state == states.STOPPED:
        st.markdown("Stopped before the first epoch was done.")


def words(run: TrainingRun) -> str:
    """Return in words where a run under way is."""
    if run.state == states.WAITING:
        ahead = service.LINE.ahead(run)
        return f"Waiting: {ahead} {'run' if ahead == 1 else 'runs'} before yours" if ahead else "Starting"
    if run.state == states.STARTING:
        return "Loading TensorFlow and the pictures…"
    if run.state == states.STOPPING:
        return "Stopping, and keeping the epochs done…"
    step = run.step
    if step is None:
        return f"Epoch {len(run.epochs)} of {run.composition.epochs} done"
    return (
        f"Epoch {step.epoch} of {run.composition.epochs} · {step.pictures_a_second:,.0f} pictures a second · "
        f"about {step.seconds_left:.0f} s left"
    )


def charts(mine: list[TrainingRun]) -> None:
    """Draw accuracy and loss of the newest runs side by side."""
    shown, called = mine[-curves.MOST :], service.titles()
    lines = [(called[run.token], run.points) for run in shown]
    accuracies = "; ".join(f"{called[run.token]}: {percent(run.points[-1].heldout_accuracy)} held out" for run in shown)
    with st.container(horizontal=True, gap="medium", key="curves"):
        for quantity in ("accuracy", "loss"):
            with st.container(key=f"curves-{quantity}"):
                figure = curves.figure(lines, quantity)
                alt = f"{quantity.capitalize()} of training and held-out pictures by epoch. {accuracies}"
                frame.chart(figure, key=f"curve-{quantity}", alt=alt)
    st.html(curves.legend([called[run.token] for run in shown]))


def latest(epoch: Epoch) -> None:
    """Draw what the newest epoch says of the held-out pictures."""
    with st.container(key="latest"):
        with st.container(key="watched"):
            st.markdown(f"**Eight held-out pictures after epoch {epoch.number}**")
            st.html(watched_html(np.array(epoch.watched)))
        with st.container(key="heat"):
            st.markdown(f"**Confusion matrix of 1,000 held-out pictures after epoch {epoch.number}**")
            st.html(heat_html(np.array(epoch.confusion)))


def watched_html(probs: np.ndarray) -> str:
    """Return the eight watched pictures with their ten probabilities as bars.

    Args:
        probs: (8, 10).
    """
    heldout = pictures.heldout_pictures()
    cells = []
    for position, row in zip(pictures.watched(), probs, strict=True):
        true, top = int(heldout.labels[position]), int(row.argmax())
        right = true == top
        bars = "".join(
            f'<i style="height:{max(100 * p, 2):.0f}%" class="{"fm-top" if k == top else ""}"'
            f' title="{html.escape(CLASS_NAMES[k])}: {percent(p)}"></i>'
            for k, p in enumerate(row)
        )
        sign = "✓" if right else "✗"
        said = f"{class_name(top)} {percent(row[top], 0)}"
        truth = "" if right else f"<small>is {verbatim.marked(class_name(true))}</small>"
        cells.append(
            f'<li><img src="{data_address(heldout.images[position].tobytes())}" alt="{html.escape(class_name(true))}">'
            f'<div class="fm-ten" aria-hidden="true">{bars}</div>'
            f'<b class="fm-{"right" if right else "wrong"}">{sign} {verbatim.marked(said)}</b>{truth}</li>'
        )
    return f'<ul class="fm-watched">{"".join(cells)}</ul>'


def heat_html(confusion: np.ndarray) -> str:
    """Return (10, 10) counts as a table, coloured as the matrix on Evaluate is."""
    depths = colour_depths(row_shares(confusion))
    short = [name.split("/")[0].replace("Ankle boot", "Boot") for name in CLASS_NAMES]
    head = "".join(f'<th scope="col"><span>{name}</span></th>' for name in short)
    body = "".join(
        f'<tr><th scope="row">{short[k]}</th>'
        + "".join(
            f'<td{" class=fm-hit" if j == k else ""} style="--depth:{depths[k, j]}%">{n or ""}</td>'
            for j, n in enumerate(confusion[k])
        )
        + "</tr>"
        for k in range(len(confusion))
    )
    return (
        '<div class="fm-heat-frame" tabindex="0" role="group" aria-label="Confusion matrix"><table class="fm-heat">'
        f"<thead><tr><th scope=col>True \\ said</th>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
