"""The acting half of the cluster contract: preview, apply, observe, undo."""

import pytest

from agent.errors import Refused
from agent.model.action import Observation, Restart, Rollback, Scale
from agent.model.change import ChangeKind
from agent.model.entity import Entity
from agent.model.question import (
    GapReason,
    Pods,
    PodsQuestion,
)
from tests.contracts.cluster_bench import Bench, gap


async def a_preview_changes_nothing_and_says_what_would(bench: Bench) -> None:
    await bench.three_releases("previewed")
    for action in (
        bench.rollback("previewed", (await bench.revisions("previewed"))[1]),
        Restart(target=bench.entity("previewed")),
        Scale(target=bench.entity("previewed"), replicas=5),
    ):
        before = await bench.workload("previewed")
        preview = await bench.preview(action)
        after = await bench.workload("previewed")
        assert (after.generation, after.spec_hash, after.replicas) == (
            before.generation,
            before.spec_hash,
            before.replicas,
        )
        state = preview.before
        assert (state.uid, state.spec_hash, state.replicas) == (before.uid, before.spec_hash, before.replicas)
        assert state.revision == 3
        assert preview.diff
        assert preview.pods == (3 if isinstance(action, Scale) else 2)
        assert (preview.after_spec_hash != before.spec_hash) == (not isinstance(action, Scale))
    assert await bench.changes("previewed", ChangeKind.RESTART) == []


async def a_rollback_and_its_undo_reach_the_named_revisions(bench: Bench) -> None:
    third, _, first = await bench.three_releases("undone")
    action = bench.rollback("undone", first)
    preview = await bench.preview(action)
    assert preview.undo == bench.rollback("undone", third)
    applied = await bench.actuator.apply(action, preview.before, "undone-1")
    await bench.stage.settled("undone")
    found = await bench.workload("undone")
    assert (applied.spec_hash, applied.generation) == (found.spec_hash, found.generation)
    assert applied.spec_hash == preview.after_spec_hash
    assert list(found.images.values()) == ["shop/undone:1"]
    revisions = await bench.revisions("undone")
    assert [revision.number for revision in revisions] == [4, 3, 2], "the reused revision moves up and leaves a gap"
    assert revisions[0].template_hash == first.template_hash
    assert revisions[0].active_since > third.active_since
    (change,) = await bench.changes("undone", ChangeKind.ROLLBACK)
    assert (change.from_revision, change.to_revision) == (3, 4)
    await bench.stage.later(1.1)
    back = await bench.preview(preview.undo)
    assert back.undo == bench.rollback("undone", revisions[0])
    await bench.actuator.apply(preview.undo, back.before, "undone-2")
    await bench.stage.settled("undone")
    assert list((await bench.workload("undone")).images.values()) == ["shop/undone:3"]
    assert [revision.number for revision in await bench.revisions("undone")] == [5, 4, 2]


async def a_restart_is_a_change_of_its_own_kind(bench: Bench) -> None:
    await bench.stage.deploy("restarted", "shop/restarted:1", replicas=2)
    await bench.stage.later(1.1)
    action = Restart(target=bench.entity("restarted"))
    preview = await bench.preview(action)
    assert preview.undo is None
    old = await bench.source.ask(PodsQuestion(entity=action.target))
    await bench.actuator.apply(action, preview.before, "restarted-1")
    await bench.stage.settled("restarted")
    new = await bench.source.ask(PodsQuestion(entity=action.target))
    assert isinstance(old, Pods)
    assert isinstance(new, Pods)
    assert not {pod.name for pod in old.items} & {pod.name for pod in new.items if not pod.deleting}
    (change,) = await bench.changes("restarted", ChangeKind.RESTART)
    assert change.to_revision == 2
    assert len(await bench.changes("restarted", ChangeKind.ROLLOUT)) == 1


async def a_scaling_by_us_leaves_the_spec_hash_and_can_be_undone(bench: Bench) -> None:
    await bench.stage.deploy("grown", "shop/grown:1", replicas=2)
    before = await bench.workload("grown")
    action = Scale(target=bench.entity("grown"), replicas=4)
    preview = await bench.preview(action)
    assert preview.undo == Scale(target=action.target, replicas=2)
    applied = await bench.actuator.apply(action, preview.before, "grown-1")
    await bench.stage.settled("grown")
    found = await bench.workload("grown")
    assert (found.replicas, found.ready) == (4, 4)
    assert found.spec_hash == before.spec_hash == applied.spec_hash


