"""First imports, in one order and each stage under a lock: no visitor's run meets a module that another is making.

Python lets a thread wait for a module that another imports. Libraries that look into `sys.modules` themselves (plotly
for pandas), or whose modules import each other in a circle, do not wait: they would find it half made. The gates are
called by functions, never while a module is being imported; once all is there they take microseconds.
"""

import threading
from collections.abc import Callable
from functools import cache, wraps


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
    """Wait for what Predict needs up to the verdict."""
    from PIL import Image
    from streamlit import material_icon_names  # noqa: F401

    from fmnist_app import caches, inquiries, pickers, state, widgets  # noqa: F401
    from fmnist_core import cards, load_test  # noqa: F401

    Image.preinit()


@_gate
def bars() -> None:
    """Wait for plotly as far as Predict needs it; it imports much of itself when it first draws."""
    import numpy as np

    from fmnist_core import charts

    charts.probability_bars(np.full(10, 0.1), None).to_json()


@_gate
def every_page() -> None:
    """Wait for what any page needs; matplotlib is left to those who download a figure."""
    first_page()
    bars()
    import numpy as np
    import numpy.ma
    import numpy.random
    import pillow_heif  # noqa: F401
    from PIL import Image
    from streamlit import emojis  # noqa: F401

    from fmnist_app import batch, cloud, darkroom_controls, intake, measuring, results, samples, sprites  # noqa: F401
    from fmnist_app.sections import calibration, confidence, court, matrix, mistakes, networks, sets  # noqa: F401
    from fmnist_core import charts, comparison, curves, darkroom  # noqa: F401

    Image.init()
    charts.confidence_histogram(np.array([0.0, 0.5, 1.0]), np.ones(2), np.ones(2)).to_json()
