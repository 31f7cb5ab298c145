"""What the audit says of each record, in one place: proposals, decisions, effects, verifications, refusals, the start.

Pure. The store calls the first four within the transaction that keeps the record itself; steps and the
daemon the others.
"""

import re
from datetime import datetime

from agent.model.action import LedgerEntry
from agent.model.audit import AuditEntry, AuditKind
from agent.model.proposal import Decision, Permission, Proposal
from agent.model.record import digest
from agent.model.rules import Rules
from agent.model.verification import Verification

STEADYHAND = "steadyhand"

_EVIDENCE = re.compile(r"\bE\d+\b")


def asked(proposal: Proposal) -> AuditEntry:
    """A question, before anybody sees it."""
    return AuditEntry(
        key=f"asked {proposal.digest}",
        kind=AuditKind.ASKED,
        at=proposal.asked_at,
        incident_id=proposal.incident_id,
        who=STEADYHAND,
        what=f"{proposal.action} (playbook {proposal.playbook})",
        why=proposal.reason,
        evidence=_cited(proposal.reason),
        result=f"open until {proposal.expires_at.isoformat()}; undo: {proposal.undo or 'none'}; {proposal.blast_radius}",
        subject=proposal.digest,
    )


def decided(decision: Decision, proposal: Proposal) -> AuditEntry:
    """The answer that counted."""
    return AuditEntry(
        key=f"decided {decision.digest}",
        kind=AuditKind.DECIDED,
        at=decision.at,
        incident_id=decision.incident_id,
        who=_who(decision),
        what=str(proposal.action),
        why=decision.reason,
        evidence=_cited(proposal.reason),
        result=decision.kind,
        subject=decision.digest,
    )


def not_decided(decision: Decision, why: str, now: datetime) -> AuditEntry:
    """An answer that does not count. The same attempt of the same person is told once, or anybody could fill the disk."""
    attempt = digest(decision.incident_id, decision.digest, decision.kind, decision.by, decision.channel, why)
    return AuditEntry(
        key=f"not decided {attempt}",
        kind=AuditKind.REFUSED,
        at=now,
        incident_id=decision.incident_id,
        who=_who(decision),
        what=f"{decision.kind} of question {decision.digest}",
        why=decision.reason,
        result=why,
        subject=decision.digest,
    )


def _cited(text: str) -> list[str]:
    return list(dict.fromkeys(_EVIDENCE.findall(text)))


def _who(decision: Decision) -> str:
    return f"{decision.by} ({decision.channel})"


def effect(entry: LedgerEntry, fence: int) -> AuditEntry:
    """An effect in the state it has just reached."""
    verb, _, question = entry.purpose.partition(" ")
    return AuditEntry(
        key=f"effect {entry.key} {entry.state}",
        kind=AuditKind.UNDO if verb == "undo" else AuditKind.EFFECT,
        at=entry.reached or entry.at,
        incident_id=entry.incident_id,
        who=f"{STEADYHAND}, fence {fence}",
        what=str(entry.action),
        why=f"answer to question {question}" if question else "",
        result=f"{entry.state}: {entry.detail}" if entry.detail else entry.state,
        subject=entry.key,
    )


def fenced_off(entry: LedgerEntry, fence: int, why: str) -> AuditEntry:
    """A worker that lost its lease and tried to go on."""
    return AuditEntry(
        key=f"fenced off {entry.key} {entry.state} {fence}",
        kind=AuditKind.REFUSED,
        at=entry.reached or entry.at,
        incident_id=entry.incident_id,
        who=f"{STEADYHAND}, fence {fence}",
        what=f"{entry.action}: {entry.state}",
        result=why,
        subject=entry.key,
    )


def forbidden(proposal: Proposal, permission: Permission) -> AuditEntry:
    """What the guard did not even let us ask."""
    return AuditEntry(
        key=f"forbidden {proposal.digest} {permission.rule}",
        kind=AuditKind.FORBIDDEN,
        at=proposal.asked_at,
        incident_id=proposal.incident_id,
        who=f"policy: {permission.rule}",
        what=f"{proposal.action} (playbook {proposal.playbook})",
        why=permission.reason,
        evidence=_cited(proposal.reason),
        result="not done",
        subject=proposal.digest,
    )


def verified(action: LedgerEntry, verification: Verification, at: datetime) -> AuditEntry:
    """Whether it helped."""
    return AuditEntry(
        key=f"verified {action.key}",
        kind=AuditKind.VERIFIED,
        at=at,
        incident_id=action.incident_id,
        who=STEADYHAND,
        what=str(action.action),
        why=verification.reason,
        evidence=verification.evidence,
        result=verification.kind,
        subject=action.key,
    )


def started(rules: Rules, version: str, owner: str, at: datetime) -> AuditEntry:
    """A process, and the digest of the policy and playbooks it works by."""
    policy = digest(rules.policy, *rules.playbooks)
    return AuditEntry(
        key=f"started {owner}",
        kind=AuditKind.STARTED,
        at=at,
        who=f"{STEADYHAND} {version}, {owner}",
        what=f"policy {policy}: autonomy {rules.policy.autonomy}, {len(rules.playbooks)} playbooks",
        why=rules.policy.model_dump_json(exclude_defaults=True),
        result="started",
        subject=policy,
    )
