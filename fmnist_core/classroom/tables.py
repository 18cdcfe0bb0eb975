"""The tables of the class, as SQLAlchemy Core knows them; `migrations` makes and changes them in a database."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

ROOMS = Table(
    "rooms",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("code", String(7), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("show_hash", String(64), nullable=False, unique=True),
    Column("opened_at", Float, nullable=False),  # seconds since 1970, as all times here
    Column("network", String(60), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("plan", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("phase", String(10), nullable=False),
    Column("version", Integer, nullable=False),  # of what students see: one more with each change
    Column("locked", Boolean, nullable=False),
    Column("origin", String(64)),  # a hash of where it was opened from
    sqlite_autoincrement=True,  # a wiped room's number is never given out again
)

SEATS = Table(
    "seats",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("room_id", Integer, ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),  # of the animal
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("muted", Boolean, nullable=False),
    Column("joined_at", Float, nullable=False),
    UniqueConstraint("room_id", "number"),
    sqlite_autoincrement=True,
)

ANSWERS = Table(
    "answers",
    METADATA,
    Column("seat_id", Integer, ForeignKey("seats.id", ondelete="CASCADE"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("question", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("choice", Integer),
    Column("confidence", Integer),
    Column("value", Float),
    Column("drawing", LargeBinary),
    Column("hidden", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),  # one more with each time that the seat changes its mind
    PrimaryKeyConstraint("seat_id", "step", "question", "round"),
)

# A class without devices: the teacher types how many hands went up.
HANDS = Table(
    "hands",
    METADATA,
    Column("room_id", Integer, ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("question", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("choice", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("room_id", "step", "question", "round", "choice"),
)

# Wrong codes, by the minute and by a hash of where they came from; kept for two minutes.
GUESSES = Table(
    "guesses",
    METADATA,
    Column("origin", String(64), nullable=False),
    Column("minute", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("origin", "minute"),
)
