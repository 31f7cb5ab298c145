"""What the guard's tests start from: an attempt of which everything is known and nothing is in the way."""

from agent.model.action import Preview, Restart, TargetState
from agent.model.entity import Entity, ServiceRef
from agent.model.playbook import Autonomy, Playbook, PlaybookLimits, PlaybookStep
from agent.model.rules import Policy
from agent.model.slo import Severity
from agent.policy.guard import Attempt
from tests.reasoning.builders import CHECKOUT, after, named

PLAYBOOK = Playbook(
    name="restart", title="t", treats=["x"], steps=[PlaybookStep(action="restart")], autonomy=Autonomy.ACT
)
FREE = Policy(autonomy=Autonomy.ACT)
TARGET = named(CHECKOUT)
SERVICE = ServiceRef(namespace=TARGET.namespace, name=TARGET.name)


def attempt(pods: int = 3, replicas: int = 3, target: Entity = TARGET, **changes) -> Attempt:
    before = TargetState(entity=target, uid="u", generation=1, spec_hash="h", replicas=replicas)
    known = {
        "playbook": PLAYBOOK,
        "at": after(60),
        "service": SERVICE,
        "severity": Severity.PAGE,
        "namespaces": [TARGET.namespace],
        "acted_here": 0,
        "acted_last_hour": 0,
        "busy": [],
        "family": [target],
        "burn": 20.0,
        "budget_left": 0.1,
        "checks": [],
        "evidence_at": after(0),
        "rollouts": [],
        "touches": [],
        "silences": [],
        "hands_off": [],
    }
    return Attempt(
        action=Restart(target=target),
        preview=Preview(before=before, after_spec_hash="i", diff="", pods=pods),
        **{**known, **changes},
    )


def limited(pods: int) -> Playbook:
    return PLAYBOOK.evolve(limits=PlaybookLimits(max_pods=pods))
