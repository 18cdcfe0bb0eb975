"""The README's table of results: a row a network, whose figures are those of its card."""

import re
from pathlib import Path

from fmnist_core.files import replace_file
from fmnist_core.networks import cards

HEADING = (
    "| Network | What it is | Accuracy | 95 % interval | Parameters | MFLOP a picture |\n"
    "|---|---|---:|---:|---:|---:|\n"
)


def figures(card: cards.Card) -> tuple[str, str, str, str]:
    """Return accuracy on the test split, its interval, parameters and MFLOP as they stand in the table."""
    facts = card.facts
    low, high = facts["test"]["interval"]
    return (
        f"{100 * facts['test']['accuracy']:.2f} %",
        f"{100 * low:.2f} to {100 * high:.2f} %",
        f"{facts['parameters']:,}",
        f"{facts['flops'] / 1e6:.2f}",
    )


def renewed(text: str, names: tuple[str, ...]) -> str:
    """Return the README with the figures of the cards; what a row says of its network stays.

    Args:
        text: the README; without the table it stays as it is.
        names: of the networks, in order; one without a row gets one that says its title.
    """
    before, heading, rest = text.partition(HEADING)
    if not heading:
        return text
    table, gap, after = rest.partition("\n\n")
    known = dict(re.findall(r"^\| `([^`]+)` \| (.+?) \| ", table, flags=re.MULTILINE))
    rows = [
        "| " + " | ".join([f"`{name}`", known.get(name, cards.title(name)), *figures(cards.load_card(name))]) + " |"
        for name in names
    ]
    return before + heading + "\n".join(rows) + gap + after


def renew(readme: Path) -> bool:
    """Write the figures of the networks that ship into the README, where there is one; return whether it changed."""
    if not readme.is_file():
        return False
    before = readme.read_text("utf-8")
    after = renewed(before, tuple(name for name in cards.TITLES if name in cards.network_names()))
    if after == before:
        return False
    replace_file(readme, lambda file: file.write_text(after, "utf-8"))
    return True
