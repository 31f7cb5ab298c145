"""Could this diff have produced these errors? By mechanism (agent.reasoning.lexicon) and by what the errors name."""

from agent.model.record import Record
from agent.reasoning import terms
from agent.reasoning.cargo import Load, loads
from agent.reasoning.facts import Facts
from agent.reasoning.first_failing import origin
from agent.reasoning.identifiers import said
from agent.reasoning.lexicon import MECHANISMS, Mechanism
from agent.reasoning.once import once
from agent.reasoning.patch_kind import PatchKind
from agent.reasoning.patches import Patch, patch
from agent.reasoning.symptoms import symptoms

EXPLAINS, MAY = 0.75, 0.4
NAMED, WORDS = 0.55, 0.65
ASIDE = 0.45
"""How much a symptom counts that is not an error of the service where the trouble begins."""

HARMLESS = {PatchKind.INERT, PatchKind.MOVED, PatchKind.LOGGING, PatchKind.WORDED}
"""Kinds that can do nothing, or next to nothing."""

UNLIKELY = {PatchKind.BUMP, PatchKind.ADDED, PatchKind.LOOSENED}
"""Kinds that rarely break anything unless a known mechanism says how."""


DISCOUNT = {**dict.fromkeys(HARMLESS, 0.0), PatchKind.LOOSENED: 0.7, PatchKind.BUMP: 0.9}
"""More generous limits break less often than tighter ones, even where a mechanism is known."""


class Effect(Record):
    """What one commit could do here: the best mechanism with its strength, and what the errors name of it."""

    load: Load
    kind: PatchKind
    strength: float = 0.0
    mechanism: str = ""
    why: str = ""
    named: list[str] = []
    naming: float = 0.0
    words: list[str] = []
    wording: float = 0.0


class _Said(Record):
    text: str
    weight: float


@once
def effects(facts: Facts) -> dict[str, Effect]:
    """By change id, for everything that was deployed."""
    live = loads(facts.changes)
    patches = {load.change.id: patch(load.change) for load in live}
    everything = _sayings(facts)
    services = {terms.compact(name) for name in _services(facts)}
    seen = symptoms(facts)
    calm = [terms.names(text) | set(terms.words(text)) for text in seen.calm]
    rarity = terms.Rarity([*(p.names | p.words for p in patches.values()), *calm])
    errors = {name for row in everything for name in terms.names(row.text)} - services
    words = {
        word
        for row in everything
        if row.weight >= ASIDE
        for word in terms.words(row.text)
        if not any(name.startswith(word) for name in services)
    }
    hits = {change: _mechanisms(p) for change, p in patches.items()}
    found = {}
    for load in live:
        own = patches[load.change.id]
        naming = sorted(((rarity.weight(n), n) for n in own.names & errors), reverse=True)
        wording = sorted(((rarity.weight(w), w) for w in own.words & words), reverse=True)
        strength, best = _best(
            hits[load.change.id], everything, own.names, {n for _, n in naming} | {w for _, w in wording}
        )
        found[load.change.id] = Effect(
            load=load,
            kind=own.kind,
            strength=strength * DISCOUNT.get(own.kind, 1.0),
            mechanism=best.name if best else "",
            why=best.why if best else "",
            named=[name for _, name in naming[:3]],
            naming=sum(weight for weight, _ in naming[:3]),
            words=[word for _, word in wording[:5]],
            wording=sum(weight for weight, _ in wording[:6]),
        )
    return found


def _services(facts: Facts) -> set[str]:
    return (
        {s.service.name for s in facts.signals} | {m.service for m in facts.messages} | {s.service for s in facts.spans}
    )


def _sayings(facts: Facts) -> list[_Said]:
    """Everything that tells how it fails, errors of the first failing service counting most."""
    seen, first = symptoms(facts), origin(facts).first
    rows = [_Said(text=f"{s.text}", weight=1.0 if s.service == first else ASIDE) for s in seen.loud]
    rows += [_Said(text=s.text, weight=ASIDE) for s in seen.sayings if not s.loud and s.service == first]
    rows += [
        _Said(text=said(c.signal.name), weight=0.7 if c.signal.service.name == first else ASIDE) for c in seen.courses
    ]
    incident = facts.incident
    told = [
        incident.title,
        *(text for alert in incident.alerts for text in (*alert.annotations.values(), *alert.labels.values())),
    ]
    return [*rows, *(_Said(text=f"{text} {said(text)}", weight=0.7) for text in dict.fromkeys(told))]


def _mechanisms(own: Patch) -> list[tuple[Mechanism, float]]:
    """The rows its diff could set off, each with how much it changed."""
    if own.kind in HARMLESS | {PatchKind.UNSEEN}:
        return []
    sizes = [
        (m, max((s.size for s in own.strokes if s.way in m.ways and m.touches.search(s.words)), default=0.0))
        for m in MECHANISMS
    ]
    return [(mechanism, size) for mechanism, size in sizes if size > 0]


def _best(
    hits: list[tuple[Mechanism, float]], rows: list[_Said], names: set[str], shared: set[str]
) -> tuple[float, Mechanism | None]:
    best: tuple[float, Mechanism | None] = (0.0, None)
    for mechanism, size in hits:
        if mechanism.named and not shared & names:
            continue
        weight = max((row.weight for row in rows if mechanism.shows.search(row.text)), default=0.0)
        if mechanism.weight * weight * size > best[0]:
            best = (mechanism.weight * weight * size, mechanism)
    return best
