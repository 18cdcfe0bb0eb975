"""Where a room was opened from, as a hash: nobody fills the server alone."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; rooms that are open already have none."""
    op.add_column("rooms", sa.Column("origin", sa.String(64)))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("rooms", "origin")
