"""The README's tree, made from the files themselves: `python -m tests.readme_tree` writes it anew."""

import ast
from pathlib import Path

from tests.drivers import ROOT

README = ROOT / "README.md"
BEGIN, END = "<!-- tree -->\n```\n", "```\n<!-- /tree -->"
WIDTH = 118
# What is no Python, or is told as a whole.
OTHERS = {
    "fmnist_core/dataset": "the test split, 4.4 MB",
    "models": "NAME.keras, NAME.tflite, NAME.json and what is stored beside them; README.md tells their story",
    "benchmarks": "what is slow, what is fast, measured side by side",
    "tests": "what each module promises, and the app: in one process, and in a browser",
}


def tree() -> str:
    """Return a line for each module and folder, with the first words of its docstring."""
    lines = [_line("streamlit_app.py", 0, _words(ROOT / "streamlit_app.py"))]
    for package in ("fmnist_app", "fmnist_core"):
        lines += _folder(ROOT / package, 0)
    lines += [_line(f"{name}/", 0, words) for name, words in OTHERS.items() if "/" not in name]
    return "\n".join(lines) + "\n"


def _folder(folder: Path, depth: int) -> list[str]:
    name = str(folder.relative_to(ROOT))
    if name in OTHERS:
        return [_line(f"{folder.name}/", depth, OTHERS[name])]
    front = folder / "__init__.py"
    lines = [_line(f"{folder.name}/", depth, _words(front) if front.is_file() else "one straight script a page")]
    entries = sorted(folder.iterdir(), key=lambda p: (p.is_dir(), p.name))
    for entry in entries:
        if entry.suffix == ".py" and not entry.name.startswith("__init__"):
            lines.append(_line(entry.name, depth + 1, _words(entry)))
        elif entry.is_dir() and (any(entry.glob("*.py")) or str(entry.relative_to(ROOT)) in OTHERS):
            lines += _folder(entry, depth + 1)
    return lines


def _words(path: Path) -> str:
    """Return the first line of a module's docstring, without what the file's name says already."""
    first = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n")[0].rstrip(".")
    head, colon, rest = first.partition(": ")
    same = head.split(" ")[0].lower().replace(" ", "") == path.stem
    words = rest if colon and same else first
    named = words.split(" ")[0][1:]
    return words[:1].lower() + words[1:] if named == named.lower() else words


def _line(name: str, depth: int, words: str) -> str:
    head = f"{'  ' * depth + name:<28}"
    while len(head + words) > WIDTH:
        cut = max(words.rfind(mark) for mark in (",", ";", ":", "("))
        words = words[:cut].rstrip() if cut > 0 else words[: WIDTH - len(head)]
    return head + words


def main() -> None:
    text = README.read_text("utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    README.write_text(before + BEGIN + tree() + END + after, "utf-8")


if __name__ == "__main__":
    main()
