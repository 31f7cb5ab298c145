import pytest

from agent.errors import Refused
from agent.model.action import Observation, Restart, Rollback, Scale
from agent.model.entity import Entity
from agent.model.question import Gap, GapReason
from agent.ports import Actuator
from integrations.simulation.actuator import KEY_ANNOTATION
from integrations.simulation.fault import Fault, FaultKind
from tests.simulation.stage import BAD_IMAGE, a_stage

CHECKOUT = Entity(kind="Deployment", namespace="shop", name="checkout")


def a_bad_release():
    """A stage three minutes after checkout was released badly, its Deployment, and the rollback to what ran before."""
    stage = a_stage()
    deployment = stage.world.deployment("checkout")
    good = deployment.current
    stage.world.release("checkout", BAD_IMAGE, [Fault(kind=FaultKind.CODE, ratio=0.4)])
    stage.later(180)
    return stage, deployment, Rollback(target=CHECKOUT, to_revision=good.number, template_hash=good.template_hash)


def test_it_is_an_actuator():
    actuator: Actuator = a_stage().actuator
    assert actuator


@pytest.mark.parametrize(
    "make", [lambda r: r, lambda _: Restart(target=CHECKOUT), lambda _: Scale(target=CHECKOUT, replicas=6)]
)
async def test_a_preview_changes_nothing(make):
    stage, deployment, rollback = a_bad_release()
    before = (
        deployment.state(),
        deployment.resource_version,
        len(stage.world.chronicle.changes(stage.clock.now(), stage.clock.now())),
    )
    preview = await stage.actuator.preview(make(rollback))
    assert preview.before == deployment.state()
    assert preview.diff.startswith("--- now\n+++ after")
    stage.later(30)
    assert before[:2] == (deployment.state(), deployment.resource_version)


async def test_a_rollback_is_previewed_with_its_diff_pods_and_undo():
    stage, deployment, rollback = a_bad_release()
    preview = await stage.actuator.preview(rollback)
    assert "-      image: registry.example/shop/checkout:1.4.3" in preview.diff
    assert "+      image: registry.example/shop/checkout:1.4.2" in preview.diff
    assert "not-a-real" not in preview.diff
    assert preview.pods == 4
    current = deployment.current
    assert preview.undo == Rollback(target=CHECKOUT, to_revision=current.number, template_hash=current.template_hash)
    assert preview.warnings == []


async def test_a_rollback_heals_and_its_undo_brings_the_bad_revision_back():
    stage, deployment, rollback = a_bad_release()
    preview = await stage.actuator.preview(rollback)
    bad_number = deployment.current.number
    applied = await stage.actuator.apply(rollback, preview.before, "key-1")
    assert applied.spec_hash == preview.after_spec_hash == deployment.spec_hash()
    assert applied.generation == preview.before.generation + 1
    assert deployment.current.number == bad_number + 1
    stage.later(180)
    assert await stage.error_ratio("checkout") < 0.01

    undo = await stage.actuator.preview(preview.undo)
    await stage.actuator.apply(preview.undo, undo.before, "key-2")
    stage.later(180)
    assert deployment.spec_hash() == preview.before.spec_hash
    assert await stage.error_ratio("checkout") > 0.3


async def test_the_same_key_twice_is_one_action():
    stage, deployment, rollback = a_bad_release()
    expected = (await stage.actuator.preview(rollback)).before
    first = await stage.actuator.apply(rollback, expected, "key-1")
    stage.later(20)
    assert await stage.actuator.apply(rollback, expected, "key-1") == first
    assert deployment.generation == expected.generation + 1
    assert deployment.annotations[KEY_ANNOTATION] == "key-1"


