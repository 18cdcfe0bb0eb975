"""Time machine: back through the epochs of a run, to what the network knew by then, and what it forgot again."""

import html
import itertools
from functools import partial

import numpy as np
import streamlit as st

from fmnist_app import caches, choices
from fmnist_app.components.wall import wall
from fmnist_app.train import live, service
from fmnist_app.widgets import frame, pictures, stage, tables, verbatim
from fmnist_core import ModelError
from fmnist_core.data import CLASS_NAMES, HELDOUT_SIZE, class_name
from fmnist_core.evaluation import history
from fmnist_core.evaluation.history import History
from fmnist_core.evaluation.metrics import confusion_matrix, percent
from fmnist_core.networks import cards
from fmnist_core.networks.histories import FILE
from fmnist_core.runs import run as states
from fmnist_core.runs.pictures import heldout_pictures

SHOWN = 24  # pictures of a wall
PICTURE = "heldout"  # key of the field that names a picture


def show() -> None:
    """Draw the time machine."""
    found = titles()
    if not found:
        st.caption("There is nothing to go back through yet: train a network, and its epochs come here as they end.")
        return
    with st.container(key="when"):
        name = choices.select("Run or network", list(found), "of", format_func=found.__getitem__)
        try:
            past, note = load(name or next(iter(found)))
        except ModelError as problem:
            st.warning(frame.plain(str(problem)), icon=":material/warning:")
            return
        last = len(past)
        epoch = int(choices.slide("Epoch", 1, last, last, "epoch", help="Keys ← and → go one epoch back or on."))
    st.caption(frame.plain(note))
    labels = heldout_pictures().labels
    facts(past, labels, epoch)
    with st.container(key="machine"):
        with st.container(key="machine-matrix"):
            st.markdown(f"**Confusion matrix of {len(labels):,} held-out pictures**")
            st.html(live.heat_html(confusion_matrix(labels, past.predicted[epoch - 1])))
        with st.container(key="machine-classes"):
            st.markdown("**Accuracy by class**")
            st.html(classes_html(history.accuracy_by_class(past.predicted[epoch - 1], labels)))
        with st.container(key="machine-filters"):
            filters(past, epoch)
    one_picture(past, labels, epoch)
    walls(past, labels, epoch)


def titles() -> dict[str, str]:
    """Return what there is to look at: by token the runs of the visit, by name the networks that ship."""
    # A file holds curves, not what became of each picture.
    mine = [run for run in reversed(service.runs()) if run.epochs and run.state != states.LOADED]
    called = service.titles()
    found = {run.token: called[run.token] for run in mine}
    kept = (name for name in cards.network_names() if (cards.MODELS / f"{name}.{FILE}").is_file())
    return found | {name: f"{cards.title(name)}, ships with the app" for name in kept}


def load(name: str) -> tuple[History, str]:
    """Return a history, and a sentence that says what it is.

    Raises:
        ModelError: it cannot be used.
    """
    run = next((run for run in service.runs() if run.token == name), None)
    if run is not None:
        return run.history(), f"A run of this visit, measured on the held-out pictures after every epoch: {run.title}."
    network = caches.network(name)
    past, ships = network.history, network.card.facts["heldout"]["accuracy"]
    return past, (
        f"Not the very run that {network.title} comes from, which kept no epochs, but one of the same recipe and seed. "
        f"After its last epoch {past.accuracies[-1]:.2%} of {HELDOUT_SIZE:,} held-out pictures are right, with the "
        f"network that ships {ships:.2%}. Below are the first 1,000 of these pictures."
    )


def facts(past: History, labels: np.ndarray, epoch: int) -> None:
    """Draw how far it is, and what the epoch changed."""
    right = past.predicted[epoch - 1] == labels
    pairs = [("Epoch", f"{epoch} of {len(past)}"), ("Right", percent(float(right.mean())))]
    if epoch > 1:
        before = past.predicted[epoch - 2] == labels
        pairs += [
            ("Newly right in this epoch", str(int((right & ~before).sum()))),
            ("Newly wrong", str(int((before & ~right).sum()))),
        ]
    tables.facts(pairs)


def classes_html(accuracies: np.ndarray) -> str:
    """Return the (10,) accuracies as a table with bars, in the data set's order."""
    rows = "".join(
        f'<tr><th scope=row>{html.escape(name)}</th><td><i class="fm-top" style="width:{70 * share:.1f}%"></i>'
        f"{percent(float(share), 0)}</td></tr>"
        for name, share in zip(CLASS_NAMES, np.nan_to_num(accuracies), strict=True)
    )
    return f'<table class="fm-bars" aria-label="Accuracy by class">{rows}</table>'


