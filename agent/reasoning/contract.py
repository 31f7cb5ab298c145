"""Calls that a callee would not take: whom it refused, and whether for what was asked (400, 404, 422, …) or for who asked (401, 403). Pure.

From the codes of trace spans, from new log lines that name code and callee, and from a callee's own counts where
only one caller is known. Called by the detector and the probes of contracts and credentials.
"""

import re
from collections import defaultdict
from enum import StrEnum

from agent.model.message import Span
from agent.model.record import Record
from agent.reasoning.facts import Facts
from agent.reasoning.once import once
from agent.reasoning.rights import WORDS as OF_THE_API_SERVER
from agent.reasoning.symptoms import from_then_on, symptoms


class Why(StrEnum):
    """What the callee minds."""

    ASKED = "what is asked"  # the request: its path, method, fields, format
    ASKING = "who asks"  # credentials or rights


_SAID = {
    Why.ASKED: re.compile(
        r"(?:status(?: ?code)?|code|HTTP(?:/\d(?:\.\d)?)?|returned|answered|response)\W{1,3}(?:40[0456]|41[05]|422)\b"
        r"|\b(?:400 Bad Request|404 Not Found|405 Method Not Allowed|406 Not Acceptable|410 Gone|415 Unsupported Media|422 Unprocessable)"
        r"|\b(?:Invalid_?Argument|Unimplemented)\b|\bcode ?= ?(?:NotFound|OutOfRange|FailedPrecondition)\b",
        re.IGNORECASE,
    ),
    Why.ASKING: re.compile(
        r"(?:status(?: ?code)?|code|HTTP(?:/\d(?:\.\d)?)?|returned|answered|response)\W{1,3}40[13]\b"
        r"|\b(?:401 Unauthorized|403 Forbidden)|\bUnauthenticated\b|\bPermission_?Denied\b|\binvalid_client\b",
        re.IGNORECASE,
    ),
}
"""HTTP's reason phrases and codes, gRPC's codes in Go's, Java's and Python's spelling, OAuth's error for a client."""

_CODES = {
    Why.ASKED: {"400", "404", "405", "406", "410", "415", "422"},
    Why.ASKING: {"401", "403"},
}
_GRPC = {Why.ASKED: {"3", "5", "9", "11", "12"}, Why.ASKING: {"7", "16"}}
_HTTP_FIELDS = ("http.response.status_code", "http.status_code", "http_status_code", "status_code")
_GRPC_FIELDS = ("rpc.grpc.status_code", "grpc.status_code", "rpc_grpc_status_code")

USUAL = 0.3
"""The share of calls refused before at which refusals are the callee's ordinary business: logins fail, things are not found."""


class Refused(Record):
    """An edge on which calls are refused; `caller` is "" where only the callee's own count tells."""

    caller: str
    callee: str
    why: Why
    count: int = 1
    example: str = ""
    supposed: bool = False  # the callee counts refusals and does not say of whom: whoever suffers is taken


@once
def refused(facts: Facts) -> list[Refused]:
    """Every edge with refusals that are new, the most refused first."""
    found: dict[tuple[str, str, Why], Refused] = {}
    for one in [*_traced(facts), *_told(facts), *_counted(facts)]:
        key = (one.caller, one.callee, one.why)
        known = found.get(key)
        found[key] = known.evolve(count=known.count + one.count) if known else one
    return sorted(found.values(), key=lambda one: (-one.count, one.callee, one.caller))


def callers_of(facts: Facts, callee: str) -> set[str]:
    """Everybody known to call it."""
    traced = {caller for caller, called, _ in _edges(facts) if called == callee}
    return traced | {call.caller.name for call in facts.calls if call.callee.name == callee} - {callee}


def refused_callers(facts: Facts, callee: str, why: Why) -> set[str]:
    """Those of them whose calls are seen to be refused."""
    return {
        one.caller
        for one in refused(facts)
        if one.callee == callee and one.why is why and one.caller and not one.supposed
    }


@once
def _edges(facts: Facts) -> list[tuple[str, str, Span]]:
    """(caller, callee, span) of every span that is one end of a call."""
    by_id = {(span.trace, span.id): span for span in facts.spans}
    found = []
    for span in facts.spans:
        parent = by_id.get((span.trace, span.parent))
        if span.peer:
            found.append((span.service, span.peer.partition(":")[0].partition(".")[0], span))
        elif parent and parent.service != span.service and not parent.peer:
            found.append((parent.service, span.service, span))
    return found


def _traced(facts: Facts) -> list[Refused]:
    before: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    since: dict[tuple[str, str, Why], Refused] = {}
    start = from_then_on(facts)
    for caller, callee, span in _edges(facts):
        why = minds(span)
        if span.at < start:
            before[caller, callee][0] += 1
            before[caller, callee][1] += why is not None
        elif why:
            key = (caller, callee, why)
            known = since.get(key, Refused(caller=caller, callee=callee, why=why, count=0, example=span.error))
            since[key] = known.evolve(count=known.count + 1)
    return [one for one in since.values() if not _usual(*before[one.caller, one.callee])]


def _usual(calls: int, failed: int) -> bool:
    return calls > 0 and failed / calls >= USUAL


def minds(span: Span) -> Why | None:
    """What the callee minds of a call, by its span: HTTP and gRPC do not mark all of these as failed."""
    for fields, codes in ((_HTTP_FIELDS, _CODES), (_GRPC_FIELDS, _GRPC)):
        code = next((span.fields[field] for field in fields if span.fields.get(field)), "")
        for why, some in codes.items():
            if code in some:
                return why
    return _words(span.error) if span.failed else None


def _words(text: str) -> Why | None:
    if any(pattern.search(text) for pattern in OF_THE_API_SERVER.values()):
        return None
    return next((why for why in (Why.ASKING, Why.ASKED) if _SAID[why].search(text)), None)


def _told(facts: Facts) -> list[Refused]:
    """By new lines of a caller that name the callee; what a callee says of itself names no caller."""
    called: defaultdict[str, set[str]] = defaultdict(set)
    for call in facts.calls:
        called[call.caller.name].add(call.callee.name)
    found = []
    for saying in symptoms(facts).sayings:
        why = _words(saying.text)
        callee = _named(saying.text, called[saying.service]) if why else ""
        if why and callee:
            found.append(
                Refused(caller=saying.service, callee=callee, why=why, count=saying.count, example=saying.text[:200])
            )
    return found


def _named(text: str, names: set[str]) -> str:
    """The callee whose name stands in a text; the longest, as one may be part of another."""
    named = [name for name in names if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
    return max(named, key=len, default="")


def _counted(facts: Facts) -> list[Refused]:
    """By the callee's own codes. "Not allowed" is counted among the client faults too: it is told first."""
    found: dict[str, Refused] = {}
    own = facts.profile.service.name
    for row in sorted(facts.moved, key=lambda row: "not allowed" not in row.name):
        fault = next((words for words in ("not allowed", "client faults") if words in row.name), "")
        if fault and row.strength > 0 and row.service.name not in found:
            callers = callers_of(facts, row.service.name)
            found[row.service.name] = Refused(
                caller=min(callers) if len(callers) == 1 else own if own in callers else "",
                callee=row.service.name,
                why=Why.ASKING if fault == "not allowed" else Why.ASKED,
                supposed=len(callers) > 1,
                example=f"{row.shift.after:.1%} of its answers are {fault}",
            )
    return list(found.values())
