"""Pods that admission refuses: the controller's words, checked against the pods that are there."""

import pytest

from tests.reasoning.estates import concluded, route, running, said, seen, shop, workload


def refused(message: str, made: int = 0):
    cart = [running("cart")] * made
    return seen(
        shop(
            workloads=[workload("web"), workload("cart", ready=0)],
            pods=[running("web"), *cart],
            routes=[route("web"), route("cart", ready=[])],
            events=[said("FailedCreate", message, kind="ReplicaSet")],
        )
    )


CASES = {
    'admission webhook "policy.example.com" denied the request: no latest tags': "webhook-denies",
    'Internal error occurred: failed calling webhook "inject.example.com": connection refused': "webhook-down",
    'pods "cart-7d9f-" is forbidden: maximum cpu usage per Container is 500m, but limit is 2': "limit-range-exceeded",
    'pods "cart-7d9f-" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot': "pod-security-refuses",
}


@pytest.mark.parametrize("message", CASES)
def test_what_refuses_the_pods_leads(message):
    cause, entity, probability = concluded(refused(message))[0]
    assert (cause, entity) == (CASES[message], "cart")
    assert probability >= 0.8


def test_a_refusal_of_pods_that_were_made_after_all_is_past():
    causes = {cause for cause, _, _ in concluded(refused(next(iter(CASES)), made=1))}
    assert "webhook-denies" not in causes
