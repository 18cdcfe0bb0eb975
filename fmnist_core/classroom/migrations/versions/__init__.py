"""One module a change, as Alembic numbers them."""
