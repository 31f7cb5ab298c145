import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.kubernetes.quantities import quantities, quantity

POWERS = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
POWERS |= {f"{name}i": 1024.0**n for n, name in enumerate("KMGTPE", start=1)}


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("100m", 0.1),
        ("1.5", 1.5),
        ("128Mi", 128 * 2**20),
        ("1G", 1e9),
        ("1e3", 1000.0),
        ("1E3", 1000.0),
        ("1E", 1e18),
        ("2Ei", 2 * 2.0**60),
        ("1.e1", 10.0),
        (".5Gi", 2.0**29),
        ("+3", 3.0),
        ("-1Ki", -1024.0),
        ("5e-1", 0.5),
        (2, 2.0),
        (0.25, 0.25),
        ("0", 0.0),
    ],
)
def test_a_quantity_is_read_as_kubernetes_means_it(written, number):
    assert quantity(written) == pytest.approx(number)


@pytest.mark.parametrize(
    "written", ["", " 1", "1 Gi", "1gi", "1K", "one", "1e", "1Mi2", "--1", "0x10", None, True, [], {}, "1e999", "NaN"]
)
def test_what_is_no_quantity_is_nothing(written):
    assert quantity(written) is None


@given(st.integers(0, 10**9), st.sampled_from(sorted(POWERS)))
def test_every_whole_number_with_every_suffix_is_read(number, suffix):
    assert quantity(f"{number}{suffix}") == pytest.approx(number * POWERS[suffix])


@given(st.decimals(min_value=0, max_value=10**6, places=3), st.sampled_from(["Ki", "Mi", "Gi", "k", "M", "G", ""]))
def test_a_larger_number_of_one_unit_is_never_smaller(number, suffix):
    assert quantity(f"{number}{suffix}") <= quantity(f"{number + 1}{suffix}")


@given(st.integers(0, 10**6))
def test_a_thousand_milli_are_one(number):
    assert quantity(f"{number * 1000}m") == pytest.approx(quantity(str(number)))


@given(st.text(max_size=30))
def test_no_text_breaks_it_and_every_answer_is_finite(written):
    found = quantity(written)
    assert found is None or math.isfinite(found)


def test_a_map_keeps_what_can_be_read():
    found = {"limits": {"cpu": "250m", "memory": "64Mi", "odd": "?", "gone": None}}
    assert quantities(found, "limits") == {"cpu": 0.25, "memory": 64 * 2**20}
    assert quantities(found, "requests") == {}
