"""Alembic's entry: runs on the connection `integrations.store.migrate` hands over, and leaves logging alone."""

from alembic import context

from integrations.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # alembic takes SQLite for unable; with our own BEGIN it is able
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
