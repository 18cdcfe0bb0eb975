"""Label review: test pictures whose given label the networks doubt most, and the visitor as the judge."""

import csv
import io
import json

import numpy as np
import streamlit as st

from fmnist_app import caches
from fmnist_app.components import notebook
from fmnist_app.widgets import frame, pictures, tables
from fmnist_core import ModelError, Network, class_name, data, load_test
from fmnist_core.evaluation.metrics import percent
from fmnist_core.evaluation.results import Results
from fmnist_core.networks import cards

VOTES = {
    "right": ("Label is right", "check"),
    "wrong": ("Label is wrong", "close"),
    "unclear": ("Unclear", "question_mark"),
}
CASES = 200
MAX_MB = 1  # of a file of votes
_VOTES, _CASE, _CASES, _JUDGED = "review_votes", "review_case", "review_cases", "review_judged"


def show(network: Network, results: Results) -> None:
    st.write(
        "Some labels of the data set are doubtful. These are the test pictures whose label our networks, none of which "
        "was trained on them, find least likely. Judge for yourself: what the networks say is shown after your vote."
    )
    mean = _ensemble()
    doubt = 1 - mean[np.arange(len(results.labels)), results.labels]
    cases = np.argsort(-doubt, kind="stable")[:CASES]
    votes: dict[int, str] = st.session_state.setdefault(_VOTES, {})
    _hear(results, mean, cases)
    tables.download(
        "votes",
        ("picture", "label", "vote"),
        lambda: [(i, class_name(results.labels[i]), vote) for i, vote in sorted(votes.items())],
    )
    st.caption("Your votes are kept in this browser, and nowhere else.")
    st.file_uploader("Load votes again (CSV)", type="csv", key="votes-file", on_change=_load, max_upload_size=MAX_MB)
    if sentence := st.session_state.pop("review_problem", None):
        st.warning(frame.plain(sentence), icon=":material/warning:")


@st.fragment
def _hear(results: Results, mean: np.ndarray, cases: np.ndarray) -> None:
    """Draw the case under judgement and the score so far; a vote reruns nothing else."""
    votes: dict[int, str] = st.session_state[_VOTES]
    st.session_state[_CASES] = cases
    place = min(st.session_state.setdefault(_CASE, 0), CASES - 1)
    index = int(cases[place])
    given = int(results.labels[index])
    left, right = st.columns([2, 3], gap="large")
    with left:
        pictures.picture(load_test().images[index], f"Test picture {index}, labelled {class_name(given)}")
    with right, st.container(key="case"):
        st.caption(f"Case {place + 1} of {CASES} · picture {index}")
        st.subheader(f"Is this {data.with_article(given)}?", anchor=False)
        with st.container(horizontal=True):
            for vote, (words, icon) in VOTES.items():
                st.button(
                    words,
                    key=f"vote-{vote}",
                    icon=f":material/{icon}:",
                    type="primary" if votes.get(index) == vote else "secondary",
                    on_click=_vote,
                    args=(index, vote),
                )
        with st.container(horizontal=True):
            st.button("Previous case", key="case-back", on_click=_move, args=(-1,), disabled=place == 0)
            st.button("Next case", key="case-on", on_click=_move, args=(1,), disabled=place == CASES - 1)
            st.button(
                "Take the vote back", key="unvote", on_click=_vote, args=(index, None), disabled=index not in votes
            )
        with st.container(key="opinion"):
            _opinions(results, mean, index if index in votes else st.session_state.get(_JUDGED))
    _score(results, votes)
    kept = json.dumps({str(picture): vote for picture, vote in sorted(votes.items())})
    notebook.keep("label-votes", kept, _restore)


def _opinions(results: Results, mean: np.ndarray, index: int | None) -> None:
    """Say what the networks make of a picture on which the visitor has voted; nothing before."""
    votes: dict[int, str] = st.session_state[_VOTES]
    if index is None or index not in votes:
        return
    given, proposed = int(results.labels[index]), int(mean[index].argmax())
    words = f"The label says **{class_name(given)}**, to which the networks together give {percent(mean[index, given])}"
    if proposed != given:
        words += f"; they give **{class_name(proposed)}** {percent(mean[index, proposed])}"
    st.write(f"Picture {index}, your vote: **{VOTES[votes[index]][0].lower()}**. {words}.")