async def a_key_makes_an_action_happen_once(bench: Bench) -> None:
    await bench.stage.deploy("once", "shop/once:1", replicas=2)
    action = Restart(target=bench.entity("once"))
    preview = await bench.preview(action)
    assert (await bench.actuator.observe(action, preview.before, "once-1")).observation is Observation.NOT_DONE
    first = await bench.actuator.apply(action, preview.before, "once-1")
    again = await bench.actuator.apply(action, preview.before, "once-1")
    assert first.generation == again.generation == (await bench.workload("once")).generation
    observed = await bench.actuator.observe(action, preview.before, "once-1")
    assert observed.observation is Observation.DONE
    assert observed.applied is not None
    assert observed.applied.spec_hash == first.spec_hash


async def what_was_done_and_taken_back_since_is_not_done_by_a_late_one(bench: Bench) -> None:
    await bench.stage.deploy("late", "shop/late:1", replicas=2)
    await bench.stage.later(1.1)
    action = Scale(target=bench.entity("late"), replicas=4)
    preview = await bench.preview(action)
    await bench.actuator.apply(action, preview.before, "late-1")
    await bench.stage.settled("late")
    back = await bench.preview(preview.undo)
    await bench.actuator.apply(preview.undo, back.before, "late-2")
    await bench.stage.settled("late")
    with pytest.raises(Refused, match="an action of ours was done since"):
        await bench.actuator.apply(action, preview.before, "late-1")
    assert (await bench.workload("late")).replicas == 2


async def a_target_somebody_else_changed_is_refused(bench: Bench) -> None:
    await bench.three_releases("raced")
    action = bench.rollback("raced", (await bench.revisions("raced"))[2])
    preview = await bench.preview(action)
    await bench.stage.deploy("raced", "shop/raced:4")
    before = await bench.workload("raced")
    with pytest.raises(Refused, match=preview.before.spec_hash):
        await bench.actuator.apply(action, preview.before, "raced-1")
    assert (await bench.workload("raced")).generation == before.generation
    observed = await bench.actuator.observe(action, preview.before, "raced-1")
    assert observed.observation is Observation.CANNOT_TELL
    fresh = await bench.preview(action)
    await bench.stage.scale("raced", 3)
    with pytest.raises(Refused, match="replicas 2 → 3"):
        await bench.actuator.apply(action, fresh.before, "raced-2")


async def a_revision_that_is_not_there_is_refused_by_number_and_by_hash(bench: Bench) -> None:
    third, second, _ = await bench.three_releases("named")
    wrong_hash = Rollback(target=bench.entity("named"), to_revision=second.number, template_hash="0000000000")
    no_number = Rollback(target=bench.entity("named"), to_revision=99, template_hash=second.template_hash)
    state = (await bench.preview(Restart(target=bench.entity("named")))).before
    for action in (wrong_hash, no_number):
        assert str(third.number) in gap(await bench.actuator.preview(action)).detail
        with pytest.raises(Refused, match="these exist"):
            await bench.actuator.apply(action, state, "named-1")
    assert (await bench.current("named")).number == 3


async def an_action_without_effect_or_target_is_a_gap(bench: Bench) -> None:
    await bench.stage.deploy("same", "shop/same:1", replicas=2)
    nobody = bench.entity("nobody-here")
    for action in (
        Scale(target=bench.entity("same"), replicas=2),
        bench.rollback("same", await bench.current("same")),
        Restart(target=nobody),
        Restart(target=Entity(kind="StatefulSet", namespace=nobody.namespace, name="same")),
    ):
        assert gap(await bench.actuator.preview(action)).reason is GapReason.EMPTY
    state = (await bench.preview(Restart(target=bench.entity("same")))).before
    with pytest.raises(Refused):
        await bench.actuator.apply(Restart(target=nobody), state, "nobody-1")
    observed = await bench.actuator.observe(Restart(target=nobody), state, "nobody-1")
    assert observed.observation is Observation.CANNOT_TELL
