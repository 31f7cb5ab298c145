"""Who may decide what where."""

import pytest

from agent.model.identity import Approver, Identity, Right
from agent.policy.approvers import objection, person, told

SRE = Approver(name="sre", identities=["oidc-group:sre", "slack-group:S9"])
ANA = Approver(name="ana", identities=["api:ana", "slack:U1"], one_person=True, namespaces=["shop"])
SCALER = Approver(name="scaler", identities=["api:bot"], actions=["scale"], may=[Right.APPROVE])
HOUSE = [SRE, ANA, SCALER]

TABLE = {
    "a group's member anywhere": (Identity(id="oidc:1", also=["oidc-group:sre"]), "approve", "pay", "rollback", True),
    "a person in her namespace": (Identity(id="api:ana"), "approve", "shop", "rollback", True),
    "the same person by another channel": (Identity(id="slack:U1"), "deny", "shop", "rollback", True),
    "a person elsewhere": (Identity(id="api:ana"), "approve", "pay", "rollback", False),
    "a person on what has no namespace": (Identity(id="api:ana"), "approve", "", "cordon", False),
    "a bot for its action": (Identity(id="api:bot"), "approve", "pay", "scale", True),
    "a bot for another action": (Identity(id="api:bot"), "approve", "pay", "rollback", False),
    "a bot that may not deny": (Identity(id="api:bot"), "deny", "pay", "scale", False),
    "a bot that may not take over": (Identity(id="api:bot"), "take", "pay", "", False),
    "somebody with a group's name": (Identity(id="oidc:sre", name="sre"), "approve", "shop", "rollback", False),
    "a subject called as a token": (Identity(id="oidc:ana", name="api:ana"), "approve", "shop", "scale", False),
    "another channel's group": (Identity(id="api:x", also=["slack-group:sre"]), "approve", "shop", "scale", False),
    "nobody": (Identity(), "approve", "shop", "scale", False),
    "nobody who is called ana": (Identity(name="ana"), "approve", "shop", "scale", False),
}


@pytest.mark.parametrize("case", TABLE)
def test_a_role_is_bound_to_proven_identities_namespaces_and_actions(case):
    who, right, namespace, action, allowed = TABLE[case]
    why = objection(who, Right(right), namespace, action, HOUSE)
    assert (why == "") is allowed
    if not allowed:
        assert "who may: " in why


def test_without_approvers_everybody_may_and_the_check_says_so():
    assert objection(Identity(), Right.APPROVE, "shop", "rollback", []) == ""
    assert "everybody who reaches the API" in told([], known=False)
    assert "every caller with a token" in told([], known=True)
    assert told(HOUSE, known=True) == "3 approvers: sre, ana, scaler; nobody else may decide"


def test_where_nobody_is_configured_for_it_that_is_said():
    assert "nobody: no approver is configured for it" in objection(
        Identity(id="api:bot"), Right.APPROVE, "pay", "rollback", [SCALER]
    )


def test_several_identities_of_one_person_count_as_one_and_a_group_does_not():
    assert person(Identity(id="api:ana"), HOUSE) == person(Identity(id="slack:U1"), HOUSE) == "person:ana"
    one, other = (Identity(id=f"oidc:{n}", also=["oidc-group:sre"]) for n in (1, 2))
    assert person(one, HOUSE) != person(other, HOUSE)
