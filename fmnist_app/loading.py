"""First imports, in one order and each stage under a lock: no visitor's run meets a module that another is making.

Python lets a thread wait for a module that another imports. Libraries that look into `sys.modules` themselves (plotly
for pandas), or whose modules import each other in a circle, do not wait: they would find it half made. The gates are
called by functions, never while a module is being imported; once all is there they take microseconds.
"""

import threading
from collections.abc import Callable
from functools import cache, wraps

FIRST_PAGE_STANDS = threading.Event()  # set when a visitor's run has drawn a whole page


def _gate(bring: Callable[[], None]) -> Callable[[], None]:
    """Decorate what imports: the first thread that calls it does, the others wait until that is done."""
    lock, once = threading.Lock(), cache(bring)

    @wraps(bring)
    def wait() -> None:
        with lock:
            once()

    return wait


@_gate
def first_page() -> None:
    """Wait for what Predict needs."""
    from PIL import Image
    from streamlit import material_icon_names  # noqa: F401

    from fmnist_app import caches, explain, state  # noqa: F401
    from fmnist_app.visit import deck, guess, header, introduction, tour  # noqa: F401
    from fmnist_app.widgets import frame, pickers, stage  # noqa: F401

    Image.preinit()


@_gate
def evaluation() -> None:
    """Wait for what Evaluate, Explore and the chart of Stress need."""
    first_page()
    import numpy as np
    import numpy.ma
    import numpy.random

    from fmnist_app import breaking_chart, charts  # noqa: F401
    from fmnist_app.components import cloud, sprites  # noqa: F401
    from fmnist_app.evaluate import (  # noqa: F401
        calibration,
        confidence,
        label_review,
        matrix,
        measurement,
        mistakes,
        networks,
        sets,
    )

    # plotly imports much of itself when it first draws
    charts.confidence_histogram(np.array([0.0, 0.5, 1.0]), np.ones(2), np.ones(2)).to_json()


@_gate
def garment() -> None:
    """Wait for what Your garment needs."""
    first_page()
    import pillow_heif  # noqa: F401
    from PIL import Image
    from streamlit import emojis  # noqa: F401

    from fmnist_app.photo import answer, batch, coaching, inputs, overrides, own  # noqa: F401

    Image.init()


@_gate
def training() -> None:
    """Wait for what Train needs; never TensorFlow."""
    evaluation()
    from fmnist_app.train import (  # noqa: F401
        bring,
        compose,
        curves,
        drawing,
        live,
        loading_runs,
        scoreboard,
        service,
        time_machine,
        visit_runs,
    )
    from fmnist_core.composing import presets, script  # noqa: F401


@_gate
def classroom() -> None:
    """Wait for what Classroom needs; it comes with its first visitor, and no sooner: SQLAlchemy is large."""
    first_page()
    from streamlit import emojis  # noqa: F401

    from fmnist_app.classroom import address, lobby, projector, remote, student  # noqa: F401


# What a page waits for before it begins. Stress waits for plotly later, when the verdict is on the screen.
BEFORE = {
    "": first_page,
    "stress": first_page,
    "evaluate": evaluation,
    "explore": evaluation,
    "train": training,
    "garment": garment,
    "class": classroom,
}


def most_pages() -> None:
    """Wait for what most pages need.

    Matplotlib is left to those who download a figure, SQLAlchemy to a class, and what reads photos, 10 MB that many
    servers never use, to the first visitor of Your garment.
    """
    evaluation()
    training()
