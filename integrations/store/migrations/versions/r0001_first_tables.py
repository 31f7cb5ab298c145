"""The first tables. Spelled out rather than taken from tables.py: this file says what was, for ever."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None

_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create everything."""
    _create_records()
    _create_work()
    op.create_index("ix_incidents_closed_opened_at", "incidents", ["closed", "opened_at"])
    op.create_index("ix_incidents_opened_at", "incidents", ["opened_at"])
    op.create_index("ix_journal_incident_id_seq", "journal", ["incident_id", "seq"])
    op.create_index("ix_proposals_incident_id", "proposals", ["incident_id"])
    op.create_index("ix_ledger_incident_id", "ledger", ["incident_id"])
    op.create_index("ix_inbox_incident_id_acknowledged", "inbox", ["incident_id", "acknowledged"])
    op.create_index("ix_memories_namespace_service_closed_at", "memories", ["namespace", "service", "closed_at"])


def _create_records() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "evidence",
        sa.Column("incident_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("seq", _serial, primary_key=True, autoincrement=True),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("incident_id", "key", name="uq_journal_incident_id_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "memories",
        sa.Column("incident_id", sa.Text, primary_key=True),
        sa.Column("namespace", sa.Text),
        sa.Column("service", sa.Text),
        sa.Column("closed_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )


def _create_work() -> None:
    op.create_table(
        "proposals",
        sa.Column("seq", _serial, primary_key=True, autoincrement=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("decision", sa.Text),
        sa.Column("superseded_by", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("digest", name="uq_proposals_digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ledger",
        sa.Column("seq", _serial, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("key", name="uq_ledger_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "leases",
        sa.Column("incident_id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "inbox",
        sa.Column("number", _serial, primary_key=True, autoincrement=True),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("acknowledged", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
