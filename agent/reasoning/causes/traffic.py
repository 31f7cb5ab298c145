"""More comes in than can be served."""

from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts
from agent.reasoning.incoming import risen
from agent.reasoning.outside_signs import SHARE, sign
from agent.reasoning.suspected import where

BOTH, EITHER = 0.35, 0.05
"""Where the load rose and errors speak of too much; where only one of the two is seen."""


def _suspect(facts: Facts) -> list[Suspicion]:
    said, rose = sign(facts, "traffic-surge").share >= SHARE, bool(risen(facts))
    if not (said or rose):
        return []
    return [where(facts, "more comes in than {where} can serve", BOTH if said and rose else EITHER)]


CAUSES = [
    Cause(
        name="traffic-surge",
        title="more traffic than capacity",
        suspect=_suspect,
        own={"load": {"rose much": 0.60, "rose": 0.30, "flat": 0.08, "unseen": 0.02}},
        settled_by=frozenset({"logs", "metrics"}),
        advice="scale {service} out, or shed load at the edge",
    ),
]
