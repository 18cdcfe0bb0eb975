"""Text of strangers on the screen: as it was typed, whatever Markdown would make of it."""

import re


def plain(text: str) -> str:
    """Return text that Markdown shows as it is: no sign is a mark, no address becomes a link."""
    escaped = "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+!|~$:" else c for c in text)
    # Markdown looks for addresses in what is left after the escapes: a word joiner, which nobody sees, parts them.
    return re.sub(r"(//|www|@)(?=\S)", "\\1\N{WORD JOINER}", escaped, flags=re.IGNORECASE)
