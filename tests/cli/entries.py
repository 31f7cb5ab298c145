"""The worked example as its journal tells it."""

from agent.model.journal import JournalEntry, Topic
from agent.model.verification import VerificationKind
from tests.cli import samples


def entry(topic: Topic, record=None, *, text: str = "", seq: int = 1, incident_id: str = samples.ID) -> JournalEntry:
    """A journal entry whose data is what JSON makes of the record or the records."""
    if isinstance(record, list):
        data = [each.model_dump(mode="json") for each in record]
    else:
        data = record.model_dump(mode="json") if record is not None else None
    return JournalEntry(
        incident_id=incident_id,
        key=f"{topic}/{seq}",
        topic=topic,
        text=text or f"text of {topic}",
        data=data,
        at=samples.at(6, seq),
        seq=seq,
    )


def whole_story() -> list[JournalEntry]:
    watching = [samples.verification(VerificationKind.WATCHING, value) for value in (200.0, 40.0, 0.4)]
    told = [
        (Topic.OPENED, samples.incident()),
        (Topic.BURN, samples.burn()),
        (Topic.RECALLED, [samples.memory()]),
        (Topic.FINDING, samples.finding()),
        (Topic.TIMELINE, samples.changes()),
        (Topic.HYPOTHESES, samples.suspects()),
        (Topic.TEST, samples.tested()),
        (Topic.COVERAGE, samples.coverage()),
        (Topic.VERDICT, samples.settled()),
        (Topic.PROPOSAL, samples.proposal()),
        (Topic.PERMISSION, samples.permission()),
        (Topic.DECISION, samples.decision()),
        (Topic.ACTION, samples.ledger_entry()),
        *((Topic.VERIFYING, each) for each in watching),
        (Topic.VERIFIED, samples.verification()),
        (Topic.ESCALATED, None),
        (Topic.TROUBLE, None),
        (Topic.REMEMBERED, samples.memory()),
    ]
    return [entry(topic, record, seq=number) for number, (topic, record) in enumerate(told, start=1)]
