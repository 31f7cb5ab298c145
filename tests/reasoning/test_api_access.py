"""Applications that the API server refuses: in the words of three clients, checked against accounts, bindings and tokens."""

import pytest

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.inventory import Grant, Rule
from agent.model.message import Message
from agent.model.question import Changes, ChangesQuestion
from agent.model.record import Window
from agent.reasoning.detectors import findings
from tests.reasoning.builders import ANCHOR, after
from tests.reasoning.estates import concluded, line, running, seen, shop, template, workload

MAY_NOT = (
    'User "system:serviceaccount:shop:finder" cannot list resource "configmaps" in API group "" in the namespace "shop"'
)
GO = f"reflector.go:561] failed to list *v1.ConfigMap: configmaps is forbidden: {MAY_NOT}"
JAVA = (
    "io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: GET at: https://10.96.0.1/api/v1/"
    f"namespaces/shop/configmaps. Message: configmaps is forbidden: {MAY_NOT}. Received status: Status(code=403)"
)
PYTHON = (
    'HTTP response body: {"kind":"Status","status":"Failure","message":"configmaps is forbidden: '
    + MAY_NOT.replace('"', '\\"')
    + '","reason":"Forbidden","code":403}'
)
EXPIRED = {
    "go": "E1112 failed to list *v1.Endpoints: Unauthorized",
    "go, a get": "cannot read the lease: the server has asked for the client to provide credentials",
    "java": "KubernetesClientException: Message: Unauthorized! Token may have expired! Please log-in again. Unauthorized.",
    "python": "kubernetes.client.exceptions.ApiException: (401) Reason: Unauthorized",
}
NO_TOKEN = {
    "go": "panic: open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory",
    "python": "kubernetes.config.config_exception.ConfigException: Service token file does not exist.",
    "node": "Error: ENOENT: no such file or directory, open '/var/run/secrets/kubernetes.io/serviceaccount/token'",
    "java": "java.nio.file.NoSuchFileException: /var/run/secrets/kubernetes.io/serviceaccount/token",
}


def grant(*verbs: str, to: str = "finder", rules=None) -> Grant:
    entity = Entity(kind="RoleBinding", namespace="shop", name="finders")
    rule = Rule(verbs=list(verbs), groups=[""], resources=["configmaps"])
    return Grant(
        entity=entity,
        subjects=[f"system:serviceaccount:shop:{to}"],
        role="Role finder",
        rules=[rule] if rules is None else rules,
    )


def estate(*grants: Grant, unmounted=(), **asked):
    finder = template("cart", service_account="finder", **asked)
    return shop(
        workloads=[workload("web"), workload("cart", template=finder)],
        pods=[running("web"), running("cart", template=finder)],
        service_accounts=["default", "finder"],
        unmounted=list(unmounted),
        grants=list(grants),
    )


def altered(facts, kind: str, name: str, what: str, seconds: float = -60):
    """The same facts, and a change of rights."""
    entity = Entity(kind=kind, namespace="shop", name=name)
    change = Change(id=name, kind=ChangeKind.POLICY, entity=entity, at=after(seconds), summary=f"{entity} {what}")
    window = Window(start=after(-5400), end=ANCHOR)
    asked = facts.asked(ChangesQuestion(namespace="shop", window=window))
    assert asked is None
    facts._by_question["changes"] = next(iter(facts._by_question.values())).evolve(
        id="E99", question=ChangesQuestion(namespace="shop", window=window), answer=Changes(items=[change])
    )
    return facts


@pytest.mark.parametrize("text", [GO, JAVA, PYTHON], ids=["go", "java", "python"])
def test_an_account_without_the_right_that_its_client_names_leads(text):
    facts = seen(estate(grant("get"), grant("list", to="web")), line(text, "cart"))
    cause, entity, probability = concluded(facts)[0]
    assert (cause, entity) == ("api-access-forbidden", "cart")
    assert probability >= 0.8


