import pytest

from agent.errors import Refused, Temporary, Uncertain
from agent.model.action import Observation, Restart, Rollback, Scale, TargetState
from agent.model.entity import Entity
from agent.model.question import Gap, GapReason
from integrations.kubernetes.access import EVENTS, NEEDS, Access, Need, review, summary
from integrations.kubernetes.actions.edit import KEY
from integrations.kubernetes.actuator import KubernetesActuator
from integrations.kubernetes.workloads import spec_hash
from tests.kubernetes.objects import deployment, replica_set, writer
from tests.kubernetes.scripted_server import answers, hangs_up, says, stalls

WEB = Entity(kind="Deployment", namespace="shop", name="web")
PATH = "/apis/apps/v1/namespaces/shop/deployments/web"
SETS = "/apis/apps/v1/namespaces/shop/replicasets"
SCALERS = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers"
RESTART = Restart(target=WEB)


@pytest.fixture
def actuator(api, server):
    server.on(SETS, answers(200, {"items": [replica_set("web:1", 1, 0, replicas=2)]}))
    server.on(SCALERS, answers(200, {"items": []}))
    return KubernetesActuator(api)


async def previewed(actuator, server, action=RESTART, found=None, **after):
    changed = deployment("web:2", **after)
    server.on(PATH, answers(200, found or deployment()), answers(200, changed))
    return await actuator.preview(action)


async def test_the_write_carries_key_field_manager_and_the_version_just_read(actuator, server):
    expected = (await previewed(actuator, server)).before
    server.requests.clear()
    written = deployment(annotations={KEY: "k1"}, managed=[writer("steadyhand", 9, "spec", "template")])
    server.on(PATH, answers(200, deployment()), answers(200, written))
    applied = await actuator.apply(RESTART, expected, "k1")
    (put,) = server.asked(PATH, "PUT")
    assert put.query == {"fieldManager": ["steadyhand"]}
    assert put.json()["metadata"]["annotations"][KEY] == "k1"
    assert put.json()["metadata"]["resourceVersion"] == "100"
    assert "kubectl.kubernetes.io/restartedAt" in put.json()["spec"]["template"]["metadata"]["annotations"]
    assert applied.spec_hash == spec_hash(written)


async def test_a_preview_is_the_servers_dry_run(actuator, server):
    preview = await previewed(actuator, server)
    (put,) = server.asked(PATH, "PUT")
    assert put.query == {"dryRun": ["All"], "fieldManager": ["steadyhand"]}
    assert KEY not in put.json()["metadata"]["annotations"]
    assert "web:2" in preview.diff
    assert preview.before.spec_hash == spec_hash(deployment())


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        pytest.param(says(403, "cannot update resource"), Refused, id="403"),
        pytest.param(says(404, "gone"), Refused, id="404"),
        pytest.param(says(422, "invalid"), Refused, id="422"),
        pytest.param(says(400, "admission webhook denied"), Refused, id="400"),
        pytest.param(says(401, "who?"), Refused, id="401"),
        pytest.param(says(429, "slow down", {"Retry-After": "0"}), Temporary, id="429"),
        pytest.param(says(500, "etcdserver: request timed out"), Uncertain, id="500"),
        pytest.param(says(504, "timeout"), Uncertain, id="504"),
        pytest.param(stalls(), Uncertain, id="no answer"),
        pytest.param(hangs_up(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), Uncertain, id="cut off"),
        pytest.param(answers(200, b"{"), Uncertain, id="half an answer"),
        pytest.param(answers(200, {"error": "who are you?"}), Uncertain, id="somebody else's answer"),
        pytest.param(answers(200, {"metadata": {"uid": "of another"}}), Uncertain, id="about something else"),
        pytest.param(answers(200, b"[" * 10**5), Uncertain, id="an answer without a bottom"),
        pytest.param(says(409, "conflict"), Temporary, id="409 for ever"),
    ],
)
async def test_what_a_failed_write_means(actuator, server, reply, error):
    expected = (await previewed(actuator, server)).before
    server.on(PATH, *[answers(200, deployment()), reply] * 5)
    if error is Refused:
        server.on(PATH, answers(200, deployment()), reply)  # a 401 is asked twice
    with pytest.raises(error):
        await actuator.apply(RESTART, expected, "k1")


