"""A simulated shop on a clock that tests push, and the few questions most of these tests ask of it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from agent.history import Shelf
from agent.model.query import Aggregate, Matcher, MatchOp, Rate, Ratio, Select
from agent.model.question import Gap, InstantQuestion, MetricAnswer
from integrations.simulation.actuator import SimulatedActuator
from integrations.simulation.clock import ManualClock
from integrations.simulation.cluster import SimulatedCluster
from integrations.simulation.configuring import SimulatedContents
from integrations.simulation.metrics import SimulatedMetrics
from integrations.simulation.samples import SERVER
from integrations.simulation.world import World

START = datetime(2026, 11, 23, 10, 0, 2, tzinfo=UTC)
BAD_IMAGE = "registry.example/shop/checkout:1.4.3"


@dataclass
class Stage:
    world: World
    clock: ManualClock
    metrics: SimulatedMetrics
    cluster: SimulatedCluster
    actuator: SimulatedActuator
    configs: SimulatedContents
    shelf: Shelf

    def later(self, seconds):
        self.clock.push(seconds)
        self.world.advance()

    async def error_ratios(self, service, by=(), seconds=60, metric=SERVER, label="service"):
        """The error ratio over the last seconds, by the values of the given labels joined with a blank."""
        total = Select(metric=metric, matchers=[Matcher(label=label, value=service)])
        bad = total.where(Matcher(label="http_response_status_code", op=MatchOp.REGEX, value="5.."))
        ratio = Ratio(
            numerator=Aggregate(of=Rate(of=bad, window_seconds=seconds), by=list(by)),
            denominator=Aggregate(of=Rate(of=total, window_seconds=seconds), by=list(by)),
        )
        answer = await self.metrics.ask(InstantQuestion(query=ratio, at=self.clock.now()))
        if isinstance(answer, Gap):
            return {}
        assert isinstance(answer, MetricAnswer)
        return {" ".join(one.labels[name] for name in by): one.values[0] for one in answer.series}

    async def error_ratio(self, service, seconds=60):
        return (await self.error_ratios(service, seconds=seconds)).get("", float("nan"))


def a_stage(seed=1, step_seconds=5):
    clock = ManualClock(START)
    world = World(seed, clock, step_seconds=step_seconds)
    shelf = Shelf()
    actuator = SimulatedActuator(world, shelf)
    return Stage(
        world, clock, SimulatedMetrics(world), SimulatedCluster(world), actuator, SimulatedContents(world), shelf
    )
