"""Which files of tests are begun first: those that take longest, so that in the end no process is alone with one.

By itself xdist begins with the files of the most tests. One with a browser and one without come in turn.
"""

LONG = (
    "browser_history", "composed_training", "touch", "out_of_distribution", "browser_predict", "training",
    "browser_train", "uploads", "browser_visit", "app_train", "browser_evaluate", "app_stress", "browser_stress",
    "garment", "browser_wall", "app_address", "browser_accessibility", "app_evaluate", "browser_photo_screen",
    "shipping", "browser_reveal", "photo_sources", "browser_shift", "app_explain", "browser_explore", "join",
    "browser_garment", "projection", "browser_lesson", "browser_class",
)  # fmt: skip


def turn(file: str) -> int:
    """Return the place of a file, such as "test_join.py"; all the others come last, as they are."""
    name = file.removeprefix("test_").removesuffix(".py")
    return LONG.index(name) if name in LONG else len(LONG)
