"""Suspects by what errors say: used by the causes that no commit brought about."""

from collections.abc import Callable

from agent.reasoning.causes import Suspicion
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.first_failing import origin
from agent.reasoning.outside_signs import SHARE, sign

WEIGHT = 0.35
"""When errors say it in so many words, it is as likely as that somebody deployed it."""


def spoken(family: str, claim: str, *, weight: float = WEIGHT) -> Callable[[Facts], list[Suspicion]]:
    """A suspect of the first failing service, where enough of its new errors speak of the family; `{where}` is its name."""

    def suspect(facts: Facts) -> list[Suspicion]:
        found = sign(facts, family)
        if found.share < SHARE:
            return []
        return [where(facts, claim, weight, found.services)]

    return suspect


def where(facts: Facts, claim: str, weight: float, speakers: list[str] | None = None) -> Suspicion:
    """The suspicion of the service where the trouble begins; of whoever speaks of it most, if that one does not."""
    first, service = origin(facts).first, facts.profile.service
    if speakers and first not in speakers:
        first = speakers[0]
    entity = service_entity(service.evolve(name=first or service.name))
    return Suspicion(entity=entity, claim=claim.format(where=first), weight=weight)