@pytest.mark.parametrize(
    ("reply", "error"),
    [(says(403, "no"), Refused), (says(404, "gone"), Refused), (says(503, "down"), Temporary), (stalls(), Temporary)],
)
async def test_what_cannot_be_read_is_not_written(actuator, server, reply, error):
    expected = (await previewed(actuator, server)).before
    server.requests.clear()
    server.on(PATH, reply)
    with pytest.raises(error, match="nothing was changed"):
        await actuator.apply(RESTART, expected, "k1")
    assert server.asked(PATH, "PUT") == []


async def test_a_server_that_is_gone_before_anything_was_sent_is_temporary(actuator, server):
    expected = (await previewed(actuator, server)).before
    await server.stop()
    with pytest.raises(Temporary):
        await actuator.apply(RESTART, expected, "k1")


async def test_a_conflict_is_read_and_verified_again(actuator, server):
    expected = (await previewed(actuator, server)).before
    written = deployment(annotations={KEY: "k1"})
    server.on(
        PATH, answers(200, deployment()), says(409, "conflict"), answers(200, deployment()), answers(200, written)
    )
    await actuator.apply(RESTART, expected, "k1")
    foreign = deployment("web:7")
    server.on(PATH, answers(200, deployment()), says(409, "conflict"), answers(200, foreign))
    with pytest.raises(Refused, match=f"{expected.spec_hash} → {spec_hash(foreign)}"):
        await actuator.apply(RESTART, expected, "k2")


async def test_a_key_that_is_there_already_is_success_without_a_write(actuator, server):
    expected = (await previewed(actuator, server)).before
    server.requests.clear()
    server.on(PATH, answers(200, deployment("web:5", annotations={KEY: "k1"})))
    applied = await actuator.apply(RESTART, expected, "k1")
    assert applied.spec_hash == spec_hash(deployment("web:5"))
    assert server.asked(PATH, "PUT") == []


@pytest.mark.parametrize(
    ("reply", "observation"),
    [
        (answers(200, deployment(annotations={KEY: "k1"})), Observation.DONE),
        (answers(200, deployment(annotations={KEY: "other"})), Observation.NOT_DONE),
        (answers(200, deployment()), Observation.NOT_DONE),
        (answers(200, deployment("web:9")), Observation.CANNOT_TELL),
        (answers(200, deployment(replicas=9)), Observation.CANNOT_TELL),
        (says(404, "gone"), Observation.CANNOT_TELL),
        (says(403, "no"), Observation.CANNOT_TELL),
        (stalls(), Observation.CANNOT_TELL),
    ],
)
async def test_an_interrupted_attempt_is_looked_for(actuator, server, reply, observation):
    expected = (await previewed(actuator, server)).before
    server.on(PATH, reply)
    observed = await actuator.observe(RESTART, expected, "k1")
    assert observed.observation is observation
    assert (observed.applied is not None) == (observation is Observation.DONE)
    assert observed.detail


async def test_an_object_of_a_shape_that_none_has_is_a_gap_and_a_doubt_and_no_crash(actuator, server):
    odd = deployment()
    odd["spec"]["template"] = 7
    server.on(PATH, answers(200, odd))
    gap = await actuator.preview(RESTART)
    assert (gap.reason, "not understood" in gap.detail) == (GapReason.FAILED, True)
    expected = TargetState(entity=WEB, uid="deployment-uid", generation=1, spec_hash=spec_hash(odd), replicas=2)
    with pytest.raises(Uncertain, match="not understood"):
        await actuator.apply(RESTART, expected, "k1")


async def test_a_preview_we_may_not_make_is_a_refused_gap(actuator, server):
    server.on(PATH, answers(200, deployment()), says(403, "cannot update resource deployments"))
    gap = await actuator.preview(RESTART)
    assert isinstance(gap, Gap)
    assert (gap.reason, "update deployments.apps web" in gap.detail) == (GapReason.REFUSED, True)


