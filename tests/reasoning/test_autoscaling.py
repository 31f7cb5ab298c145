"""Autoscalers that cannot follow: what their controller says, checked against their numbers."""

import pytest

from agent.reasoning.detectors import findings
from tests.reasoning.estates import concluded, route, running, scaler, seen, shop, workload

LIMITED = {"ScalingLimited": "True: TooManyReplicas: the desired replica count is more than the maximum"}
BLIND = {"ScalingActive": "False: FailedGetResourceMetric: no metrics returned from resource metrics API"}


def scaled(current, maximum, **conditions):
    return seen(
        shop(
            workloads=[workload("web"), workload("cart")],
            pods=[running("web"), running("cart")],
            routes=[route("web"), route("cart")],
            autoscalers=[scaler(current, maximum, **conditions)],
        )
    )


@pytest.mark.parametrize(
    ("notebook", "cause"),
    [(scaled(5, 5, **LIMITED), "autoscaler-at-bound"), (scaled(2, 5, **BLIND), "autoscaler-blind")],
    ids=["at its maximum", "without metrics"],
)
def test_an_autoscaler_that_cannot_follow_leads(notebook, cause):
    assert concluded(notebook)[0][:2] == (cause, "cart")


def test_what_is_said_and_the_numbers_deny_does_not_lead():
    assert concluded(scaled(2, 5, **LIMITED))[0][0] != "autoscaler-at-bound"


def test_one_with_room_is_no_finding():
    assert not [f for f in findings(scaled(2, 5)) if f.cause.startswith("autoscaler")]
