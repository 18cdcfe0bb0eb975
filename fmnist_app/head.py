"""What stands in the head of the page before Streamlit draws: the style, so that nothing moves later, and scripts.

`assets/steps.js` makes one choice one step of the browser's history; `assets/sliders.js` lets a finger that begins on a
slider scroll the page; `assets/reconnect.js` brings a view back when the server that knew it has gone;
`assets/base.js` says where the server is; `assets/translation.js` lets a page that a browser translates change.
"""

import re
from pathlib import Path

_FOLDER = Path(__file__).parent


def rules(*names: str) -> str:
    """Return style sheets of this package, as in `widgets/style.css`, without their comments."""
    text = "".join((_FOLDER / name).read_text("utf-8") for name in names)
    return re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL)


# Nested, the rules win over Streamlit's own, which come later and would win otherwise until the script had run.
RULES = f"html {{{rules('widgets/style.css', 'widgets/header.css')}}}"
_NAMES = ("base.js", "steps.js", "sliders.js", "reconnect.js", "translation.js")
_SCRIPTS = [(_FOLDER / "assets" / name).read_text("utf-8") for name in _NAMES]
TAGS = "\n    ".join([f"<style>{RULES}</style>", *(f"<script>{script}</script>" for script in _SCRIPTS)])
