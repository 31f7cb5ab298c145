"""Hypotheses as a ranked list of names: what data sets that ask for the service or node take."""

from agent.model.hypothesis import Hypothesis
from agent.reasoning.causes import named
from agent.state import IncidentState


def ranked(state: IncidentState) -> list[str]:
    """Names of what the hypotheses blame, the likeliest first, each once; the rest class, which blames nobody, last."""
    hypotheses: list[Hypothesis] = state.get("hypotheses", [])
    ordered = sorted(hypotheses, key=lambda one: (not named(one.cause).testable, -one.probability))
    return list(dict.fromkeys(one.entity.name for one in ordered))
