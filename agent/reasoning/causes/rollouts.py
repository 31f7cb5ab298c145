"""An update of the service does not get on.

Mechanism: a controller replaces pods a few at a time and waits until the new ones are ready. A pod that never is
stops it half way, at less than full strength; paused, or held back by a partition or OnDelete, two revisions serve
side by side and a fix that was applied reaches nobody. A StatefulSet that goes in order even waits for a broken pod
of the revision that is to be replaced: correcting the template does not help until the pod is deleted.

Whatever keeps a pod from becoming ready explains a stuck rollout better than the rollout itself: `explained`.
"""

from dataclasses import replace

from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.explained import unexplained
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.probes.rollout import PROBE as ROLLOUT
from agent.reasoning.proximity import rollouts
from agent.reasoning.stated import FAINT, predicted, stated

PAST, PAST_TITLE = "rollout-past-deadline", "its rollout is stuck"
HALF_BLOCKED = predicted(ROLLOUT, "blocked") | {"blocked": 0.80, "none made": 0.105}


def _past(facts: Facts) -> list[Suspicion]:
    """Where the release itself is on the timeline it is the suspect, and being stuck is a sign of it."""
    released = {service_entity(p.service) for p in facts.profiles if rollouts(facts, p)}
    return [
        one.evolve(weight=min(one.weight, FAINT)) if one.entity in released else one
        for one in unexplained(facts, PAST, PAST_TITLE)
    ]


def _state(name: str, title: str, advice: str, outcome: str) -> Cause:
    cause = stated(name, title, advice, (ROLLOUT, outcome))
    return replace(cause, suspect=lambda facts: unexplained(facts, name, title))


CAUSES = [
    replace(
        stated(PAST, PAST_TITLE, "see why pods of the new revision of {service} do not become ready, or roll it back"),
        suspect=_past,
        own={ROLLOUT.name: HALF_BLOCKED},
        broad=True,
    ),
    _state("rollout-paused", "its rollout is paused half way", "resume the rollout of {service}, or roll it back", "paused"),
    _state(
        "update-held-back",
        "its update strategy holds pods back",
        "lower the partition of {service}, or delete the pods that are to be replaced",
        "held back",
    ),
    _state(
        "update-waits-for-old-pod",
        "its update waits for a broken pod of the old revision",
        "delete the pod of {service} that does not become ready: its controller replaces it only then",
        "waits for old",
    ),
]  # fmt: skip
