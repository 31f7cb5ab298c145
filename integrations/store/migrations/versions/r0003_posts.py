"""What channels for people were told, and how far each has read the journal."""

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"

_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create both tables; an older store told nobody anything."""
    op.create_table(
        "posts",
        sa.Column("number", _serial, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("ts", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("channel", "incident_id", "name", name="uq_posts_channel_incident_id_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_posts_channel_final", "posts", ["channel", "final"])
    op.create_index("ix_posts_channel_place_ts", "posts", ["channel", "place", "ts"])
    op.create_table(
        "post_marks",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
