from datetime import timedelta

from agent.model.question import Inventory, InventoryQuestion, Messages, MessagesQuestion
from agent.model.record import Window
from agent.reasoning.reading import MOST_LOGS
from integrations.simulation.fault import Fault, FaultKind
from tests.simulation.stage import BAD_IMAGE, a_stage

PLANTED = "not-a-real"  # what every secret of the shop begins with


def question(stage, *services, minutes=30):
    now = stage.clock.now()
    return MessagesQuestion(
        namespace="shop", services=list(services), window=Window(start=now - timedelta(minutes=minutes), end=now)
    )


async def test_the_shop_is_whole_and_nothing_of_it_is_unseen():
    stage = a_stage()
    answer = await stage.cluster.ask(InventoryQuestion(namespace="shop"))
    assert isinstance(answer, Inventory)
    estate = answer.estate
    assert answer.unseen == []
    assert {each.entity.name for each in estate.workloads} == set(stage.world.deployments)
    assert {each.owner for each in estate.pods} == set(stage.world.deployments)
    assert all(each.healthy for each in estate.components)
    assert all(route.ready and not route.not_ready for route in estate.routes)
    keys = {(each.entity.kind, each.entity.name) for each in estate.holders}
    needed = {
        (each.kind, each.name)
        for workload in estate.workloads
        for container in workload.template.containers
        for each in container.references
    }
    assert needed <= keys
    assert PLANTED not in answer.model_dump_json()


async def test_a_pod_of_the_old_revision_keeps_its_own_template():
    stage = a_stage()
    stage.world.release("checkout", BAD_IMAGE)
    stage.later(20)
    answer = await stage.cluster.ask(InventoryQuestion(namespace="shop"))
    images = {each.template.containers[0].image for each in answer.estate.pods if each.owner == "checkout"}
    assert BAD_IMAGE in images
    assert len(images) == 2


async def test_a_bad_release_is_heard_as_errors_of_its_service_taken_apart():
    stage = a_stage()
    stage.world.release("checkout", BAD_IMAGE, [Fault(kind=FaultKind.CODE, ratio=0.5)])
    stage.later(180)
    answer = await stage.cluster.ask(question(stage))
    assert isinstance(answer, Messages)
    assert {each.service for each in answer.items} == set(stage.world.deployments)
    assert len({each.pod for each in answer.items}) <= MOST_LOGS
    errors = [each for each in answer.items if each.level == "error" and each.service == "checkout"]
    assert errors
    assert not any(each.text.startswith("{") for each in errors)
    assert all(each.fields["service"] == "checkout" for each in errors)


async def test_a_service_of_another_name_is_heard_by_the_name_it_was_asked_by():
    stage = a_stage()
    answer = await stage.cluster.ask(question(stage, "storefront", "nobody"))
    assert {each.service for each in answer.items} == {"storefront"}
    assert answer.unseen == ["nobody: it has no pods"]
