import math

import pytest

from agent.cli import figures


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.41, "41 %"),
        (0.001, "0.1 %"),
        (0.0001, "<0.1 %"),
        (0.996, "99.6 %"),
        (0.99999, "99.9 %"),
        (1.0, "100 %"),
        (None, "-"),
        (math.nan, "-"),
    ],
)
def test_a_percentage_never_hides_the_difference_to_0_or_100(share, text):
    assert figures.percent(share) == text


@pytest.mark.parametrize(
    ("burn", "text"),
    [(22.06, "22.1x"), (310.4, "310x"), (0.0, "0.0x"), (None, "no data"), (math.nan, "no data"), (math.inf, "∞x")],
)
def test_a_burn_rate_without_data_says_so(burn, text):
    assert figures.times(burn) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(81, "81 s"), (-81, "81 s"), (720, "12 min"), (725, "12 min 5 s"), (11520, "3.2 h"), (200000, "2.3 d")],
)
def test_a_span_is_exact_where_seconds_decide(seconds, text):
    assert figures.span(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(300, "5m"), (21600, "6h"), (259200, "3d"), (90, "90s")])
def test_windows_are_written_as_rules_write_them(seconds, text):
    assert figures.window(seconds) == text


@pytest.mark.parametrize(("share", "filled"), [(0, 0), (0.001, 1), (0.41, 4), (0.999, 9), (1, 10)])
def test_a_bar_is_empty_only_at_0_and_full_only_at_1(share, filled):
    assert figures.bar(share).count("█") == filled
    assert len(figures.bar(share)) == 10


def test_a_sparkline_falls_as_its_values_do_and_marks_what_is_missing():
    assert figures.sparkline([310.0, 200.0, None, 40.0, 0.0]) == "█▆·▂▁"
    assert figures.sparkline([0.0, 0.0]) == "▁▁"
    assert figures.sparkline([math.nan, math.inf, 1.0]) == "·██"
