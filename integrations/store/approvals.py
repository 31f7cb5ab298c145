"""Questions to people and their single-use answers.

An answer is consumed by one conditional UPDATE: of any number of buttons pressed at once, in
whatever channel, the database lets exactly one through. Where several people have to approve, the
approvals so far are kept with the question, counted in the same transaction.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.errors import Refused
from agent.model.proposal import Decision, DecisionKind, Proposal
from agent.policy import notes
from integrations.store.audit import append
from integrations.store.database import Database
from integrations.store.dialect import insert_new
from integrations.store.tables import load, proposals


class SqlApprovals:
    """Approvals on the table `proposals`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, proposal: Proposal) -> bool:
        """Record an open question and close the incident's older open ones; False if this digest was asked before."""
        row = {
            "digest": proposal.digest,
            "incident_id": proposal.incident_id,
            "expires_at": proposal.expires_at,
            "body": proposal.model_dump_json(),
        }
        older = update(proposals).where(
            proposals.c.incident_id == proposal.incident_id,
            proposals.c.digest != proposal.digest,
            proposals.c.decided_at.is_(None),
            proposals.c.superseded_by.is_(None),
        )
        async with self._database.write() as connection:
            if not await insert_new(connection, proposals, ["digest"], row):
                return False
            await connection.execute(older.values(superseded_by=proposal.digest))
            await append(connection, notes.asked(proposal))
        return True

    async def decide(self, decision: Decision, now: datetime) -> Proposal:
        """Consume the open question with this incident and digest, or count one approval of several, in one transaction.

        Raises Refused, saying why: unknown digest, other incident, already decided, replaced by a
        newer question, expired, approved by the same person before; or, for kind EXPIRED, not yet expired.
        """
        due = proposals.c.expires_at <= now
        open_still = (
            proposals.c.digest == decision.digest,
            proposals.c.incident_id == decision.incident_id,
            proposals.c.decided_at.is_(None),
            proposals.c.superseded_by.is_(None),
            due if decision.kind is DecisionKind.EXPIRED else ~due,
        )
        async with self._database.write() as connection:
            asked = select(proposals).where(proposals.c.digest == decision.digest).with_for_update()
            row = (await connection.execute(asked)).one_or_none()
            proposal = load(Proposal, row.body, f"proposal {decision.digest}") if row is not None else None
            counted = proposal.counting(decision) if proposal else None
            refusal = await _objection(connection, decision, row, proposal, open_still)
            if counted and not refusal:
                values: dict[str, object] = {"body": counted.model_dump_json()}
                if not counted.missing(decision):
                    values |= {"decided_at": now, "decision": decision.model_dump_json()}
                won = (await connection.execute(update(proposals).where(*open_still).values(values))).rowcount == 1
                refusal = "" if won else _why_not(row, decision)
            if told := notes.turned_away(decision, refusal) if refusal else notes.decided(decision, counted):
                await append(connection, told)
        if refusal or counted is None:
            raise Refused(refusal)
        return counted

    async def pending(self, incident_id: str | None = None) -> list[Proposal]:
        """Open questions, oldest first; one past its expiry stays open until somebody records that it expired."""
        statement = select(proposals.c.digest, proposals.c.body).where(
            proposals.c.decided_at.is_(None), proposals.c.superseded_by.is_(None)
        )
        if incident_id is not None:
            statement = statement.where(proposals.c.incident_id == incident_id)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement.order_by(proposals.c.seq))).all()
        return [load(Proposal, row.body, f"proposal {row.digest}") for row in rows]

    async def decision(self, incident_id: str, digest: str) -> Decision | None:
        """The answer that was given, if any."""
        statement = select(proposals.c.decision).where(
            proposals.c.incident_id == incident_id, proposals.c.digest == digest
        )
        async with self._database.read() as connection:
            body = (await connection.execute(statement)).scalar_one_or_none()
        return None if body is None else load(Decision, body, f"the decision on proposal {digest}")


async def _objection(
    connection: AsyncConnection,
    decision: Decision,
    row: Row[Any] | None,
    proposal: Proposal | None,
    open_still: tuple[ColumnElement[bool], ...],
) -> str:
    """Why the answer is not taken: the question is not open, or the approval counts no one who has not approved."""
    there = (await connection.execute(select(proposals.c.digest).where(*open_still))).one_or_none()
    if there is None or proposal is None:
        return _why_not(row, decision)
    reason = proposal.cannot_count(decision)
    return f"question {decision.digest} {reason}" if reason else ""


def _why_not(row: Row[Any] | None, decision: Decision) -> str:
    if row is None:
        return f"no question with the digest {decision.digest} is known: it was never asked"
    question = f"question {decision.digest}"
    if row.incident_id != decision.incident_id:
        return f"{question} belongs to incident {row.incident_id}, not to {decision.incident_id}"
    if row.decision is not None:
        given = load(Decision, row.decision, f"the decision on proposal {decision.digest}")
        return f"{question} was already {given.kind} by {given.by} at {row.decided_at.isoformat()}"
    if row.superseded_by is not None:
        return f"a newer question replaced it: {row.superseded_by} instead of {decision.digest}"
    if decision.kind is DecisionKind.EXPIRED:
        return f"{question} has not expired: it is open until {row.expires_at.isoformat()}"
    return f"{question} expired at {row.expires_at.isoformat()}"
