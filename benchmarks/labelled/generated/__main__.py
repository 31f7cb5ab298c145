"""`python -m benchmarks.labelled.generated FOLDER [--count N] [--seed S]`: write incidents and labels.json."""

import argparse
import csv
import json
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.labelled.generated import culprits, culprits_second, outside, outside_second, third
from benchmarks.labelled.generated.innocents import FLAGS, IDLE, TIDY
from benchmarks.labelled.generated.kinds import Course, Patch, Plot

SETS = {
    "first": [*culprits.CULPRITS, *outside.OUTSIDE],
    "second": [*culprits_second.SECOND, *outside_second.SECOND],
    "third": third.THIRD,
}
HEADS = [
    "ledger",
    "basket",
    "quote",
    "parcel",
    "profile",
    "voucher",
    "catalog",
    "invoice",
    "search",
    "notify",
    "session",
    "stock",
    "media",
    "geo",
]
TAILS = ["-api", "-svc", "service", "-worker", "-gateway"]
HOSTS = ["api.paygate.example", "mail.sendwell.example", "storage.eu-1.cloudy.example", "maps.tiler.example"]
FAKE_EPOCH = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Writer:
    """One incident: everything random about it comes from its seed."""

    def __init__(self, plot: Plot, seed: int) -> None:
        self.plot, self.dice = plot, random.Random(seed)
        dice = self.dice
        heads = dice.sample(HEADS, 5)
        self.services = [head + dice.choice(TAILS) for head in heads]  # the first calls the second calls the third …
        self.origin = self.services[dice.choice([1, 2])]
        self.onset = FAKE_EPOCH + timedelta(
            hours=dice.randint(0, 300), minutes=dice.randint(0, 59), seconds=dice.randint(0, 59)
        )
        self.alert = self.onset + timedelta(minutes=dice.randint(3, 9))
        self.deploy = self.onset - timedelta(minutes=dice.randint(*plot.delay), seconds=dice.randint(15, 50))
        domain = dice.choice(heads)
        peer = self.services[self.services.index(self.origin) + 1]
        self.words = {
            "svc": self.origin, "dom": domain, "Dom": domain.capitalize(), "DOM": domain.upper(), "peer": peer,
            "host": dice.choice(HOSTS), "ip": f"10.{dice.randint(0, 99)}.{dice.randint(0, 99)}.{dice.randint(2, 99)}",
            "id": f"{dice.getrandbits(40):010x}", "col": dice.choice(["loyalty_tier", "vat_number", "nickname", "locale_hint"]),
            "flag": f"{domain}_ranker_beta", "past": self.onset.isoformat(),
        }  # fmt: skip
        self.logs: list[dict[str, Any]] = []
        self.commits: list[dict[str, Any]] = []
        self.deploys: list[dict[str, Any]] = []
        self.flags: list[dict[str, Any]] = []
        self.decoys: list[str] = []
        self.culprit = "none"

    def fill(self, text: str, **more: str) -> str:
        """The text with its words; {n} is another number each time."""
        known = {**self.words, **more}
        return re.sub(
            r"\{(\w+)\}", lambda m: str(self.dice.randint(100, 9999)) if m[1] == "n" else known.get(m[1], m[0]), text
        )

    def commit(self, patch: Patch, at: datetime, **more: str) -> str:
        """Merge a commit."""
        sha = f"{self.dice.getrandbits(160):040x}"
        diff = self.fill(patch.diff, **more)
        path = self.fill(patch.path, **more)
        self.commits.append(
            {"sha": sha, "author": self.dice.choice(["ana", "bo", "cy", "dee"]), "timestamp": at.isoformat(),
             "message": self.fill(patch.message, **more), "files_changed": [path],
             "diff": (f"--- a/{path}\n+++ b/{path}\n{diff}" if diff and self.dice.choice([True, False]) else diff) or None}
        )  # fmt: skip
        return sha

    def ship(self, service: str, sha: str, at: datetime) -> None:
        """Deploy a commit."""
        self.deploys.append(
            {"timestamp": at.isoformat(), "service": service, "commit_sha": sha, "version": f"v{at:%Y.%m.%d-%H%M}"}
        )

    def say(self, at: datetime, service: str, level: str, text: str, **more: str) -> None:
        """Log a line."""
        row = {"timestamp": at.isoformat(), "service": service, "severity_text": level, "msg": text, **more}
        self.logs.append(row)

    def write(self, folder: Path) -> dict[str, Any]:
        """All files; returns the label."""
        self._changes()
        self._lines()
        (folder / "context").mkdir(parents=True, exist_ok=True)
        when: Callable[[dict[str, Any]], str] = lambda row: row["timestamp"]  # noqa: E731 - a key, three times
        text = "\n".join(json.dumps(row) for row in sorted(self.logs, key=when))
        (folder / "logs.ndjson").write_text(text + "\n")
        (folder / "context/commits.json").write_text(json.dumps(sorted(self.commits, key=when), indent=1))
        (folder / "context/deploys.json").write_text(json.dumps(sorted(self.deploys, key=when), indent=1))
        (folder / "context/flags.json").write_text(json.dumps(self.flags, indent=1))
        (folder / "traces.json").write_text(json.dumps(self._spans(), indent=1))
        (folder / "patterns.json").write_text("[]")
        main = self.plot.courses[0]
        alert = {"service": self.origin, "metric": main.name, "threshold": main.normal, "observed": main.bad,
                 "fired_at": self.alert.isoformat(), "severity": "critical", "monitor": f"{self.origin}-{main.name}",
                 "summary": f"{self.origin} {main.name.replace('_', ' ')} is far from normal"}  # fmt: skip
        (folder / "alert.json").write_text(json.dumps(alert))
        self._metrics(folder / "metrics.csv")
        return {"root_cause_commit": self.culprit, "first_failing_service": self.origin, "blast_radius": self._callers(),
                "decoy_deploy_commits": self.decoys, "remediation": self.plot.remediation, "scenario": self.plot.name}  # fmt: skip

    def _callers(self) -> list[str]:
        return self.services[: self.services.index(self.origin)]

    def _changes(self) -> None:
        dice = self.dice
        for _ in range(dice.randint(6, 16)):  # what else was merged that day
            at = self.onset - timedelta(minutes=dice.randint(5, 240))
            self.commit(dice.choice(IDLE), at, svc=dice.choice(self.services))
        if self.plot.patches:
            merged = self.deploy - timedelta(minutes=dice.randint(1, 40))
            if self.plot.flagged:
                merged = self.deploy - timedelta(hours=2)
            self.culprit = self.commit(dice.choice(self.plot.patches), merged)
            self.ship(self.origin, self.culprit, self.deploy - timedelta(hours=1) if self.plot.flagged else self.deploy)
            if self.plot.flagged:
                self._turn(self.words["flag"], self.origin, self.onset - timedelta(seconds=dice.randint(10, 50)))
        for number, patch in enumerate(dice.sample(TIDY, 3)):
            near = self.onset - timedelta(
                minutes=dice.randint(0, 3) if number == 0 else dice.randint(8, 60), seconds=20
            )
            service = self.origin if number < 2 else dice.choice(self.services)  # noqa: PLR2004 - two on the failing service
            sha = self.commit(patch, near - timedelta(minutes=dice.randint(1, 9)), svc=service)
            self.ship(service, sha, near)
            self.decoys.append(sha)
        for patch in self.plot.baits:
            near = self.onset - timedelta(minutes=dice.randint(0, 8), seconds=dice.randint(10, 50))
            sha = self.commit(patch, near - timedelta(minutes=dice.randint(1, 5)))
            self.ship(self.origin, sha, near)
            self.decoys.append(sha)
        sha = self.commit(dice.choice(IDLE[:1] + IDLE[3:4]), self.onset - timedelta(minutes=12))
        self.ship(dice.choice(self.services), sha, self.onset - timedelta(minutes=dice.randint(1, 10)))
        self.decoys.append(sha)
        late = self.commit(dice.choice(TIDY), self.onset + timedelta(seconds=60))
        self.ship(self.origin, late, self.onset + timedelta(seconds=150))
        self.decoys.append(late)
        self._turn(
            self.fill(dice.choice(FLAGS)),
            dice.choice(self.services),
            self.onset - timedelta(minutes=dice.randint(1, 50)),
        )

    def _turn(self, flag: str, service: str, at: datetime) -> None:
        self.flags.append(
            {"timestamp": at.isoformat(), "flag": flag, "service": service, "change": "off->on", "actor": "ana"}
        )

    def _lines(self) -> None:
        dice, plot = self.dice, self.plot
        at = self.onset - timedelta(minutes=60)
        while at < self.alert:
            at += timedelta(seconds=dice.randint(30, 70))
            self.say(at, dice.choice(self.services), "INFO", f"handled request in {dice.randint(3, 90)} ms")
            if dice.random() < 0.05:  # noqa: PLR2004 - the usual noise
                self.say(at, dice.choice(self.services), "WARN", "client closed connection before the reply")
        wording = dice.choice(plot.errors)
        struck = [
            self.origin,
            *(dice.sample([s for s in self.services if s != self.origin], 2) if plot.everywhere else []),
        ]
        at = self.onset
        while at < self.alert:
            service = struck[0] if dice.random() < 0.5 else dice.choice(struck)  # noqa: PLR2004
            more = {"stack": self.fill(plot.stack)} if plot.stack and wording is plot.errors[0] else {}
            host = self.words["host"] if service == self.origin or dice.random() < 0.5 else dice.choice(HOSTS)  # noqa: PLR2004
            self.say(at, service, "ERROR", self.fill(dice.choice(wording), host=host), **more)
            at += timedelta(seconds=dice.randint(3, 20))
        for caller, callee in zip(self._callers(), [*self._callers()[1:], self.origin], strict=True):
            at = self.onset + timedelta(seconds=dice.randint(5, 40))
            while at < self.alert:
                self.say(at, caller, "ERROR", f"upstream {callee} returned {dice.choice([500, 502, 503])}")
                at += timedelta(seconds=dice.randint(15, 60))
        for line in plot.elsewhere:
            component, _, text = line.partition("|")
            for minute in range(int((self.alert - self.onset).total_seconds() // 60)):
                self.say(self.onset + timedelta(minutes=minute, seconds=9), component, "ERROR", self.fill(text))

    def _spans(self) -> list[dict[str, Any]]:
        spans: list[dict[str, Any]] = []
        path = [*self._callers(), self.origin]
        for number in range(4):
            at = self.onset + timedelta(seconds=25 * number + 10)
            for depth, service in enumerate(path):
                row = {"trace_id": f"t{number}", "span_id": f"s{depth}", "parent_id": f"s{depth - 1}" if depth else None,
                       "service": service, "name": f"{service} call", "start": at.isoformat(), "duration_ms": 900 - 50 * depth, "status": "ERROR"}  # fmt: skip
                if service == self.origin:
                    row["error"] = self.fill(self.plot.errors[0][0]) if len(self.plot.errors) == 1 else "request failed"
                spans.append(row)
        return spans

    def _metrics(self, path: Path) -> None:
        start, minutes = self.onset - timedelta(minutes=100), int((self.alert - self.onset).total_seconds() // 60) + 101
        with path.open("w", newline="") as file:
            out = csv.writer(file)
            out.writerow(["timestamp", "service", "metric", "value"])
            rows = [(self.origin, course) for course in self.plot.courses]
            rows += [(caller, Course("http_5xx_ratio", 0.002, 0.3)) for caller in self._callers()]
            rows += [(self.services[-1], Course("http_5xx_ratio", 0.002, 0.002))]
            if self.plot.everywhere:
                rows += [(s, Course("outbound_errors_ratio", 0.002, 0.5)) for s in self.services if s != self.origin][
                    :2
                ]
            for service, course in rows:
                for minute in range(minutes):
                    at = start + timedelta(minutes=minute)
                    value = self._value(course, at)
                    out.writerow([at.isoformat(), service, course.name, round(value, 5)])

    def _value(self, course: Course, at: datetime) -> float:
        noise = 1 + self.dice.uniform(-0.08, 0.08)
        since = {"step": self.onset, "from deploy": self.deploy}.get(course.shape)
        if since:
            return (course.bad if at >= since else course.normal) * noise
        if course.shape == "count down":
            return (self.onset - at).total_seconds()
        span = max((self.onset - self.deploy).total_seconds(), 60.0)
        share = min(max((at - self.deploy).total_seconds() / span, 0.0), 1.0)
        return (course.normal + share * (course.bad - course.normal)) * noise


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.labelled.generated", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--set",
        choices=SETS,
        default="first",
        help="first: known to whoever wrote the rules; second and third: written to measure them",
    )
    arguments = parser.parse_args()
    plots, labels = SETS[arguments.set], dict[str, Any]()
    for number in range(arguments.count):
        case = f"gen-{number:04d}"
        writer = Writer(plots[number % len(plots)], arguments.seed * 100_003 + number)
        labels[case] = writer.write(arguments.folder / case)
    (arguments.folder / "labels.json").write_text(json.dumps(labels, indent=1))


if __name__ == "__main__":
    main()
