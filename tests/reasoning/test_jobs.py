"""Jobs that failed for good and CronJobs that start nothing: their controllers' words, their limits, and whose business it is."""

import pytest

from agent.model.batch import Attempts, Schedule
from agent.model.cluster import KubeEvent
from agent.model.entity import Entity, ServiceRef
from agent.model.pod import ContainerPhase, Termination
from agent.model.template import Requirement
from agent.reasoning.detectors import findings
from tests.reasoning.builders import after
from tests.reasoning.estates import concluded, container, pod, running, seen, shop, state, template, workload

CART = ServiceRef(namespace="shop", name="cart")
GAVE_UP = "True: BackoffLimitExceeded: Job has reached the specified backoff limit"
TOO_LONG = "True: DeadlineExceeded: Job was active longer than specified deadline"
BY_POLICY = "True: PodFailurePolicy: Container main for pod shop/move-x failed with exit code 42 matching FailJob rule at index 0"
TRIED = Attempts(backoff_limit=3, failed=4, started_at=after(-700), ended_at=after(-60))
OTHER_IMAGE = container(image="registry.example/tools/move:3")


def job(condition=GAVE_UP, attempts=TRIED, name="move", labels=None, image=OTHER_IMAGE, **changes):
    asked = template(name, image).evolve(labels=labels or {"job": name})
    return workload(
        name,
        entity=Entity(kind="Job", namespace="shop", name=name),
        template=asked,
        replicas=0,
        ready=0,
        updated=0,
        conditions={"Failed": condition} if condition else {},
        attempts=attempts,
        **changes,
    )


def cron(name="tidy", **schedule):
    suspended = schedule.pop("suspended", False)
    whole = Schedule(cron="*/5 * * * *", last_at=after(-7200), concurrency="Forbid").evolve(**schedule)
    return workload(
        name,
        entity=Entity(kind="CronJob", namespace="shop", name=name),
        template=template(name, OTHER_IMAGE).evolve(labels={"job": name}),
        replicas=0,
        ready=0,
        schedule=whole,
        suspended=suspended,
        created_at=after(-86400),
    )


def told(reason, message, kind="CronJob", name="tidy"):
    entity = Entity(kind=kind, namespace="shop", name=name)
    return KubeEvent(
        entity=entity, type="Warning", reason=reason, message=message, first_at=after(-900), last_at=after(500)
    )


def with_(*extra, about=None, **changes):
    estate = shop(workloads=[workload("web"), workload("cart"), *extra], **changes)
    return seen(estate, about=about) if about else seen(estate)


def waiting_for(name):
    """A cart whose init container waits for a Job."""
    wait = container(
        name="wait", init=True, command=["kubectl", "wait", "--for=condition=complete", f"job/{name}", "--timeout=600s"]
    )
    held = pod("cart", phase="Pending", ready=False, containers=[state(name="wait", ready=False), state(phase=ContainerPhase.WAITING, ready=False)])  # fmt: skip
    return running("cart", pod=held, template=template("cart", wait, container()))


def move_pod(code):
    ended = Termination(reason="Error", exit_code=code, at=after(-60))
    over = pod("move", name="move-x", owner="move", phase="Failed", ready=False, containers=[state(phase=ContainerPhase.TERMINATED, ready=False, ended=ended)])  # fmt: skip
    return running("move", pod=over, owner="move", owner_kind="Job")


POLICY = [Requirement(key="main", operator="In", values=["42"])]
WELL = [running("web"), running("cart")]


