"""Is a rollback safe: what each check sees, and that what cannot be seen never passes."""

from datetime import timedelta

import pytest

from agent.model.action import Restart, Rollback
from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity, ServiceRef
from agent.model.inventory import Declared, Estate, Holder, Machine, Quota, Running
from agent.model.pod import Container, Pod
from agent.model.safety import CheckOutcome, SafetyCheck
from agent.model.template import ContainerTemplate, PodTemplate
from agent.policy.needed import Needed, needed
from agent.policy.safety import checks
from agent.policy.situation import Situation
from agent.reasoning.calls import Call
from tests.reasoning.builders import CHECKOUT, ONSET, deployment, named, revision, rollout

PASSED, FAILED, UNKNOWN = CheckOutcome.PASSED, CheckOutcome.FAILED, CheckOutcome.UNKNOWN
TARGET = named(CHECKOUT)
BACK = Rollback(target=TARGET, to_revision=4, template_hash="hash4")
OLD = "shop/checkout:4"
TEMPLATE = """
spec:
  containers:
  - name: app
    image: shop/checkout:4
    env:
    - name: MODE
      valueFrom: {configMapKeyRef: {name: settings, key: mode}}
    - name: TOKEN
      valueFrom: {secretKeyRef: {name: keys, key: token, optional: true}}
"""
RELEASED = rollout(from_revision=4, to_revision=7)


def estate(**parts) -> Estate:
    """A namespace in which everything the old revision needs is there."""
    known = {
        "workloads": [declared()],
        "holders": [Holder(entity=Entity(kind="ConfigMap", namespace="shop", name="settings"), keys=["mode"])],
        "machines": [Machine(name="n1", ready=True, images=[OLD])],
    }
    return Estate(namespace="shop", **{**known, **parts})


def declared(kind="Deployment", name="checkout", **template) -> Declared:
    container = ContainerTemplate(name="app", requests={"cpu": 0.5})
    return Declared(
        entity=Entity(kind=kind, namespace="shop", name=name),
        template=PodTemplate(containers=[container], **template),
        created_at=ONSET,
    )


def called_by(name: str) -> Call:
    caller = ServiceRef(namespace="shop", name=name)
    return Call(caller=caller, callee=CHECKOUT, known_by=["a test says so"])


def seen(around: Estate | None, changes=(), calls=None, template=TEMPLATE, action=BACK) -> dict[str, SafetyCheck]:
    old = revision(4, current=False).evolve(template=template, images={"app": OLD})
    place = Situation(workload=deployment(), change=RELEASED, revisions=[revision(7, current=True), old], estate=around)
    known = [called_by("front")] if calls is None else calls
    return {row.name: row for row in checks(action, place, [RELEASED, *changes], known)}


def change(kind: ChangeKind, entity: Entity, minutes: float = 1, **more) -> Change:
    return Change(
        id=f"{kind}-{entity.name}",
        kind=kind,
        entity=entity,
        at=RELEASED.at + timedelta(minutes=minutes),
        summary="it",
        **more,
    )


def job(name: str, **more) -> Declared:
    return declared(kind="Job", name=name).evolve(**more)


def pod(image: str, **state) -> Running:
    container = Container(name="app", image=image, **state)
    running = Pod(namespace="shop", name="checkout-x", created_at=ONSET, containers=[container])
    return Running(pod=running, template=PodTemplate(containers=[]), owner="checkout")


def test_with_everything_in_sight_every_check_passes():
    assert {row.outcome for row in seen(estate()).values()} == {PASSED}


def test_what_brings_no_older_state_back_is_not_checked():
    assert seen(estate(), action=Restart(target=TARGET)) == {}


def test_without_the_namespace_nothing_but_the_dry_run_passes():
    rows = seen(None, calls=[])
    assert {name for name, row in rows.items() if row.outcome is PASSED} == {"admission"}
    assert all(row.outcome is UNKNOWN for name, row in rows.items() if name != "admission")


def test_a_target_that_is_not_known_is_one_open_question():
    place = Situation(workload=deployment(), change=RELEASED, revisions=[], estate=estate())
    assert [row.outcome for row in checks(BACK, place, [], [])] == [UNKNOWN]


