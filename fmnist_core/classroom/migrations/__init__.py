"""Changes to the tables, in their order: `database` applies those that a database has not had, at its first use."""