@pytest.mark.parametrize(
    ("facts", "cause", "name"),
    [
        (with_(job()), "job-gave-up", "move"),
        (with_(job(attempts=TRIED.evolve(failed=1, in_place=True))), "job-gave-up", "move"),
        (
            with_(job(TOO_LONG, TRIED.evolve(failed=1, deadline_seconds=600))),
            "job-out-of-time",
            "move",
        ),
        (
            with_(
                job(BY_POLICY, TRIED.evolve(failed=1, gives_up_at=POLICY)), pods=[*WELL, move_pod(42)]
            ),
            "job-stopped-by-policy",
            "move",
        ),
        (with_(job(name="move-1", attempts=TRIED.evolve(owner="move"))), "job-gave-up", "move"),
        (with_(cron(), events=[told("MissSchedule", "Missed scheduled time to start a job: Thu, 12 Nov 2026 14:00:00 UTC")]), "cronjob-missed", "tidy"),
        (with_(cron(), events=[told("TooManyMissedTimes", "too many missed start times: 101. Set or decrease .spec.startingDeadlineSeconds or check clock skew")]), "cronjob-missed", "tidy"),
        (
            with_(
                cron(active=["tidy-1"]),
                job("", Attempts(owner="tidy", active=1, started_at=after(-7200)), "tidy-1"),
                events=[told("JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid")],
            ),
            "cronjob-held",
            "tidy",
        ),
        (with_(cron(suspended=True)), "cronjob-suspended", "tidy"),
    ],
    ids=["gave up", "gave up in place", "out of time", "by its policy", "of a CronJob", "missed", "missed too often", "held", "suspended"],
)  # fmt: skip
def test_in_a_namespace_without_other_trouble_it_leads(facts, cause, name):
    best = concluded(facts)[0]
    assert best[:2] == (cause, name)
    assert best[2] >= (0.7 if cause == "cronjob-suspended" else 0.8)


@pytest.mark.parametrize(
    ("changes", "pods"),
    [
        ({"labels": {"app": "cart"}}, WELL),
        ({"labels": {"app.kubernetes.io/name": "cart"}}, WELL),
        ({"image": container(image="registry.example/shop/cart:1.3", command=["migrate"])}, WELL),
        ({"annotations": {"meta.helm.sh/release-name": "cart"}}, WELL),
        ({}, [running("web"), waiting_for("move")]),
    ],
    ids=["application", "well-known label", "image", "release", "waited for"],
)
def test_of_a_services_incident_it_is_suspected_where_they_hang_together(changes, pods):
    cart = workload(
        "cart",
        annotations={"meta.helm.sh/release-name": "cart"},
        labels={"app.kubernetes.io/name": "cart"},
    )
    facts = seen(shop(workloads=[workload("web"), cart, job(**changes)], pods=pods), about=CART)
    assert ("job-gave-up", "move") in {(finding.cause, finding.entity.name) for finding in findings(facts)}


def test_what_a_pod_waits_for_leads():
    facts = with_(job(), about=CART, pods=[running("web"), waiting_for("move")])
    assert concluded(facts)[0][:2] == ("job-gave-up", "move")


@pytest.mark.parametrize(
    "facts",
    [
        with_(job(), about=CART),
        with_(job(), about=CART, pods=[running("web"), waiting_for("move-2")]),
        with_(cron(suspended=True), about=CART),
        with_(job("")),
        with_(
            job(name="move-1", attempts=TRIED.evolve(owner="move")),
            cron("move", last_at=after(0), last_success_at=after(0)),
        ),
        with_(cron(suspended=True, cron="0 3 1 1 *")),
        with_(cron(last_at=after(400)), events=[told("MissSchedule", "Missed scheduled time to start a job")]),
        with_(cron(cron="0 0 1 1 *"), events=[told("TooManyMissedTimes", "too many missed start times")]),
    ],
    ids=["no connection", "another Job waited for", "CronJob without connection", "a Job that runs",
         "made good by a later run", "suspended and not due", "started since", "not due"],
)  # fmt: skip
def test_what_is_none_of_the_incidents_business_or_past_is_no_finding(facts):
    assert not [finding for finding in findings(facts) if finding.cause.startswith(("job-", "cronjob-"))]


@pytest.mark.parametrize(
    "wrong",
    [
        job(attempts=TRIED.evolve(failed=1)),
        job(TOO_LONG, TRIED.evolve(failed=0, deadline_seconds=86400)),
        job(attempts=TRIED.evolve(succeeded=1)),
    ],
    ids=["fewer failures than it may have", "time left", "complete"],
)
def test_words_that_the_limits_deny_do_not_lead(wrong):
    assert not concluded(with_(wrong))[0][0].startswith("job-")


def test_a_job_that_failed_last_week_hardly_counts():
    old = TRIED.evolve(started_at=after(-800000), ended_at=after(-700000))
    (finding,) = [f for f in findings(with_(job(attempts=old))) if f.cause == "job-gave-up"]
    assert finding.trust <= 0.1
