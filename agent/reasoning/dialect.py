"""Where the two living generations of PromQL disagree, named once.

`agent.reasoning.evaluate` takes one of these; tests/contracts picks the one of the Prometheus it
found, and has been run against 2.42.0 and 3.16.0.
"""

from enum import StrEnum


class Dialect(StrEnum):
    """A generation of PromQL."""

    PROMETHEUS_2 = "2"  # windows and look-back include both ends; `.` in a regex stops at a newline
    PROMETHEUS_3 = "3"  # windows and look-back exclude their old end; `.` matches a newline too

    @classmethod
    def of_version(cls, version: str) -> "Dialect":
        """The dialect of a server that calls itself "2.42.0+ds" or "3.16.0"; the newer one if it is unknown."""
        return cls.PROMETHEUS_2 if version.removeprefix("v").startswith("2.") else cls.PROMETHEUS_3

    @property
    def closed(self) -> bool:
        """Whether a sample exactly at the old end of a window belongs to it."""
        return self is Dialect.PROMETHEUS_2

    @property
    def zero_before_gap(self) -> bool:
        """Whether a counter's projected zero replaces the distance to a far window start *before* that is judged too far."""
        return self is Dialect.PROMETHEUS_2

    @property
    def bucket_tolerance(self) -> float:
        """Relative difference up to which two neighbouring bucket counts are taken for rounding noise."""
        return 0.0 if self is Dialect.PROMETHEUS_2 else 1e-12

    @property
    def nan_count_is_passed_over(self) -> bool:
        """Whether a bucket count of NaN leaves the height that later counts are lifted to as it was."""
        return self is Dialect.PROMETHEUS_2
