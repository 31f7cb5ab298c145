"""Schema history of steadyhand.db; alembic reads it, `integrations.store.migrate` runs it."""
