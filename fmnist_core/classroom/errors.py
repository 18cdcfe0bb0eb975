"""What a person in a class is told when something cannot be done: every message is a sentence for the screen."""


class ClassError(Exception):
    """Something that a teacher or student asked for was not done; the message says why."""


class Refusal(ClassError):
    """A rule of the class says no: a wrong code, a question that is closed, a muted seat."""


class Unavailable(ClassError):
    """The database is locked, full or away; whoever asked may ask again."""
