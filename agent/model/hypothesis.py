"""A claimed cause, the tests it went through, and what was concluded."""

from enum import StrEnum

from agent.model.entity import Entity
from agent.model.picture import Side
from agent.model.record import Record


class Verdict(StrEnum):
    """What the tests say."""

    OPEN = "open"  # not settled
    CONFIRMED = "confirmed"  # ahead of every rival by the margin, and a discriminating test was passed
    REFUTED = "refuted"  # its predictions failed
    INCONCLUSIVE = "inconclusive"  # the tests that could settle it have no answer


class TestOutcome(Record):
    """One reading of one probe, and what it did to one hypothesis.

    `predicted` is the probability this hypothesis gave to what was seen, `rivals` the average its
    rivals gave; `discriminating` when another outcome would have moved it the other way.
    """

    __test__ = False  # pytest: not a test class

    probe: str
    question: str
    subject: str  # the change or entity it was run on
    seen: str  # the outcome's name, one of the probe's closed set
    statement: str  # in numbers
    predicted: float
    rivals: float
    before: float  # probability before and after this test
    after: float
    discriminating: bool = False
    own: bool = False  # the subject is what this hypothesis itself blames
    sides: list[Side] = []  # the groups it compared, with the hypotheses that own the subject
    evidence: list[str]


class Hypothesis(Record):
    """A cause from the catalogue, applied to an entity and, where one is blamed, a change."""

    id: str  # stable within an incident: cause and subject
    cause: str  # name in agent.reasoning.causes
    entity: Entity
    change: str = ""  # id of the blamed change
    claim: str  # one sentence
    prior: float
    probability: float
    verdict: Verdict = Verdict.OPEN
    why: str = ""  # one sentence on the verdict, citing tests
    tests: list[TestOutcome] = []
    evidence: list[str] = []


class Condition(Record):
    """The minimal set of dimension values that separates failing from healthy."""

    dimensions: dict[str, str]  # revision, node, zone, caller, … -> value
    statement: str
    support: int  # failing units (pods) inside it
    counter_examples: int  # healthy inside, or failing outside
    evidence: list[str]
