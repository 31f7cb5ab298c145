"""Which part of Kubernetes does not run on the node, asked of the machine itself?"""

from agent.model.inventory import PLACES_OF_COMPONENTS, Component
from agent.model.question import InventoryQuestion
from agent.reasoning.detectors.machines import RUNTIMES
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing

PARTS = ["kubelet", "runtime", "kube-proxy", "scheduler"]


def _of(facts: Facts, subject: Subject) -> list[Component]:
    if subject.entity.kind != "Node" or facts.estate is None:
        return []
    return [c for c in facts.estate.components if c.node in ("", subject.entity.name)]


def _part(component: Component) -> str:
    if component.name in RUNTIMES:
        return "runtime"
    return next((part for part in PARTS if part in component.name), "")


def _read(facts: Facts, subject: Subject) -> Reading | None:
    known = [c for c in _of(facts, subject) if _part(c)]
    if not known:
        return None
    down = [c for c in known if not c.healthy]
    if not down and facts.estate and not facts.estate.knows(*PLACES_OF_COMPONENTS):
        return None  # the part that is out of sight may be the one
    outcome = _part(down[0]) if down else "all run"
    told = f"{down[0].name} is {down[0].detail}" if down else f"{', '.join(c.name for c in known)} run"
    return Reading(
        outcome=outcome, statement=f"on {subject.entity.name} {told}", evidence=facts.evidence_of(InventoryQuestion)
    )


PROBE = Probe(
    name="component",
    question="which part of Kubernetes does not run on the node?",
    otherwise=evenly("all run", *PARTS, share=0.04),
    cost=0.3,
    applies=lambda facts, subject: bool(_of(facts, subject)),
    needs=needs_nothing,
    read=_read,
)
