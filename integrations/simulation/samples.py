"""The world's metrics memory: one row a series, one column a scrape, the newest three hours kept.

`Traffic` and `Kubelet` write the present values, the world closes a scrape with `scrape`, and metrics,
logs and alerts read windows. NaN means: not there at that scrape.
"""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Rows = NDArray[np.intp]

SERVER = "http_server_request_duration_seconds_count"
CLIENT = "http_client_request_duration_seconds_count"
MEMORY = "container_memory_working_set_bytes"


class Samples:
    """A matrix of series by scrapes; a counter shows up with its first event, as client libraries do it."""

    def __init__(self, columns: int) -> None:
        self._keep = columns
        self._width = 0
        self._times: Values = np.zeros(columns * 2)
        self._matrix: Values = np.full((256, columns * 2), np.nan)
        self._present: Values = np.zeros(256)
        self._active = np.zeros(256, dtype=bool)
        self.labels: list[dict[str, str]] = []
        self._by_metric: dict[str, list[int]] = {}

    def register(self, labels: list[dict[str, str]]) -> Rows:
        """Add series (each with `__name__`), active and at zero; returns their rows."""
        first = len(self.labels)
        self.labels += labels
        for row, one in enumerate(labels, first):
            self._by_metric.setdefault(one["__name__"], []).append(row)
        while len(self.labels) > len(self._present):
            self._grow()
        rows = np.arange(first, len(self.labels), dtype=np.intp)
        self._active[rows] = True
        return rows

    def _grow(self) -> None:
        size = len(self._present)
        self._matrix = np.vstack([self._matrix, np.full((size, self._matrix.shape[1]), np.nan)])
        self._present = np.concatenate([self._present, np.zeros(size)])
        self._active = np.concatenate([self._active, np.zeros(size, dtype=bool)])

    def switch(self, rows: Rows, *, on: bool) -> None:
        """Whether these series are exposed; switched on, they start again from zero, as a new process does."""
        self._active[rows] = on
        if on:
            self._present[rows] = 0.0

    def add(self, rows: Rows, events: Values) -> None:
        """Count events on counters."""
        self._present[rows] += events

    def put(self, rows: Rows, values: Values | float) -> None:
        """Set gauges."""
        self._present[rows] = values

    def scrape(self, at: float) -> None:
        """Keep the present values under that time (epoch seconds, later than the last)."""
        if self._width == self._matrix.shape[1]:
            self._forget()
        shown = np.where(self._active & (self._present > 0), self._present, np.nan)
        self._matrix[:, self._width] = shown
        self._times[self._width] = at
        self._width += 1

    def _forget(self) -> None:
        keep = self._keep
        self._matrix[:, :keep] = self._matrix[:, -keep:].copy()
        self._times[:keep] = self._times[-keep:].copy()
        self._width = keep

    def of_metric(self, metric: str) -> list[int]:
        """The rows of one metric."""
        return self._by_metric.get(metric, [])

    def window(self, rows: Rows | list[int], start: float, end: float) -> tuple[Values, Values]:
        """Scrape times in [start, end] and, one row a series, the values there."""
        oldest = max(self._width - self._keep, 0)
        times = self._times[oldest : self._width]
        low, high = np.searchsorted(times, [start, end + 1e-6])
        return times[low:high], self._matrix[rows, oldest + low : oldest + high]

    def events(self, rows: Rows | list[int], start: float, end: float) -> tuple[Values, Values]:
        """Scrape times in (start, end] and what counters counted up to each since the scrape before, restarts included."""
        before = self._times[: self._width]
        previous = before[max(int(np.searchsorted(before, start + 1e-6)) - 1, 0)] if self._width else start
        times, values = self.window(rows, float(previous), end)
        counted = np.nan_to_num(values)
        grown = np.diff(counted, axis=1, prepend=counted[:, :1])
        grown = np.where(grown < 0, counted, grown)
        inside = times > start + 1e-6
        return times[inside], grown[:, inside]
