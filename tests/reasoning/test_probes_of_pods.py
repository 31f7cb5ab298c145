"""Each probe of pods, configuration and logs: every outcome it can see, and None when it cannot tell."""

import pytest

from agent.model.cluster import Node
from agent.model.entity import Entity
from agent.model.message import Message
from agent.model.pod import Container, Termination
from agent.model.profile import Profile
from agent.model.question import (
    GapReason,
    LogsQuestion,
    Messages,
    MessagesQuestion,
    Nodes,
    NodesQuestion,
    PodsQuestion,
    RevisionsQuestion,
)
from agent.model.record import Window
from agent.reasoning.probes import Subject
from tests.reasoning.builders import (
    CHECKOUT,
    Load,
    Notebook,
    about,
    after,
    container,
    named,
    oom,
    pod,
    revision,
)
from tests.reasoning.readings import CONFIG, PROBES, ROLLOUT, burning, read, seen, without


@pytest.mark.parametrize(
    ("pods", "outcome"),
    [
        ([pod("a"), pod("b")], "no"),
        ([pod("a"), pod("b", ready=False)], "yes"),
        ([pod("a")], "yes"),
        ([pod("a"), pod("b"), pod("c", ready=False)], "no"),  # one more than wanted: a rollout in progress
    ],
)
def test_pods_are_down_when_fewer_are_ready_than_wanted(pods, outcome):
    assert seen("pods down", burning().pods(*pods), about()) == outcome


@pytest.mark.parametrize(
    ("killed", "outcome"),
    [({"last_ended": oom(30)}, "yes"), ({"ended": oom(-200)}, "yes"), ({"last_ended": oom(-4000)}, "no"), ({}, "no")],
)
def test_a_container_was_killed_for_memory_around_the_onset(killed, outcome):
    notebook = burning().pods(pod("a", containers=[container(restarts=2, **killed)]), pod("b"))
    assert seen("out of memory", notebook, about()) == outcome


def test_kills_are_told_by_pod():
    notebook = burning().pods(pod("a", containers=[container(restarts=2, last_ended=oom())]))
    assert read("out of memory", notebook, about()).statement == "OOMKilled since 13:55:00: a (2 restarts)"


@pytest.mark.parametrize("name", ["pods down", "out of memory"])
def test_pods_that_could_not_be_listed_cannot_tell(name):
    assert seen(name, burning().gap(PodsQuestion(entity=named(CHECKOUT))), about()) is None


# ends


def ended(code: int, reason: str = "Error") -> Container:
    return container(restarts=2, last_ended=Termination(reason=reason, exit_code=code, at=after(20)))


def released(new: Container, old: Container | None = None) -> Notebook:
    notebook = burning().revisions(revision(4), revision(7)).changed(ROLLOUT)
    return notebook.pods(pod("fresh", 7, containers=[new]), pod("old", 4, containers=[old or container()]))


@pytest.mark.parametrize(
    ("new", "old", "outcome"),
    [
        (ended(1), None, "only new"),
        (ended(1), ended(2), "old too"),
        (container(), ended(1), "old too"),
        (container(), None, "none"),
        (ended(0), None, "none"),  # it had done its work
        (ended(137), None, "none"),  # somebody killed it, as the kubelet does
        (ended(143), None, "none"),
        (ended(137, "OOMKilled"), None, "none"),
    ],
)
def test_containers_of_a_release_end_by_themselves_or_not(new, old, outcome):
    assert seen("ended by itself", released(new, old), about(change=ROLLOUT)) == outcome


@pytest.mark.parametrize(
    "line",
    [
        "OSError: [Errno 98] Address already in use",
        "open /data/lock: permission denied",
        "lookup vault: no such host",
        "dial tcp 10.0.0.9:5432: connect: connection refused",
        "fatal error: runtime: out of memory",
    ],
)
def test_an_end_with_the_words_of_another_mechanism_tells_nothing_of_the_release(line):
    said = Message(service=CHECKOUT.name, text=f"ERROR {line}", level="error")
    window = Window(start=after(-600), end=after(60))
    notebook = released(ended(1))
    notebook.answer(MessagesQuestion(namespace=CHECKOUT.namespace, window=window), Messages(items=[said]))
    assert seen("ended by itself", notebook, about(change=ROLLOUT)) is None


# configuration


def loaded(after_it: float, before_it: float) -> Notebook:
    fresh = container(started_at=after(-20))
    notebook = burning(Load("fresh", failing=after_it), Load("old", failing=before_it))
    return notebook.pods(pod("fresh", containers=[fresh]), pod("old")).changed(CONFIG)


@pytest.mark.parametrize(
    ("after_it", "before_it", "outcome"),
    [(0.3, 0.0, "only after"), (0.3, 0.3, "both"), (0.0, 0.3, "only before"), (0.3, 0.1, None)],
)
def test_pods_that_loaded_the_configuration_fail_or_not(after_it, before_it, outcome):
    assert seen("loaded configuration", loaded(after_it, before_it), about(change=CONFIG)) == outcome


def test_a_container_that_restarted_has_loaded_the_configuration_anew():
    notebook = loaded(0.3, 0.0)
    told = read("loaded configuration", notebook, about(change=CONFIG))
    assert told.statement.startswith(
        "pods started after 13:59:00 (1) fail 30.0% of 12000 requests, those started before (1)"
    )


