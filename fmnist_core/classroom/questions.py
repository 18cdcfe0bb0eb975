"""Exit questions: asked at the beginning of a lesson and once more at its end, four answers each, one of them right."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        text: the question.
        options: four answers.
        right: position of the right one.
        why: one sentence for when it is revealed.
    """

    text: str
    options: tuple[str, str, str, str]
    right: int
    why: str


QUESTIONS = {
    "sure": Question(
        "A network is 99 % sure of its answer. What does that tell you?",
        (
            "The answer is right",
            "The answer is right 99 times out of 100, for any picture",
            "Nothing at all",
            "It may be right that often for pictures like those it was tested on, and less often for others",
        ),
        3,
        "Confidence is measured on pictures of one kind; for others it promises nothing.",
    ),
    "sees": Question(
        "What does the network work with when it looks at a picture?",
        (
            "784 numbers, one for the brightness of each pixel",
            "The outline of the garment, which it was told to look for",
            "A list of buttons, sleeves and laces",
            "The same picture in a collection that it searches",
        ),
        0,
        "28 times 28 brightnesses go in; whatever it makes of edges and sleeves it found by itself.",
    ),
    "test": Question(
        "Why is a network measured on pictures that it has not learned from?",
        (
            "Because they are easier",
            "Because it may have learned the others by heart",
            "Because there are more of them",
            "Because measuring would change it",
        ),
        1,
        "Knowing by heart is not understanding: only something new shows what was learned.",
    ),
    "shirts": Question(
        "The network often takes shirts for T-shirts. What would help the most?",
        (
            "Telling it to be more careful",
            "A second test with the same pictures",
            "More and clearer pictures of both to learn from",
            "A faster computer",
        ),
        2,
        "It knows only its examples: where two classes look alike at 28 by 28 pixels, it needs more and better ones.",
    ),
}
