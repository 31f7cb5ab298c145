"""Was it one incident, ended, with every effect there once? Pure: of what was read from outside.

An effect is right when somebody approved it, or when it is the undo that was approved with it. What the API server
wrote down is compared with the ledger, never one of them with itself. Used by tests/torture/ward.py.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.cluster.audit import Write


@dataclass(frozen=True)
class Record:
    """One incident as the API server and the daemon's HTTP door tell it."""

    namespace: str
    relapses: bool
    deaths: int
    ended: bool
    incidents: list[dict[str, Any]]
    journal: list[dict[str, Any]]
    writes: list[Write]
    generations: int
    image: str
    log: str = ""

    def said(self, topic: str) -> list[dict[str, Any]]:
        """The data of what the journal says about something."""
        return [entry["data"] for entry in self.journal if entry["topic"] == topic]

    @property
    def done(self) -> list[str]:
        """The purposes of the effects that happened, as the ledger has them."""
        last = {entry["key"]: entry for entry in self.said("action")}
        return [entry["purpose"] for entry in last.values() if entry["state"] == "done"]

    @property
    def undecided(self) -> list[str]:
        """Entries of the ledger nobody knows the end of."""
        last = {entry["key"]: entry for entry in self.said("action")}
        return [entry["purpose"] for entry in last.values() if entry["state"] not in ("done", "refused")]

    @property
    def approved(self) -> list[str]:
        """Digests of what a person said yes to."""
        return [decision["digest"] for decision in self.said("decision") if decision["kind"] == "approved"]


@dataclass(frozen=True)
class Judgement:
    """What became of one incident; `account` is what a person needs when it is not well."""

    namespace: str
    deaths: int
    course: str
    doubled: int
    lost: list[str] = field(default_factory=list)
    stuck: int = 0
    account: str = ""

    @property
    def well(self) -> bool:
        """As it must be."""
        return not (self.doubled or self.lost or self.stuck)


def judged(record: Record) -> Judgement:
    """Count what must be zero."""
    lost = _lost(record) if record.ended else []
    found = Judgement(record.namespace, record.deaths, course(record), _doubled(record), lost, int(not record.ended))
    if found.well:
        return found
    return Judgement(**{**vars(found), "account": _account(record, found)})


def course(record: Record) -> str:
    """How it went, in a word or two."""
    names = [purpose.split()[0] for purpose in record.done]
    return {(): "nothing confirmed, handed over", ("act",): "healed", ("act", "undo"): "taken back"}.get(
        tuple(names), " ".join(names)
    )


def _doubled(record: Record) -> int:
    """Effects beyond those that were to be: in the world, or in the ledger."""
    more = max(len(record.writes), record.generations) - len(record.done)
    allowed = {f"{kind} {digest}" for digest in record.approved for kind in ("act", "undo")}
    repeated = len(record.done) - len(set(record.done) & allowed)
    return max(0, more) + repeated


def _lost(record: Record) -> list[str]:
    acted = {entry["purpose"].split()[1] for entry in record.said("action")}
    taken_back = any(purpose.startswith("undo") for purpose in record.done)
    recovered = [seen["kind"] for seen in record.said("verified")][-1:] == ["recovered"]
    wrong = {
        f"{len(record.incidents)} incidents": len(record.incidents) != 1,
        "not remembered once": len(record.said("remembered")) != 1,
        "approved, and nothing became of it": not set(record.approved) <= acted,
        "nobody knows its end": bool(record.undecided),
        "in the ledger and not in the world": min(len(record.writes), record.generations) < len(record.done),
        "acted, and neither verified nor taken back": bool(record.done) and not (recovered or taken_back),
        "not the image that was left": record.image != ("v1" if record.done and not taken_back else "bad-v2"),
        "not the outcome it had": any((each["resolution"] == "recovered") != recovered for each in record.incidents),
    }
    return [what for what, so in wrong.items() if so]


def _account(record: Record, found: Judgement) -> str:
    head = f"{record.namespace} (relapses: {record.relapses}): {found.lost}, done {record.done}, approved {record.approved}"
    told = [head, f"image {record.image}, generations {record.generations}"]
    told += [f"  {write}" for write in record.writes]
    told += [f"  {each['id']} {each['phase']} {each['resolution']} {each['title']}" for each in record.incidents]
    told += [f"  {entry['at']} {entry['topic']}: {entry['text'][:300]}" for entry in record.journal]
    return "\n".join([*told, record.log])
