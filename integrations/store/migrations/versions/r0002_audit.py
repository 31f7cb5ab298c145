"""The audit with its guards against change, and what did not help. Spelled out, as r0001."""

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"

_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_SQLITE = """
    CREATE TRIGGER audit_refuses_{what} BEFORE {what} ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is only ever appended to'); END
"""
_POSTGRESQL = [
    """
    CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit is only ever appended to'; END $$
    """,
    """
    CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()
    """,
]


def upgrade() -> None:
    """Create both tables, their indexes and the triggers."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("key", name="uq_audit_key"),
    )
    op.create_index("ix_audit_incident_id_seq", "audit", ["incident_id", "seq"])
    op.create_index("ix_audit_kind_seq", "audit", ["kind", "seq"])
    op.create_table(
        "setbacks",
        sa.Column("seq", _serial, primary_key=True, autoincrement=True),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("key", name="uq_setbacks_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_setbacks_target_cause", "setbacks", ["target", "cause"])
    _guard()


def _guard() -> None:
    """SQLite's REPLACE deletes without firing a trigger unless recursive_triggers is on; the chain shows that too."""
    if op.get_bind().dialect.name == "postgresql":
        statements = _POSTGRESQL
    else:
        statements = [_SQLITE.format(what=what) for what in ("UPDATE", "DELETE")]
    for statement in statements:
        op.execute(statement)