async def test_scaling_warns_of_an_autoscaler_and_of_not_knowing(actuator, server):
    scale = Scale(target=WEB, replicas=5)
    scaler = {"metadata": {"name": "web-hpa"}, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}}
    other = {"metadata": {"name": "x"}, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "other"}}}
    server.on(SCALERS, answers(200, {"items": [scaler, other]}))
    (warning,) = (await previewed(actuator, server, scale, replicas=5)).warnings
    assert "web-hpa" in warning
    server.on(SCALERS, says(403, "no"))
    (warning,) = (await previewed(actuator, server, scale, replicas=5)).warnings
    assert "not known" in warning


async def test_the_rollback_sent_is_the_old_template_without_the_controllers_label(actuator, server):
    server.on(SETS, answers(200, {"items": [replica_set("web:1", 1, 0), replica_set("web:2", 2, 9, replicas=2)]}))
    action = Rollback(target=WEB, to_revision=1, template_hash="hash1")
    server.on(PATH, answers(200, deployment("web:2", revision=2)), answers(200, deployment("web:1")))
    preview = await actuator.preview(action)
    (put,) = server.asked(PATH, "PUT")
    sent = put.json()["spec"]["template"]
    assert sent["spec"]["containers"][0]["image"] == "web:1"
    assert sent["metadata"]["labels"] == {"app": "web"}
    assert preview.undo == Rollback(target=WEB, to_revision=2, template_hash="hash2")
    assert preview.before.revision == 2


async def test_every_permission_is_asked_for_and_its_lack_has_a_price(api, server):
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    server.on(path, answers(201, {"metadata": {}, "status": {"allowed": False, "reason": "no rule"}}))
    found = await review(api, ["shop", "store"])
    asked = [request.json()["spec"]["resourceAttributes"] for request in server.asked(path, "POST")]
    needs = [*NEEDS, EVENTS]
    assert len(found) == len(asked) == sum(len(need.verbs.split()) * len(need.namespaces(["a", "b"])) for need in needs)
    assert {"verb": "get", "resource": "pods", "subresource": "log", "namespace": "shop"} in asked
    assert {"verb": "list", "resource": "nodes"} in asked
    assert not any(each.allowed for each in found)
    assert all(each.cost and each.reason == "no rule" for each in found)
    assert [each.resource for each in found if each.write] == ["events"] * 2
    assert {each.resource for each in found if each.checked().ok} == {"events", "secrets"}, "a choice is no fault"


async def test_rights_to_act_are_asked_for_where_it_may_act_and_nowhere_else(api, server):
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    server.on(path, answers(201, {"metadata": {}, "status": {"allowed": True}}))
    found = await review(api, ["shop", "store"], [(Need("update", "apps", "deployments", "", write=True), "shop")])
    asked = [(each.verb, each.resource, each.namespace) for each in found if each.write and each.resource != "events"]
    assert asked == [("update", "deployments.apps", "shop")]


@pytest.mark.parametrize(
    ("denied", "write", "expected"),
    [
        (0, 0, "all 6"),
        (0, 3, "all 6"),
        (2, 3, "2 of 6 are missing: get pods0 in shop, get pods1 in shop"),
        (
            6,
            0,
            "6 of 6 are missing: get pods0 in shop, get pods1 in shop, get pods2 in shop, get pods3 in shop and 2 more",
        ),
    ],
)
def test_rights_to_read_come_to_one_row_and_rights_to_act_are_nobodys_lack(denied, write, expected):
    reads = [
        Access(verb="get", resource=f"pods{n}", namespace="shop", allowed=n >= denied, cost="less") for n in range(6)
    ]
    writes = [
        Access(verb="update", resource=f"x{n}", namespace="", allowed=False, write=True, cost="-") for n in range(write)
    ]
    found = summary([*reads, *writes])
    assert (found.ok, found.detail) == (denied == 0, expected)
