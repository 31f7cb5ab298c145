"""Running one probe on evidence made by hand, with the checks that hold for every reading."""

from agent.reasoning.probes import probes
from tests.reasoning.builders import PAYMENTS, Load, Notebook, config_change, edge, profile, rollout

PROBES = {probe.name: probe for probe in probes()}
ROLLOUT, CONFIG = rollout(), config_change(keys=["index-url", "mode"])


def read(name: str, notebook: Notebook, subject):
    """The reading, checked: the probe applies, the outcome is one of its own, and it cites evidence that exists."""
    facts, probe = notebook.facts(), PROBES[name]
    assert probe.applies(facts, subject)
    reading = probe.read(facts, subject)
    if reading is None:
        return None
    assert reading.outcome in probe.otherwise
    assert reading.statement
    assert reading.evidence
    assert set(reading.evidence) <= {item.id for item in notebook.evidence if not item.gap}
    return reading


def seen(name: str, notebook: Notebook, subject) -> str | None:
    reading = read(name, notebook, subject)
    return reading.outcome if reading else None


def burning(*loads: Load, **changes) -> Notebook:
    return Notebook(profile(edges=[edge()], **changes), profile(PAYMENTS)).counted(
        list(loads) or [Load("checkout-a", failing=0.3)]
    )


def without(notebook: Notebook, *ids: str) -> Notebook:
    """Those questions came back as failures."""
    gone = [item for item in notebook.evidence if item.id in ids]
    notebook.evidence = [item for item in notebook.evidence if item.id not in ids]
    for item in gone:
        notebook.gap(item.question)
    return notebook
