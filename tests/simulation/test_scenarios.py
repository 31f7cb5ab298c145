import pytest

from agent.model.change import ChangeKind
from agent.model.question import ChangesQuestion, PodsQuestion
from agent.model.record import Window
from integrations.simulation import scenarios
from integrations.simulation.alerts import SimulatedAlertmanager
from integrations.simulation.samples import CLIENT
from tests.simulation.stage import START, a_stage

NAMED = {
    "bad_release": scenarios.bad_release,
    "innocent_release": scenarios.innocent_release,
    "dependency_down": scenarios.dependency_down,
    "config_change": scenarios.config_change,
    "oom": scenarios.oom,
    "nothing_visible": scenarios.nothing_visible,
    "bad_dependency_release": scenarios.bad_dependency_release,
}
CAUSES = {
    "bad-release",
    "bad-dependency-release",
    "dependency-down",
    "resource-exhaustion",
    "config-change",
    "nothing-visible",
}


async def changes(stage):
    window = Window(start=START, end=stage.clock.now())
    answer = await stage.cluster.ask(ChangesQuestion(namespace="shop", window=window))
    return getattr(answer, "items", [])


def test_every_scenario_has_its_function():
    assert NAMED.keys() == scenarios.SCRIPTS.keys()


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_service_of_the_truth_alerts_and_its_blamed_change_is_on_the_timeline(name, seed):
    stage = a_stage(seed)
    truth = scenarios.stage(stage.world, name)
    assert truth.cause in CAUSES
    manager = SimulatedAlertmanager(stage.world, "http://127.0.0.1:9/", shrink=12)
    for _ in range(60):
        stage.later(10)
        manager.evaluate(stage.clock.now())
        services = {alert["labels"]["service"]: alert for alert in manager.webhook_body(stage.clock.now())["alerts"]}
        if truth.service.name in services:
            break
    assert truth.service.name in services
    assert stage.clock.now() >= truth.begins_at
    seen = {change.entity for change in await changes(stage)}
    for entity in filter(None, [truth.blamed, truth.innocent]):
        assert entity in seen
    if truth.blamed is None:
        assert truth.entity not in seen


@pytest.mark.parametrize("name", NAMED)
def test_the_same_seed_is_the_same_story(name):
    stories = []
    for _ in range(2):
        stage = a_stage(5)
        truth = scenarios.stage(stage.world, name)
        stage.later(400)
        stories.append((truth, stage.world.chronicle.changes(START, stage.clock.now()), stage.world.board.faults))
    assert stories[0] == stories[1]


@pytest.mark.parametrize("name", NAMED)
def test_seeds_vary_the_story(name):
    truths = [scenarios.stage(a_stage(seed).world, name) for seed in range(6)]
    assert len({truth.note for truth in truths}) > 1
    assert len({truth.service.name for truth in truths}) > 1
    assert len({truth.begins_at for truth in truths}) == 6


@pytest.mark.parametrize("seed", range(4))
async def test_of_a_bad_release_only_the_new_revision_fails(seed):
    stage = a_stage(seed)
    truth = scenarios.bad_release(stage.world)
    assert truth.blamed.name == truth.service.name == "checkout"
    assert await _failing_revisions(stage, "checkout") == {stage.world.deployment("checkout").current.name}


@pytest.mark.parametrize("seed", range(4))
async def test_of_an_innocent_release_both_revisions_suffer_alike(seed):
    stage = a_stage(seed)
    truth = scenarios.innocent_release(stage.world)
    assert (truth.blamed, truth.innocent.name, truth.entity.name) == (None, "checkout", "payments")
    failing = await _failing_revisions(stage, "checkout")
    assert len(failing) == 2
    edges = await stage.error_ratios("payments", metric=CLIENT, label="server_address", seconds=30)
    assert edges[""] > 0.2


async def _failing_revisions(stage, service):
    """The revisions of which pods failed more than five percent while both served."""
    deployment, failing = stage.world.deployment(service), set()
    for _ in range(24):
        stage.later(5)
        serving = [pod.owner for pod in deployment.pods if pod.serving]
        if serving.count(deployment.current.name) >= 1 and len(set(serving)) == 2:
            by_pod = await stage.error_ratios(service, by=["pod"], seconds=20)
            failing |= {pod.rpartition("-")[0] for pod, ratio in by_pod.items() if ratio > 0.05}
    return failing


async def test_a_dependency_goes_down_without_any_change():
    stage = a_stage()
    scenarios.dependency_down(stage.world)
    stage.later(120)
    assert await changes(stage) == []
    assert await stage.error_ratio("checkout") > 0.1


async def test_of_a_bad_release_of_a_dependency_the_dependency_is_blamed():
    stage = a_stage()
    truth = scenarios.bad_dependency_release(stage.world)
    stage.later(240)
    assert (truth.service.name, truth.blamed.name) == ("checkout", "payments")
    assert [(change.kind, change.entity) for change in await changes(stage)] == [(ChangeKind.ROLLOUT, truth.blamed)]
    assert await stage.error_ratio("payments", seconds=30) > 0.05
    assert await stage.error_ratio("checkout", seconds=30) > 0.05


async def test_of_nothing_visible_nothing_is_visible():
    stage = a_stage()
    truth = scenarios.nothing_visible(stage.world)
    stage.later(240)
    assert await changes(stage) == []
    assert await stage.error_ratio("checkout") > 0.05
    edges = await stage.error_ratios("payments", metric=CLIENT, label="server_address")
    assert edges[""] < 0.01
    assert truth.blamed is None
    pods = await stage.cluster.ask(PodsQuestion(entity=truth.entity))
    assert all(pod.ready and not pod.containers[0].restarts for pod in pods.items)


async def test_of_an_oom_the_containers_say_so():
    stage = a_stage()
    truth = scenarios.oom(stage.world)
    stage.later(300)
    pods = (await stage.cluster.ask(PodsQuestion(entity=truth.entity))).items
    ends = [pod.containers[0].ended or pod.containers[0].last_ended for pod in pods]
    assert {end.reason for end in ends if end} == {"OOMKilled"}


def test_unknown_scenarios_and_impossible_services_are_refused():
    world = a_stage().world
    with pytest.raises(KeyError, match="no scenario 'sabotage'; there are bad_release"):
        scenarios.stage(world, "sabotage")
    with pytest.raises(ValueError, match="can befall checkout, payments, catalog; got 'frontend'"):
        scenarios.dependency_down(world, "frontend")
