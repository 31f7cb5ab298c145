"""The stage's arithmetic: what the pods of a shop count is what such pods would count."""

import pytest

from tests.e2e.traffic import CLIENT, RATE, SERVER, Actor, Traffic


def checkout(pod="checkout-1", fail_ratio=0.0):
    return Actor("shop", pod, "checkout", ("payments",), fail_ratio)


PAYMENTS = Actor("shop", "payments-1", "payments")


def counted(traffic, metric, **labels):
    total = 0
    for line in traffic.render().splitlines():
        name, _, rest = line.partition("{")
        inside, _, value = rest.rpartition("} ")
        if name == metric and all(f'{key}="{text}"' in inside.split(",") for key, text in labels.items()):
            total += int(value)
    return total


def api_pod(image="shop/checkout:v1", ready="True", env=None, **meta):
    return {
        "metadata": {"namespace": "shop", "name": "checkout-1", "labels": {"app": "checkout"}, **meta},
        "spec": {"containers": [{"image": image, "env": env or []}]},
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


def test_a_healthy_shop_counts_requests_and_calls_and_has_no_series_of_errors():
    traffic = Traffic()
    traffic.play([checkout("checkout-1"), checkout("checkout-2"), PAYMENTS], 10)
    assert counted(traffic, SERVER, service="checkout") == RATE * 10
    assert counted(traffic, SERVER, service="payments") == RATE * 10
    assert counted(traffic, CLIENT, server_address="payments", pod="checkout-1") == RATE * 5
    assert '"5' not in traffic.render()


def test_only_the_bad_pods_fail_and_only_their_own_requests():
    traffic = Traffic()
    traffic.play([checkout("old"), checkout("new", fail_ratio=0.3), PAYMENTS], 20)
    assert counted(traffic, SERVER, pod="new", http_response_status_code="500") == 150
    assert counted(traffic, SERVER, pod="old", http_response_status_code="200") == 500
    assert counted(traffic, CLIENT, http_response_status_code="503") == 0


def test_a_broken_dependency_shows_on_itself_on_the_edge_and_in_its_callers():
    traffic = Traffic()
    traffic.broken["shop", "payments"] = 0.9
    traffic.play([checkout(), PAYMENTS], 10)
    assert counted(traffic, SERVER, service="payments", http_response_status_code="500") == 450
    assert counted(traffic, CLIENT, http_response_status_code="503") == 450
    assert counted(traffic, SERVER, service="checkout", http_response_status_code="502") == 450


def test_a_dependency_without_a_ready_pod_fails_every_call():
    traffic = Traffic()
    traffic.play([checkout()], 10)
    assert counted(traffic, SERVER, service="checkout", http_response_status_code="502") == 500


def test_a_pod_that_is_gone_takes_its_counters_with_it_and_the_others_only_grow():
    traffic = Traffic()
    traffic.play([checkout("checkout-1"), checkout("checkout-2"), PAYMENTS], 10)
    before = counted(traffic, SERVER, pod="checkout-1")
    traffic.play([checkout("checkout-1"), PAYMENTS], 10)
    assert counted(traffic, SERVER, pod="checkout-1") == before + 500
    assert "checkout-2" not in traffic.render()


@pytest.mark.parametrize(
    ("pod", "ratio"),
    [
        (api_pod(), 0.0),
        (api_pod("shop/checkout:bad-v4"), 0.3),
        (api_pod(env=[{"name": "FAIL_RATIO", "value": "0.5"}]), 0.5),
    ],
    ids=["an ordinary image", "an image tagged bad", "a ratio in its environment"],
)
def test_how_a_pod_behaves_follows_from_its_own_template(pod, ratio):
    found = Actor.of(pod)
    assert found is not None
    assert found.fail_ratio == ratio


@pytest.mark.parametrize(
    "pod",
    [api_pod(ready="False"), api_pod(deletionTimestamp="2026-01-01T00:00:00Z"), api_pod(labels={})],
    ids=["not ready", "going", "of no service"],
)
def test_a_pod_that_does_not_serve_takes_no_part(pod):
    assert Actor.of(pod) is None
