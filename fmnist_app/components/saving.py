"""Beneath every chart: the full screen, and PNG, SVG and CSV to take away, which the browser makes."""

import json
import re
from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent
_BUTTONS = """
<div class="saving" role="group" aria-label="This chart">
<button type="button" data-part="screen">Full screen</button>
<button type="button" data-part="png">PNG</button>
<button type="button" data-part="svg">SVG</button>
<button type="button" data-part="csv">CSV</button>
</div>
"""
_SAVING = st.components.v2.component(
    "saving",
    html=_BUTTONS,
    css=(_FOLDER / "saving.css").read_text("utf-8"),
    js=(_FOLDER / "saving.js").read_text("utf-8"),
)


def saving(chart: str) -> None:
    """Draw the buttons of a chart.

    Args:
        chart: key of the chart, which also names the files.
    """
    name = "fashion-mnist-" + re.sub(r"[^a-z0-9]+", "-", chart.lower()).strip("-")
    _SAVING(key=f"save-{chart}", data={"json": json.dumps({"key": chart, "name": name})})