@pytest.mark.parametrize("unanswered", ["E3", "E4", "E5"])
def test_what_pods_loaded_cannot_be_told_without_counts_and_pods(unanswered):
    assert seen("loaded configuration", without(loaded(0.3, 0.0), unanswered), about(change=CONFIG)) is None


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("ERROR index-url: no such host idx-2", "yes"),
        ("ERROR cannot read checkout-config", "yes"),
        ("ERROR INDEX-URL is refused", "yes"),
        ("index-url loaded", "no"),  # names it, but is no error
        ("ERROR refused", "no"),
        ("ERROR mode is not allowed", "yes"),
        ("ERROR bad url", "no"),  # the key `url` is too short to tell anything
        ("ERROR failed to load the model", "no"),  # the key `mode` is not the word "model"
        ("ERROR my-index-url-2 refused", "no"),
    ],
)
def test_an_error_names_the_configuration_or_not(line, outcome):
    changed = CONFIG.evolve(keys=[*CONFIG.keys, "url"])
    notebook = burning().changed(changed).pods(pod("checkout-a")).logged("checkout-a", "started", line)
    assert seen("configuration named", notebook, about(change=changed)) == outcome


def test_an_error_from_before_the_onset_does_not_count():
    notebook = burning().changed(CONFIG).pods(pod("checkout-a"))
    notebook.logged("checkout-a", "ERROR index-url refused", seconds=-600)
    assert seen("configuration named", notebook, about(change=CONFIG)) == "no"


def test_without_any_log_nothing_is_named():
    notebook = burning().changed(CONFIG).pods(pod("checkout-a"))
    notebook.gap(LogsQuestion(namespace="shop", pod="checkout-a"), GapReason.REFUSED)
    assert seen("configuration named", notebook, about(change=CONFIG)) is None


# log novelty


def logging(new: list[str], old: list[str]) -> Notebook:
    notebook = burning().changed(ROLLOUT).pods(pod("new-a", 7), pod("old-a", 4)).revisions(revision(4), revision(7))
    return notebook.logged("new-a", *new).logged("old-a", *old)


NEW, SHARED = "ERROR no column 17 in table orders", "ERROR payments refused"


@pytest.mark.parametrize(
    ("new", "old", "outcome"),
    [
        ([NEW, NEW], ["started"], "only new"),
        ([NEW, NEW, SHARED, SHARED], [SHARED], "only new"),
        ([SHARED, SHARED], [SHARED], "everywhere"),
        ([NEW], ["started"], "none"),  # once is not a habit
        ([SHARED], [SHARED], "none"),
        (["started"], ["started"], "none"),
        (["started"], [SHARED, SHARED], "none"),
        (["ERROR no column 1", "ERROR no column 2"], ["ERROR no column 3"], "everywhere"),
    ],
)
def test_the_new_revision_logs_an_error_of_its_own_or_not(new, old, outcome):
    assert seen("log novelty", logging(new, old), about(change=ROLLOUT)) == outcome


def test_a_new_message_is_quoted_with_its_count():
    told = read("log novelty", logging([NEW, NEW, NEW], ["started"]), about(change=ROLLOUT))
    assert told.statement == (
        'only the new revision logs "ERROR no column * in table orders" (3 times in 1 pods, 0 in 1 old ones)'
    )


@pytest.mark.parametrize("unanswered", ["E8", "E9"])
def test_novelty_needs_the_logs_of_both_sides(unanswered):
    assert seen("log novelty", without(logging([NEW, NEW], ["started"]), unanswered), about(change=ROLLOUT)) is None


def test_novelty_needs_an_old_pod_that_is_still_there():
    notebook = burning().changed(ROLLOUT).pods(pod("new-a", 7)).revisions(revision(4), revision(7))
    assert seen("log novelty", notebook.logged("new-a", NEW, NEW), about(change=ROLLOUT)) is None


def test_to_read_logs_pods_and_revisions_are_asked_first():
    probe, subject = PROBES["log novelty"], about(change=ROLLOUT)
    first = burning().changed(ROLLOUT)
    assert probe.needs(first.facts(), subject) == [
        RevisionsQuestion(entity=named(CHECKOUT)),
        PodsQuestion(entity=named(CHECKOUT)),
    ]
    first.pods(pod("new-a", 7), pod("old-a", 4)).revisions(revision(4), revision(7))
    assert probe.needs(first.facts(), subject) == [
        LogsQuestion(namespace="shop", pod=name) for name in ("new-a", "old-a")
    ]


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES)
def test_what_has_no_workload_has_no_pods_to_look_at(probe):
    facts = Notebook(Profile(service=CHECKOUT)).facts()
    for subject in (about(), about(change=ROLLOUT), about(change=CONFIG)):
        assert not probe.applies(facts, subject) or probe.name == "onset"


# place split


def on_nodes(sick: float, well: float) -> Notebook:
    loads = [Load("checkout-hash4-a", failing=sick), Load("checkout-hash4-b", failing=well)]
    living = [pod("checkout-hash4-a", node="n1"), pod("checkout-hash4-b", node="n2")]
    return burning(*loads).pods(*living).answer(NodesQuestion(), Nodes(items=[node("n1", "a"), node("n2", "b")]))


def node(name: str, zone: str) -> Node:
    return Node(name=name, ready=True, zone=zone, created_at=after(-86_400))


@pytest.mark.parametrize(
    ("sick", "well", "outcome"), [(0.3, 0.0, "only there"), (0.3, 0.3, "both"), (0.0, 0.3, "only elsewhere")]
)
@pytest.mark.parametrize(("kind", "name"), [("Node", "n1"), ("Zone", "a")])
def test_a_place_is_compared_with_all_others(kind, name, sick, well, outcome):
    subject = Subject(entity=Entity(kind=kind, name=name))
    assert seen("place split", on_nodes(sick, well), subject) == outcome


def test_a_place_without_pods_says_nothing():
    assert seen("place split", on_nodes(0.3, 0.0), Subject(entity=Entity(kind="Node", name="n9"))) is None
