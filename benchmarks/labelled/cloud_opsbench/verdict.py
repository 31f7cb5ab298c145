"""Hypotheses in the data set's words: fault_taxonomy, fault_object, root_cause."""

from agent.model.hypothesis import Hypothesis
from agent.model.inventory import Estate

WORDS: dict[str, tuple[str, str]] = {}


def answers(hypotheses: list[Hypothesis], estate: Estate) -> list[dict[str, str]]:
    """The hypotheses that have a word, most probable first, each answer once."""
    found: list[dict[str, str]] = []
    for hypothesis in sorted(hypotheses, key=lambda h: -h.probability):
        word = WORDS.get(hypothesis.cause)
        if word is None:
            continue
        answer = {
            "fault_taxonomy": word[0],
            "fault_object": _object(hypothesis, estate),
            "root_cause": word[1],
        }
        if answer not in found:
            found.append(answer)
    return found[:KEPT]


KEPT = 5


def _object(hypothesis: Hypothesis, estate: Estate) -> str:
    entity = hypothesis.entity
    if entity.kind in ("Node", "Namespace"):
        return f"{entity.kind.lower()}/{entity.name}"
    if any(workload.entity.name == entity.name for workload in estate.workloads):
        return f"app/{entity.name}"
    route = next((route for route in estate.routes if route.entity.name == entity.name), None)
    behind = [
        workload.entity.name
        for workload in estate.workloads
        if route and route.selector and route.selector.items() <= workload.template.labels.items()
    ]
    return f"app/{(behind or [entity.name])[0]}"