DATABASE = TEMPLATE + "    - {name: URL, value: 'postgres://db.shop:5432/shop'}\n"
SETTINGS = Entity(kind="ConfigMap", namespace="shop", name="settings")
FRONT = Entity(kind="Deployment", namespace="shop", name="front")
SCHEMA = Entity(kind="Job", namespace="shop", name="schema")
CASES = {
    "a migration on the timeline": ("migrations", FAILED, {"changes": [change(ChangeKind.MIGRATION, SCHEMA)]}),
    "a migration file among the changed ones": (
        "migrations",
        FAILED,
        {"changes": [change(ChangeKind.DEPLOY, TARGET, files=["src/a.py", "db/migrations/0007_add.py"])]},
    ),
    "changed files, none of them a migration": (
        "migrations",
        PASSED,
        {"changes": [change(ChangeKind.DEPLOY, TARGET, files=["src/a.py"])], "template": DATABASE},
    ),
    "a migration before the old revision was replaced": (
        "migrations",
        PASSED,
        {"changes": [change(ChangeKind.MIGRATION, SCHEMA, minutes=-120)]},
    ),
    "a database and no word on the files": ("migrations", UNKNOWN, {"template": DATABASE}),
    "a caller released since": ("contract", UNKNOWN, {"changes": [change(ChangeKind.ROLLOUT, FRONT)]}),
    "a caller released before": ("contract", PASSED, {"changes": [change(ChangeKind.ROLLOUT, FRONT, minutes=-5)]}),
    "nobody knows who calls it": ("contract", UNKNOWN, {"calls": []}),
    "its configuration was changed since": (
        "configuration",
        UNKNOWN,
        {"changes": [change(ChangeKind.CONFIG, SETTINGS)]},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_happened_since_is_weighed(name):
    check, outcome, given = CASES[name]
    assert seen(estate(), **given)[check].outcome is outcome, seen(estate(), **given)[check]


PULL = {"reason": "ImagePullBackOff", "message": "not found"}
PODS = Quota(entity=Entity(kind="ResourceQuota", namespace="shop", name="all"), hard={"pods": 4}, used={"pods": 4})
PLACES = {
    "a migrating Job ran": ("migrations", FAILED, {"workloads": [declared(), job("db-migrate-7")]}),
    "a Helm hook ran": (
        "migrations",
        FAILED,
        {"workloads": [declared(), job("post", annotations={"helm.sh/hook": "pre-upgrade"})]},
    ),
    "a migrating Job of long ago": (
        "migrations",
        PASSED,
        {"workloads": [declared(), job("db-migrate-3", created_at=RELEASED.at - timedelta(days=2))]},
    ),
    "Jobs could not be read": ("migrations", UNKNOWN, {"unread": ["Job"]}),
    "the ConfigMap is gone": ("configuration", FAILED, {"holders": []}),
    "the key is gone": ("configuration", FAILED, {"holders": [Holder(entity=SETTINGS, keys=["other"])]}),
    "Secrets could not be read": ("configuration", UNKNOWN, {"unread": ["Secret"]}),
    "the image is nowhere": ("image", UNKNOWN, {"machines": []}),
    "the image runs": ("image", PASSED, {"machines": [], "pods": [pod(OLD, ready=True)]}),
    "the registry has it no more": ("image", FAILED, {"pods": [pod(OLD, **PULL)]}),
    "the quota is full": ("room", FAILED, {"quotas": [PODS]}),
    "quotas could not be read": ("room", UNKNOWN, {"unread": ["ResourceQuota"]}),
}


@pytest.mark.parametrize("name", PLACES)
def test_what_is_there_is_weighed(name):
    check, outcome, parts = PLACES[name]
    assert seen(estate(**parts))[check].outcome is outcome, seen(estate(**parts))[check]


def test_references_are_read_from_env_and_volumes_with_their_keys():
    template = """
spec:
  volumes:
  - {name: a, configMap: {name: files}}
  - {name: b, secret: {secretName: certificate, optional: true}}
  - name: c
    projected: {sources: [{secret: {name: joined}}]}
  containers:
  - envFrom: [{configMapRef: {name: all}}]
    env: [{name: X, valueFrom: {secretKeyRef: {name: keys, key: x}}}]
"""
    assert needed(template) == [
        Needed(kind="ConfigMap", name="files"),
        Needed(kind="Secret", name="certificate", optional=True),
        Needed(kind="Secret", name="joined"),
        Needed(kind="ConfigMap", name="all"),
        Needed(kind="Secret", name="keys", key="x"),
    ]
    assert needed("a: [") == []
