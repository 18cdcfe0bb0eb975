"""What stands in the head of the page before Streamlit draws: the style, so that less moves, and the history's steps.

`assets/steps.js` makes one choice one step of the browser's history.
"""

import re
from pathlib import Path

_FOLDER = Path(__file__).parent


def rules(*names: str) -> str:
    """Return style sheets of this package, as in `widgets/style.css`, without their comments."""
    text = "".join((_FOLDER / name).read_text("utf-8") for name in names)
    return re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL)


RULES = rules("widgets/style.css", "widgets/header.css")
_STEPS = (_FOLDER / "assets" / "steps.js").read_text("utf-8")
TAGS = f"<style>{RULES}</style>\n    <script>{_STEPS}</script>"
