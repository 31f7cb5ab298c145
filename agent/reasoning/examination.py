"""Which test next: the most expected information per unit of cost among those not yet run."""

from itertools import product
from typing import NamedTuple

from agent.model.hypothesis import Hypothesis
from agent.reasoning.facts import Facts
from agent.reasoning.judge import WORTHWHILE, information, separates
from agent.reasoning.probes import Probe, Subject, probes


class Test(NamedTuple):
    """A probe on a subject."""

    probe: Probe
    subject: Subject

    @property
    def key(self) -> str:
        """Identity within an investigation."""
        return self.probe.name if self.probe.whole else f"{self.probe.name}|{self.subject.key}"


def subjects(facts: Facts, hypotheses: list[Hypothesis]) -> list[Subject]:
    """What the hypotheses are about: the changes they blame and the services they name, each once."""
    changes = {change.id: change for change in facts.changes}
    found: dict[str, Subject] = {}
    for hypothesis in hypotheses:
        about = [Subject(entity=hypothesis.entity)]
        if hypothesis.change in changes:
            about.append(Subject(entity=hypothesis.entity, change=changes[hypothesis.change]))
        found.update({subject.key: subject for subject in about})
    return list(found.values())


def next_test(facts: Facts, hypotheses: list[Hypothesis], done: set[str]) -> Test | None:
    """The best test that is left, or None when nothing worthwhile is."""
    worth = [
        (information(probe, subject, hypotheses) / probe.cost, number, Test(probe, subject))
        for number, (subject, probe) in enumerate(product(subjects(facts, hypotheses), probes()))
        if Test(probe, subject).key not in done and separates(probe, subject, hypotheses)
    ]
    ranked = sorted(worth, key=lambda row: (-row[0], row[1]))
    affordable = (test for bits, _, test in ranked if bits >= WORTHWHILE)
    return next((test for test in affordable if test.probe.applies(facts, test.subject)), None)


def untested(facts: Facts, hypotheses: list[Hypothesis], without_reading: set[str]) -> list[str]:
    """Questions of tests that were tried and got no reading: what would settle it, in words."""
    return [
        f"{probe.question} ({subject})"
        for subject in subjects(facts, hypotheses)
        for probe in probes()
        if Test(probe, subject).key in without_reading
    ]
