"""What every section of Evaluate starts from: one network's logits on the test split and on the held-out pictures."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st

from fmnist_core import Card, Evaluation, evaluate, softmax
from fmnist_core.cards import StoredLogits


@dataclass(frozen=True)
class Results:
    """One network over the test split.

    Attributes:
        card: the network's card.
        stored: its stored logits, behind everything that is fitted.
        logits: (10000, 10) test logits, stored or measured again by this visitor.
        labels: (10000,) true classes.
    """

    card: Card
    stored: StoredLogits
    logits: np.ndarray
    labels: np.ndarray

    @cached_property
    def evaluation(self) -> Evaluation:
        return evaluate(self.logits, self.labels)

    @cached_property
    def predicted(self) -> np.ndarray:
        return self.logits.argmax(axis=1)

    @cached_property
    def probs(self) -> np.ndarray:
        return softmax(self.logits, self.card.temperature)

    @cached_property
    def heldout_probs(self) -> np.ndarray:
        return softmax(self.stored.heldout, self.card.temperature)


def download(
    name: str, headings: Sequence[str], rows: Callable[[], Iterable[Sequence[object]]], card: Card | None = None
) -> None:
    """Draw the button that gives a section's data as CSV; `rows` is called when it is asked for, in another thread."""

    def text() -> str:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows(rows())
        return buffer.getvalue()

    st.download_button(
        "CSV",
        text,
        f"fashion-mnist-{card.name + '-' if card else ''}{name}.csv",
        "text/csv",
        icon=":material/download:",
        key=f"csv-{name}",
        on_click="ignore",
        help="The data of this section",
    )
