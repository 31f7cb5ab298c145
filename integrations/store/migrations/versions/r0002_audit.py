"""The audit with its guards against change, and what did not help. Spelled out, as r0001."""

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"

_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_SQLITE = [
    """CREATE TRIGGER audit_refuses_UPDATE BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is only ever appended to'); END""",
    """CREATE TRIGGER audit_refuses_DELETE BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is only ever appended to'); END""",
    # REPLACE deletes without firing the trigger above (unless recursive_triggers is on)
    """CREATE TRIGGER audit_refuses_REPLACE BEFORE INSERT ON audit
    WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit) OR NEW.key IN (SELECT key FROM audit)
    BEGIN SELECT RAISE(ABORT, 'the audit is only ever appended to'); END""",
]
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
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)