@pytest.mark.parametrize(
    ("meddle", "said"),
    [
        (lambda world: world.release("checkout", "registry.example/shop/checkout:1.4.4"), "spec hash"),
        (lambda world: world.scale("checkout", 5), "replicas 4 → 5"),
    ],
)
async def test_a_target_that_somebody_changed_is_left_alone(meddle, said):
    stage, deployment, rollback = a_bad_release()
    expected = (await stage.actuator.preview(rollback)).before
    meddle(stage.world)
    state = deployment.state()
    with pytest.raises(Refused, match=said):
        await stage.actuator.apply(rollback, expected, "key-1")
    assert deployment.state() == state
    observed = await stage.actuator.observe(rollback, expected, "key-1")
    assert observed.observation is Observation.CANNOT_TELL
    assert said in observed.detail


async def test_it_can_be_observed_whether_an_attempt_arrived():
    stage, _, rollback = a_bad_release()
    expected = (await stage.actuator.preview(rollback)).before
    assert (await stage.actuator.observe(rollback, expected, "key-1")).observation is Observation.NOT_DONE
    applied = await stage.actuator.apply(rollback, expected, "key-1")
    observed = await stage.actuator.observe(rollback, expected, "key-1")
    assert (observed.observation, observed.applied) == (Observation.DONE, applied)
    other = await stage.actuator.observe(rollback, expected, "key-2")
    assert other.observation is Observation.CANNOT_TELL


async def test_scaling_has_an_undo_and_restarting_has_none():
    stage, deployment, _ = a_bad_release()
    scale = Scale(target=CHECKOUT, replicas=6)
    preview = await stage.actuator.preview(scale)
    assert (preview.pods, preview.undo) == (2, Scale(target=CHECKOUT, replicas=4))
    assert preview.after_spec_hash == preview.before.spec_hash
    await stage.actuator.apply(scale, preview.before, "key-1")
    stage.later(30)
    assert sum(pod.ready for pod in deployment.pods) == 6
    assert (await stage.actuator.preview(Restart(target=CHECKOUT))).undo is None


async def test_a_restart_replaces_every_pod():
    stage, deployment, _ = a_bad_release()
    before = {pod.name for pod in deployment.pods}
    expected = (await stage.actuator.preview(Restart(target=CHECKOUT))).before
    await stage.actuator.apply(Restart(target=CHECKOUT), expected, "key-1")
    stage.later(180)
    assert not before & {pod.name for pod in deployment.pods}
    assert all(pod.ready for pod in deployment.pods)


async def test_a_rollout_in_progress_is_warned_of():
    stage = a_stage()
    stage.world.release("checkout", BAD_IMAGE)
    stage.later(20)
    preview = await stage.actuator.preview(Scale(target=CHECKOUT, replicas=5))
    assert "a rollout of Deployment shop/checkout is in progress" in preview.warnings[0]


async def test_what_cannot_be_done_is_a_gap_that_says_why():
    stage, deployment, rollback = a_bad_release()
    current = deployment.current
    cases = {
        "has no revision": rollback.evolve(to_revision=rollback.to_revision + 50),
        "these exist": rollback.evolve(template_hash="wrong"),
        "nothing to do": Rollback(target=CHECKOUT, to_revision=current.number, template_hash=current.template_hash),
        "would leave it as it is": Scale(target=CHECKOUT, replicas=4),
        "there is no Deployment shop/nobody": Restart(target=CHECKOUT.evolve(name="nobody")),
        "there is no StatefulSet": Restart(target=CHECKOUT.evolve(kind="StatefulSet")),
    }
    for said, action in cases.items():
        gap = await stage.actuator.preview(action)
        assert isinstance(gap, Gap)
        assert gap.reason is GapReason.EMPTY
        assert said in gap.detail


async def test_a_revision_that_is_not_there_or_a_target_that_is_gone_is_refused():
    stage, deployment, rollback = a_bad_release()
    state = deployment.state()
    for action in (rollback.evolve(to_revision=99), Restart(target=CHECKOUT.evolve(name="nobody"))):
        with pytest.raises(Refused, match=r"has no revision 99|there is no Deployment shop/nobody"):
            await stage.actuator.apply(action, state, "key-1")
    assert deployment.state() == state
    gone = await stage.actuator.observe(Restart(target=CHECKOUT.evolve(name="nobody")), state, "key-1")
    assert gone.observation is Observation.CANNOT_TELL
