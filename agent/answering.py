"""What people may do to an incident: answer its question, take it over, hand it back. Called by agent.daemon.

Every channel ends here, with the identity its adapter proved. What a decision says about itself (identity, narrowed
action, moment) is written here, whatever was sent.
"""

from collections.abc import Callable, Mapping

from agent import telemetry
from agent.errors import NotAllowed, Refused
from agent.model.identity import Identity, Right
from agent.model.incident import Incident
from agent.model.journal import JournalEntry, Topic
from agent.model.proposal import Decision, DecisionKind, Narrowed, Proposal
from agent.model.question import Gap
from agent.policy import notes
from agent.policy.approvers import objection, person
from agent.policy.narrow import narrowed
from agent.ports import Ports
from agent.steps.propose import blast_radius

RIGHTS = {DecisionKind.APPROVED: Right.APPROVE, DecisionKind.DENIED: Right.DENY}


class Answering:
    """The people's side of the ports."""

    def __init__(self, ports: Ports, nudge: Callable[[str], None]) -> None:
        """`nudge` wakes the worker of an incident, if this process has it."""
        self._ports, self._nudge = ports, nudge

    async def decide(self, decision: Decision, who: Identity, narrow: Mapping[str, int | str]) -> Decision:
        """Check who and what, count or consume, say so everywhere. Raises Refused; NotAllowed, saying who may."""
        if decision.kind not in RIGHTS:
            raise Refused("only the clock lets a question expire")
        now, approvals = self._ports.clock.now(), self._ports.store.approvals
        pending = await approvals.pending(decision.incident_id)
        proposal = next((p for p in pending if p.digest == decision.digest), None)
        if proposal is not None:
            await self._check(decision, who, proposal)
        less = await self._less(proposal, narrow) if proposal and narrow else None
        made = decision.evolve(
            at=now,  # the incident's own clock, whoever asked
            identity=who.id,
            person=person(who, self._ports.rules.approvers),
            narrowed=less,
            awaits=0,
        )
        counted = await approvals.decide(made, now)
        if awaits := counted.missing(made):
            await self._ports.store.journal.say(_counted(made, awaits))
            return made.evolve(awaits=awaits)
        await self._ports.store.journal.say(decided(made))
        await self._ports.store.inbox.send(made.incident_id, "decision", made.digest)
        self._nudge(made.incident_id)
        return made

    async def _check(self, decision: Decision, who: Identity, proposal: Proposal) -> None:
        right = RIGHTS[decision.kind]
        roles = proposal.roles if right is Right.APPROVE else None
        for action in [part.action for part in proposal.parts]:
            namespace, approvers = action.target.namespace, self._ports.rules.approvers
            if why := objection(who, right, namespace, action.kind, approvers, roles):
                await self._turned_away(decision, who, why)
                raise NotAllowed(why)
        incident = await self._ports.store.incidents.get(decision.incident_id)
        if incident and incident.taken_by and right is Right.APPROVE:
            raise Refused(f"{incident.taken_by} is on it; nothing is done until the incident is handed back")

    async def _turned_away(self, decision: Decision, who: Identity, why: str) -> None:
        telemetry.log("answering").warning("decision not allowed", incident=decision.incident_id, who=who.id)
        if told := notes.turned_away(decision.evolve(identity=who.id), why):
            await self._ports.store.audit.append(told)

    async def _less(self, proposal: Proposal, narrow: Mapping[str, int | str]) -> Narrowed:
        """The narrower action as the target's own server would do it now."""
        action = narrowed(proposal, narrow)
        preview = await self._ports.actuator.preview(action)
        if isinstance(preview, Gap):
            raise Refused(f"{action} could not be previewed: {preview.reason}: {preview.detail}")
        # generations also move when nothing that matters is changed
        if preview.before.evolve(generation=proposal.before.generation) != proposal.before:
            raise Refused(f"{action.target} was changed since this question was asked; nothing was decided")
        return Narrowed(
            action=action,
            undo=preview.undo if proposal.undo is not None else None,
            diff=preview.diff,
            blast_radius=blast_radius(preview, action),
            warnings=preview.warnings,
        )

    async def take_over(self, incident_id: str, who: Identity, name: str) -> Incident:
        """Hold every step that would ask or act. Raises Refused, NotAllowed."""
        by, now = _named(who, name), self._ports.clock.now()

        def taken(incident: Incident) -> Incident:
            if incident.phase.closed():
                raise Refused(f"{incident.id} is closed")
            if incident.taken_by:
                raise Refused(f"{incident.taken_by} is on it already")
            return incident.evolve(taken_by=by, taken_at=now)

        return await self._hands(incident_id, who, taken, f"{by} is on it; nothing is proposed or done meanwhile")

    async def hand_back(self, incident_id: str, who: Identity, name: str) -> Incident:
        """Go on. Raises Refused, NotAllowed."""
        by = _named(who, name)

        def free(incident: Incident) -> Incident:
            if not incident.taken_by:
                raise Refused(f"nobody has taken {incident.id} over")
            return incident.evolve(taken_by="", taken_at=None)

        return await self._hands(incident_id, who, free, f"handed back by {by}")

    async def _hands(
        self, incident_id: str, who: Identity, change: Callable[[Incident], Incident], told: str
    ) -> Incident:
        store = self._ports.store
        found = await store.incidents.get(incident_id)
        if found is None:
            raise Refused(f"there is no incident {incident_id}")
        namespace = found.service.namespace if found.service else ""
        if why := objection(who, Right.TAKE, namespace, "", self._ports.rules.approvers):
            raise NotAllowed(why)
        incident = await store.incidents.update(incident_id, change)
        if incident is None:
            raise Refused(f"there is no incident {incident_id}")
        now = self._ports.clock.now()
        entry = JournalEntry(
            incident_id=incident_id,
            key=f"hands {now.isoformat()} {told}",
            topic=Topic.TAKEN,
            text=told,
            data=incident.model_dump(mode="json"),
            at=now,
        )
        await store.journal.say(entry)
        await store.audit.append(notes.hands(incident_id, _named(who, ""), told))
        self._nudge(incident_id)
        return incident


def decided(decision: Decision) -> JournalEntry:
    """What every channel shows of a decision; said once, whoever says it first: the daemon that took it in, or a worker."""
    reason = f": {decision.reason}" if decision.reason else ""
    less = f", narrowed to: {decision.narrowed.action}" if decision.narrowed else ""
    return JournalEntry(
        incident_id=decision.incident_id,
        key=f"decision {decision.digest}",
        topic=Topic.DECISION,
        text=f"{decision.kind} by {decision.who}{less}{reason}",
        data=decision.model_dump(mode="json"),
        at=decision.at,
    )


def _counted(decision: Decision, awaits: int) -> JournalEntry:
    more = "one more person has" if awaits == 1 else f"{awaits} more people have"
    return JournalEntry(
        incident_id=decision.incident_id,
        key=f"approval {decision.digest} {decision.person}",
        topic=Topic.APPROVAL,
        text=f"approved by {decision.who}; {more} to approve",
        data=decision.evolve(awaits=awaits).model_dump(mode="json"),
        at=decision.at,
    )


def _named(who: Identity, name: str) -> str:
    if who.id:
        return f"{who.name or who.id} ({who.id})"
    return f"{name or 'somebody'} (name not proven)"
