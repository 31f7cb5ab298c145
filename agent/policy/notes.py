"""From what happens to what the audit keeps of it: short, secrets masked, evidence by its ids.

Called by the store, which notes questions, decisions, ledger marks and take-overs in the transaction that makes
them, and by the steps for what has no such transaction (a refusal of the guard, a verification, a start).
"""

import re

from agent.model.action import LedgerEntry
from agent.model.audit import AuditKind, AuditNote
from agent.model.proposal import Decision, DecisionKind, Permission, Proposal
from agent.model.record import digest
from agent.model.rules import Rules
from agent.model.verification import Verification
from agent.redact import redact

US = "steadyhand"

LONGEST = 2000
"""Characters of one text: an entry is for reading, the whole is in the store under the incident."""

_CITED = re.compile(r"\bE\d+\b(?=[^\[\]]*\])")
UNDO = "undo "


def note(kind: AuditKind, *, who: str, what: str, **rest: object) -> AuditNote:
    """A note with every text masked and cut."""
    texts = {"who": who, "what": what, **rest}
    return AuditNote.model_validate(
        {"kind": kind, **{name: _clean(text) if isinstance(text, str) else text for name, text in texts.items()}}
    )


def _clean(text: str) -> str:
    masked = redact(text.encode("utf-8", "replace").decode())
    return masked if len(masked) <= LONGEST else f"{masked[:LONGEST]}…"


def asked(proposal: Proposal) -> AuditNote:
    """A question was put to people."""
    return note(
        AuditKind.ASKED,
        key=f"asked {proposal.digest}",
        incident_id=proposal.incident_id,
        who=US,
        what=f"{proposal.what} (playbook {proposal.playbook}); undo: {proposal.way_back or 'none'}",
        why=proposal.reason,
        evidence=list(dict.fromkeys(_CITED.findall(proposal.reason))),
        result=f"open until {proposal.expires_at.isoformat()}",
        digest=proposal.digest,
    )


def forbidden(proposal: Proposal, permission: Permission) -> AuditNote:
    """The guard said no."""
    return note(
        AuditKind.REFUSED,
        key=f"refused {proposal.digest} {permission.rule}",
        incident_id=proposal.incident_id,
        who=f"policy: {permission.rule}",
        what=proposal.what,
        why=permission.reason,
        evidence=list(dict.fromkeys(_CITED.findall(proposal.reason))),
        result="not asked, not done",
        digest=proposal.digest,
    )


def decided(decision: Decision, proposal: Proposal | None) -> AuditNote:
    """The answer that was accepted, or one approval of the several that are needed."""
    missing = proposal.missing(decision) if proposal else 0
    return note(
        AuditKind.DECIDED,
        key=f"decided {decision.digest} {decision.kind} {_who(decision)} {decision.at.isoformat()}",
        incident_id=decision.incident_id,
        who=_who(decision),
        what=proposal.allowed_by(decision).what if proposal else "",
        why=decision.reason,
        result=f"{decision.kind.value}, {missing} more needed" if missing else decision.kind.value,
        digest=decision.digest,
    )


def _who(decision: Decision) -> str:
    """The name shown, the identity that was proven, and the channel that proved it."""
    proven = f"{decision.identity}, {decision.channel}" if decision.identity else decision.channel
    return f"{decision.by} ({proven})"


def hands(incident_id: str, who: str, what: str) -> AuditNote:
    """A person took the incident over, or handed it back."""
    return note(AuditKind.HANDS, incident_id=incident_id, who=who, what=what)


def turned_away(decision: Decision, reason: str) -> AuditNote | None:
    """An answer that was not accepted; nothing of our own clock's, which only loses to somebody faster."""
    if decision.kind is DecisionKind.EXPIRED:
        return None
    return note(
        AuditKind.TURNED_AWAY,
        incident_id=decision.incident_id,
        who=_who(decision),
        what=f"tried to answer '{decision.kind}'",
        why=decision.reason,
        result=reason,
        digest=decision.digest,
    )


def overtaken(incident_id: str, fence: int, reason: str) -> AuditNote:
    """A ledger write of a worker that had lost its lease."""
    return note(
        AuditKind.TURNED_AWAY,
        incident_id=incident_id,
        who=f"worker with fence {fence}",
        what="tried to record an action",
        result=reason,
    )


def marked(entry: LedgerEntry) -> AuditNote:
    """One transition of the ledger: noted once for each state an entry comes to."""
    undo = entry.purpose.startswith(UNDO)
    return note(
        AuditKind.UNDO if undo else AuditKind.ACTION,
        key=f"ledger {entry.key} {entry.state}",
        incident_id=entry.incident_id,
        who=US,
        what=str(entry.action),
        why=entry.detail,
        result=entry.state.value,
        digest=next(iter(entry.purpose.split(" ")[1:]), ""),
    )


def taken_over(incident_id: str, owner: str, fence: int) -> AuditNote:
    """An incident that another process, or this one before, had begun."""
    return note(
        AuditKind.TAKEN_OVER,
        key=f"taken over {incident_id} {fence}",
        incident_id=incident_id,
        who=owner,
        what="took the incident up",
        result=f"fence {fence}",
    )


def verified(incident_id: str, action: LedgerEntry, verification: Verification, moment: str) -> AuditNote:
    """Whether the action helped."""
    return note(
        AuditKind.VERIFIED,
        key=f"verified {action.key} {moment}",
        incident_id=incident_id,
        who=US,
        what=str(action.action),
        why=verification.reason,
        evidence=verification.evidence,
        result=verification.kind.value,
        digest=action.purpose.partition(" ")[2],
    )


def started(version: str, rules: Rules, before: AuditNote | None) -> AuditNote:
    """A process begins, under a policy that is the one before or another."""
    current = digest(rules.policy, rules.playbooks)
    changed = before is not None and before.digest != current
    return note(
        AuditKind.STARTED,
        who=US,
        what=f"version {version} began to work{', as a dry run' if rules.dry_run else ''}",
        why=f"policy and playbooks changed: they were {before.digest}" if before and changed else "",
        result=f"autonomy {rules.policy.autonomy}, {len(rules.playbooks)} playbooks",
        digest=current,
    )
