"""What ConfigMaps held. Spelled out, as r0001."""

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"

_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the table and its index."""
    op.create_table(
        "contents",
        sa.Column("seq", _serial, primary_key=True, autoincrement=True),
        sa.Column("entity", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contents_entity_digest", "contents", ["entity", "digest"])