def test_a_binding_to_a_role_that_is_gone_grants_nothing():
    assert concluded(seen(estate(grant(rules=[])), line(GO, "cart")))[0][0] == "api-access-forbidden"


@pytest.mark.parametrize(
    "what",
    {
        "a binding allows it": seen(estate(grant("list")), line(GO, "cart")),
        "a binding of all accounts allows it": seen(
            estate(grant("list").evolve(subjects=["system:serviceaccounts:shop"])), line(GO, "cart")
        ),
        "its pods have another account": seen(
            shop(grants=[grant("get")], service_accounts=["default", "finder"]), line(GO, "cart")
        ),
    }.items(),
    ids=lambda pair: pair[0],
)
def test_where_objects_and_words_disagree_the_line_is_not_believed(what):
    ranked = {cause: probability for cause, _, probability in concluded(what[1])}
    assert ranked.get("api-access-forbidden", 0.0) < 0.5


def test_a_line_that_was_there_long_before_the_trouble_is_hardly_a_suspicion():
    lines = [Message(service="cart", at=after(seconds), text=GO) for seconds in (-3000, 60)]
    (found,) = [f for f in findings(seen(estate(), *lines)) if f.cause == "api-access-forbidden"]
    (fresh,) = [f for f in findings(seen(estate(), lines[1])) if f.cause == "api-access-forbidden"]
    assert found.trust < 0.1 < fresh.trust


def test_where_roles_cannot_be_read_a_change_of_one_shortly_before_speaks_for_it():
    cluster_role = grant().evolve(role="ClusterRole finder", rules=None)
    facts = altered(seen(estate(cluster_role), line(GO, "cart")), "RoleBinding", "finders", "was edited")
    cause, entity, probability = concluded(facts)[0]
    assert (cause, entity) == ("api-access-forbidden", "cart")
    assert probability >= 0.8


@pytest.mark.parametrize("client", EXPIRED)
def test_a_token_that_is_not_accepted_after_its_account_was_made_anew_is_void(client):
    facts = altered(seen(estate(), line(EXPIRED[client], "cart")), "ServiceAccount", "finder", "was created")
    cause, entity, probability = concluded(facts)[0]
    assert (cause, entity) == ("api-token-rejected", "cart")
    assert probability >= 0.8


@pytest.mark.parametrize("client", EXPIRED)
def test_a_token_that_is_not_accepted_is_suspected_without_any_change(client):
    assert concluded(seen(estate(), line(EXPIRED[client], "cart")))[0][:2] == ("api-token-rejected", "cart")


@pytest.mark.parametrize("client", NO_TOKEN)
@pytest.mark.parametrize("asked", [{"automount": False}, {"automount": None, "unmounted": ["finder"]}])
def test_pods_that_are_given_no_token_are_told_by_template_or_account(client, asked):
    cause, entity, probability = concluded(seen(estate(**asked), line(NO_TOKEN[client], "cart")))[0]
    assert (cause, entity) == ("api-token-missing", "cart")
    assert probability >= 0.8


def test_a_pod_that_asks_for_its_token_gets_it_whatever_its_account_says():
    facts = seen(estate(automount=True, unmounted=["finder"]), line(NO_TOKEN["go"], "cart"))
    ranked = {cause: probability for cause, _, probability in concluded(facts)}
    assert ranked["api-token-missing"] < 0.5


@pytest.mark.parametrize(
    "text",
    [
        'pods "cart-7d9f-" is forbidden: exceeded quota: limits, requested: pods=1, used: pods=10',
        "GET /admin 403 Forbidden",
        "login of a user failed: Unauthorized",
        "open /etc/cart/token: no such file or directory",
    ],
)
def test_other_refusals_are_none_of_the_api_server(text):
    assert not [f for f in findings(seen(estate(), line(text, "cart"))) if f.cause.startswith("api-")]
