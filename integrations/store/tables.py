"""The schema every other file here reads and writes; migrations/versions must come to the same one (a test compares).

A record is kept whole, as JSON text in `body`; the columns beside it are only what is searched or
decided on, so a new field of a record needs no migration.
"""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pydantic import ValidationError
from sqlalchemy import BigInteger, Boolean, Column, Dialect, Index, Integer, MetaData, Table, Text, UniqueConstraint
from sqlalchemy.types import TypeDecorator

from agent.errors import Unusable
from agent.model.record import Record

AnyRecord = TypeVar("AnyRecord", bound=Record)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware time as microseconds since 1970: compares the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To the column."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From the column."""
        return None if value is None else _EPOCH + value * _MICROSECOND


_Serial = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself only in INTEGER

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("closed", Boolean, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "closed", "opened_at"),
    Index(None, "opened_at"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("incident_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),  # of the id: E10 comes after E9
    Column("body", Text, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("incident_id", "key"),
    Index(None, "incident_id", "seq"),
    sqlite_autoincrement=True,
)

proposals = Table(
    "proposals",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("digest", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("decided_at", Moment),  # empty while the question is open
    Column("decision", Text),
    Column("superseded_by", Text),  # digest of the newer question
    Column("body", Text, nullable=False),
    UniqueConstraint("digest"),
    Index(None, "incident_id"),
    sqlite_autoincrement=True,
)

ledger = Table(
    "ledger",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("key"),
    Index(None, "incident_id"),
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("incident_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),  # "" when released
    Column("fence", BigInteger, nullable=False),  # the largest ever given out; rows are never deleted
    Column("until", Moment, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("number", _Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("acknowledged", Boolean, nullable=False),
    Index(None, "incident_id", "acknowledged"),
    sqlite_autoincrement=True,
)

memories = Table(
    "memories",
    metadata,
    Column("incident_id", Text, primary_key=True),
    Column("namespace", Text),
    Column("service", Text),
    Column("closed_at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "namespace", "service", "closed_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # counted by us: a gap is a missing entry
    Column("incident_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text),  # empty where the same may be noted again
    Column("body", Text, nullable=False),  # the whole entry as canonical JSON; the columns beside it are copies
    UniqueConstraint("key"),
    Index(None, "incident_id", "seq"),
    Index(None, "kind", "seq"),
)

setbacks = Table(
    "setbacks",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("incident_id", Text, nullable=False),
    Column("key", Text, nullable=False),  # of the ledger entry that did not help
    Column("target", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("key"),
    Index(None, "target", "cause"),
    sqlite_autoincrement=True,
)

posts = Table(
    "posts",
    metadata,
    Column("number", _Serial, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("place", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("channel", "incident_id", "name"),
    Index(None, "channel", "final"),
    Index(None, "channel", "place", "ts"),
    sqlite_autoincrement=True,
)

post_marks = Table(
    "post_marks",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

contents = Table(
    "contents",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("entity", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),  # moves on while the body stays: this one counts
    Column("size", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "entity", "digest"),
    sqlite_autoincrement=True,
)


def load(record: type[AnyRecord], body: str, where: str) -> AnyRecord:
    """Read a stored record; Unusable, naming the row, when this version cannot read it."""
    try:
        return record.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Unusable(
            f"steadyhand.db: {where} cannot be read as {record.__name__} by this version"
            f" ({'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']});"
            " go back to the version that wrote it, or restore the file from a backup"
        ) from error
