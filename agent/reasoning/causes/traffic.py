"""More comes in than can be served."""

from agent.reasoning.blame import Mechanism
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.causes.degraded import FAILING, degraded
from agent.reasoning.facts import Facts
from agent.reasoning.incoming import risen
from agent.reasoning.outside_signs import SHARE, sign
from agent.reasoning.suspected import where

BOTH, EITHER = 0.35, 0.05
"""Where the load rose and errors speak of too much; where only one of the two is seen."""


_measured = degraded(Mechanism.TRAFFIC, "is asked for more than usual")


def _suspect(facts: Facts) -> list[Suspicion]:
    """By what errors say and what comes in at the edge; by what each service in the map is asked for."""
    return [*_said(facts), *_measured(facts)]


def _said(facts: Facts) -> list[Suspicion]:
    said, rose = sign(facts, "traffic-surge").share >= SHARE, bool(risen(facts))
    if not (said or rose):
        return []
    return [where(facts, "more comes in than {where} can serve", BOTH if said and rose else EITHER)]


CAUSES = [
    Cause(
        name="traffic-surge",
        title="more traffic than capacity",
        suspect=_suspect,
        own={
            "load": {"rose much": 0.60, "rose": 0.30, "flat": 0.08, "unseen": 0.02},
            "own part": FAILING,
            "own resources": {"cpu": 0.40, "memory": 0.10, "bounded": 0.25, "none": 0.25},
            "traffic first": {"rose": 0.93, "fell": 0.02, "steady": 0.05},
        },
        settled_by=frozenset({"logs", "metrics"}),
        advice="scale {service} out, or shed load at the edge; find out who asks",
    ),
]
