"""What a browser that translates the page leaves as it is: the names of classes and networks, and numbers."""

import html
import re

from fmnist_app import state
from fmnist_core.data import CLASS_NAMES

_NUMBERS = re.compile(r"[-+−~<≤]?\d[\d.,%x×e+\-−\[\] ]*( to [\d.,% ]+)?")

_CLASSES = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, CLASS_NAMES))})(?!\w)")


def marked(text: str) -> str:
    """Return a sentence as HTML, the names of classes in it marked.

    In Markdown a name stands in bold letters, alone: the page's head marks it there.
    """
    return _CLASSES.sub(r'<span translate="no">\1</span>', html.escape(text))


def attribute(text: str) -> str:
    """Return the attribute for an element that holds this text and nothing else: empty where it is to be translated."""
    if _NUMBERS.fullmatch(text) or text in CLASS_NAMES:
        return ' translate="no"'
    return ' translate="no"' if text in map(state.network_title, state.network_names()) else ""