def filters(past: History, epoch: int) -> None:
    """Draw the first layer's weights."""
    weights = past.weights(epoch)
    kind = "filters" if weights.shape[1] == 3 else "units"
    which = f"{past.units}" if past.units == len(weights) else f"{len(weights)} of {past.units}"
    st.markdown(f"**Weights of the first layer: {which} {kind}**")
    pictures.mosaic(weights, f"Weights of {len(weights)} {kind} of the first layer after epoch {epoch}", signed=True)
    st.caption("Blue adds where the picture is bright, orange takes away; each on its own scale.")


def one_picture(past: History, labels: np.ndarray, epoch: int) -> None:
    """Draw what became of one picture: its bars at this epoch, and its class over the epochs."""
    st.subheader("What became of one picture", anchor=False)
    usual = int(next(iter(history.learned_last(past.until(len(past)), labels)), 0))
    with st.container(key="became"):
        with st.container(key="became-picture"):
            position = choices.number("Held-out picture", 0, len(labels) - 1, usual, PICTURE, width=170)
            true = class_name(labels[position])
            image = heldout_pictures().images[position]
            pictures.picture(image, f"Held-out picture {position}: {true}, 28 by 28 grey pixels")
            st.caption(f"True class: **{true}**")
        with st.container(key="became-bars"):
            st.markdown(f"**After epoch {epoch}**")
            st.html(stage.bars_html(past.probabilities(epoch, position), int(labels[position]), digits=0))
        with st.container(key="became-story"):
            st.markdown("**What it was taken for, epoch by epoch**")
            st.html(story_html(past.predicted[:, position], int(labels[position]), epoch))


def spans(said: np.ndarray) -> list[tuple[int, int, int]]:
    """Return where a picture's class stays the same: first and last epoch, from 1, and the class.

    Args:
        said: (epochs,) classes.
    """
    edges = [0, *(np.flatnonzero(np.diff(said.astype(int))) + 1), len(said)]
    return [(int(a) + 1, int(b), int(said[a])) for a, b in itertools.pairwise(edges)]


def story_html(said: np.ndarray, label: int, epoch: int) -> str:
    """Return what a picture was taken for as a list, epochs of the same class together; the present one is marked."""
    cells = []
    for first, last, k in spans(said):
        right, now = k == label, first <= epoch <= last
        when = f"{first}" if first == last else f"{first} to {last}"
        cells.append(
            f'<li class="fm-{"right" if right else "wrong"}"{" aria-current=step" if now else ""}>'
            f"<small>{when}</small><b>{'✓' if right else '✗'} {verbatim.marked(class_name(k))}</b></li>"
        )
    return f'<ol class="fm-story">{"".join(cells)}</ol>'


def walls(past: History, labels: np.ndarray, epoch: int) -> None:
    """Draw the pictures learned last, and those learned and forgotten again, as of the epoch; a pick follows one."""
    until, images = past.until(epoch), heldout_pictures().images
    since = history.learned_at(until, labels)

    def follow(positions: np.ndarray, k: int) -> None:
        st.session_state[PICTURE] = int(positions[k])

    with st.container(key="machine-walls"):
        last, lost = history.learned_last(until, labels), history.forgotten(until, labels)
        for key, title, found, nothing in (
            ("last", "Learned last", last, "No picture is right yet."),
            ("lost", "Learned and forgotten again", lost, "None: what was right once still is."),
        ):
            with st.container(key=f"wall-{key}"):
                st.markdown(f"**{title}**")
                if not len(found):
                    st.caption(nothing)
                    continue
                chosen = found[:SHOWN]
                names = [
                    f"Held-out picture {p}: {class_name(labels[p])}, "
                    + (f"right since epoch {since[p]}" if since[p] else f"taken for {class_name(until[-1, p])}")
                    for p in chosen
                ]
                words = f"{title}, {len(chosen)} of {len(found)} pictures. Pick one to see what became of it."
                wall(images[chosen], names, f"{key}-wall", partial(follow, chosen), label=words)
                st.caption(
                    f"{len(chosen)} of {len(found):,} that are right, those that became so last."
                    if key == "last"
                    else f"{len(chosen)} of {len(found):,} that were right once and are wrong after epoch {epoch}."
                )
    st.caption("Pick a picture to see what became of it.")