def _score(results: Results, votes: dict[int, str]) -> None:
    """Draw the official accuracy, and beside it the one without the pictures whose label was voted wrong."""
    right = results.predicted == results.labels
    rejected = np.zeros(len(right), bool)
    rejected[[i for i, vote in votes.items() if vote == "wrong"]] = True
    facts = [("Official accuracy", f"{right.mean():.2%}"), ("Votes", str(len(votes)))]
    if rejected.any():
        labels = "1 label" if rejected.sum() == 1 else f"{rejected.sum()} labels"
        facts.append((f"Without {labels} voted wrong", f"{right[~rejected].mean():.2%}"))
    tables.facts(facts)


def _ensemble() -> np.ndarray:
    """Return the mean probabilities of all networks whose stored results hold, (10000, 10)."""
    found = []
    for name in cards.network_names():
        try:
            one = caches.network(name)
            found.append(one.probabilities(one.stored_logits.test))
        except ModelError:
            continue
    return np.mean(found, axis=0)


def _vote(index: int, vote: str | None) -> None:
    votes = st.session_state[_VOTES]
    if vote is None:
        votes.pop(index, None)
    else:
        votes[index] = vote
        _move(1)
        st.session_state[_JUDGED] = index


def _restore(text: str) -> None:
    """Adopt the votes that the browser kept, beside those of this visit, and go on where the visitor left off."""
    try:
        found = {data.check_index(key): vote for key, vote in json.loads(text).items() if vote in [*VOTES]}
    except (ValueError, AttributeError, TypeError):  # not ours
        return
    votes = st.session_state[_VOTES]
    begun = bool(votes)
    votes.update({picture: vote for picture, vote in found.items() if picture not in votes})
    if begun:  # they come from another tab: the case under judgement stays
        return
    cases = st.session_state[_CASES]
    st.session_state[_CASE] = next((k for k, index in enumerate(cases) if int(index) not in votes), CASES - 1)


def _move(by: int) -> None:
    st.session_state.pop(_JUDGED, None)
    st.session_state[_CASE] = min(max(st.session_state[_CASE] + by, 0), CASES - 1)


def _load() -> None:
    """Adopt the votes of an uploaded file; a bad one changes nothing and is named."""
    file = st.session_state["votes-file"]
    if file is None:
        return
    try:
        found = read_votes(file.getvalue())
    except ValueError as problem:
        st.session_state["review_problem"] = f"These votes were not loaded: {problem}."
        return
    st.session_state[_VOTES].update(found)


def read_votes(content: bytes) -> dict[int, str]:
    """Return picture -> vote from a downloaded CSV.

    Raises:
        ValueError: it is not such a file; the message says what was expected and what came.
    """
    if len(content) > MAX_MB * 1_000_000:
        raise ValueError(f"expected a file of at most {MAX_MB} MB, received {len(content) / 1e6:.1f} MB")
    try:
        table = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        rows = list(table)
    except (UnicodeDecodeError, csv.Error) as cause:
        raise ValueError("expected a CSV file in UTF-8") from cause
    if not {"picture", "vote"} <= set(table.fieldnames or ()):
        raise ValueError("expected the columns picture, label, vote")
    if not rows:
        raise ValueError("expected at least one vote, received none")
    found = {}
    for number, row in enumerate(rows, start=2):
        if row["vote"] not in VOTES:
            raise ValueError(f"line {number}: a vote is one of {', '.join(VOTES)}, received {str(row['vote'])[:40]!r}")
        try:
            found[data.check_index(row["picture"] or "")] = row["vote"]
        except ValueError as problem:
            raise ValueError(f"line {number}, column picture: {problem}") from None
    return found
