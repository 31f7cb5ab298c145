"""One incident as a person outside sees it: sentences about its report and journal, each waiting until it can be said.

Every sentence returns the case again, so that scenarios read on. Used by story.py.
"""

import time
from typing import Any, Self

from agent.model.coverage import Coverage
from tests.cluster.api import until
from tests.e2e.daemon import Daemon

PATIENCE_SECONDS = 150


class Case:
    """An incident of a running daemon, by its id."""

    def __init__(self, daemon: Daemon, incident: str) -> None:
        self.daemon = daemon
        self.id = incident

    @property
    def report(self) -> dict[str, Any]:
        """All that is known now."""
        return self.daemon.report(self.id)

    def entries(self, topic: str) -> list[dict[str, Any]]:
        """The journal's entries about something."""
        return [entry for entry in self.daemon.journal(self.id) if entry["topic"] == topic]

    def reaches(self, *phases: str) -> dict[str, Any]:
        """Wait for one of these phases; the report then."""

        def there() -> dict[str, Any] | None:
            report = self.report
            return report if report["incident"]["phase"] in phases else None

        return until(there, f"incident in phase {' or '.join(phases)}", PATIENCE_SECONDS)

    def says(self, topic: str) -> dict[str, Any]:
        """Wait, with as little delay as HTTP allows, until the journal has an entry about something; the first."""
        seen, end = 0, time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            for entry in self.daemon.journal(self.id, after=seen, wait=5):
                if entry["topic"] == topic:
                    return entry
                assert entry["topic"] != "remembered", f"it was over without a word about {topic}"
                seen = max(seen, entry["seq"])
        raise TimeoutError(f"no journal entry about {topic} within {PATIENCE_SECONDS} s")

    def is_confirmed_as(self, cause: str, of: str = "checkout") -> Self:
        """One cause stands, tested: at least one test could have come out the other way."""
        report = self.reaches("waiting", "closed")
        assert report["conclusion"] == "confirmed", report["summary"]
        (top,) = [each for each in report["hypotheses"] if each["verdict"] == "confirmed"]
        assert (top["cause"], top["entity"]["name"]) == (cause, of), top["claim"]
        assert any(test["discriminating"] for test in top["tests"]), top["why"]
        cap = Coverage.model_validate(report["coverage"]).cap
        assert report["confidence"] <= cap < 1, "more confident than what was visible allows"
        return self

    def is_not_confirmed(self) -> Self:
        """Nothing is blamed."""
        report = self.reaches("closed")
        assert report["conclusion"] in ("inconclusive", "blind"), report["summary"]
        assert all(each["verdict"] != "confirmed" for each in report["hypotheses"])
        return self

    def clears(self, cause: str, of: str = "checkout") -> Self:
        """That suspect was tested and refuted, in words that name it; and the memory keeps it."""
        report = self.reaches("closed")
        suspects = [each for each in report["hypotheses"] if (each["cause"], each["entity"]["name"]) == (cause, of)]
        assert suspects, f"{cause} of {of} was never suspected"
        for suspect in suspects:
            assert suspect["verdict"] == "refuted", f"{suspect['claim']}: {suspect['verdict']}"
            assert of in suspect["claim"]
            assert suspect["tests"], "refuted without a test"
            assert any(suspect["claim"] in kept for kept in self.memory["ruled_out"])
        return self

    def points_at(self, service: str) -> Self:
        """A person is told to look there."""
        told = self.reaches("closed")["next_steps"]
        assert any(service in step for step in told), told
        return self

    def asks_for_rollback_to(self, revision: int) -> dict[str, Any]:
        """An open question with everything in it that a person needs; the question."""
        asked = until(lambda: self.daemon.proposal(self.id), "a proposal", PATIENCE_SECONDS)
        proposal = asked["proposal"]
        action, undo = proposal["action"], proposal["undo"]
        assert (action["kind"], action["target"]["name"], action["to_revision"]) == ("rollback", "checkout", revision)
        assert undo["to_revision"] == proposal["before"]["revision"], undo
        assert all(proposal[field] for field in ("diff", "blast_radius", "reason"))
        return asked

    def asks_again_after(self, digest: str) -> dict[str, Any]:
        """A new question, with another digest."""

        def other() -> dict[str, Any] | None:
            asked = self.daemon.proposal(self.id)
            return asked if asked and asked["digest"] != digest else None

        return until(other, "another proposal", PATIENCE_SECONDS)

    def asked_nothing(self) -> Self:
        """No question to anybody, at any time."""
        assert not self.entries("proposal")
        assert self.daemon.proposal(self.id) is None
        return self

    def did_nothing(self) -> Self:
        """No action was begun."""
        assert not self.entries("action")
        return self

    def acted(self) -> Self:
        """Wait until the ledger knows that the effect happened."""
        until(
            lambda: any(entry["data"]["state"] == "done" for entry in self.entries("action")),
            "an action that is done",
            PATIENCE_SECONDS,
        )
        return self

    def was_taken_back(self) -> Self:
        """The action did not help, and its inverse, approved with it, was applied."""
        assert [entry["data"]["kind"] for entry in self.entries("verified")] == ["not recovered"]
        last = {entry["data"]["key"]: entry["data"]["state"] for entry in self.entries("action")}
        assert list(last.values()) == ["done", "done"], last
        return self

    def acted_once(self) -> Self:
        """The ledger has one effect, and knows that it happened."""
        keys = {entry["data"]["key"] for entry in self.entries("action")}
        states = [entry["data"]["state"] for entry in self.entries("action")]
        assert len(keys) == 1, keys
        assert states[-1] == "done", states
        return self

    def ends_as(self, resolution: str) -> Self:
        """Closed, with that outcome."""
        report = self.reaches("closed")
        assert report["incident"]["resolution"] == resolution, (
            f"{report['incident']['resolution']}: {report['summary']}"
        )
        return self

    def was_decided(self, kind: str, reason: str = "") -> Self:
        """The answer that counted, and why it was given."""
        decision = self.reaches("closed")["decision"]
        assert decision["kind"] == kind
        assert reason in decision["reason"]
        return self

    def burn_fell(self) -> Self:
        """Verified over its window, on real requests."""
        seen = self.reaches("closed")["verification"]
        assert seen["kind"] == "recovered", seen
        assert seen["burn_after"] <= 1.0 < seen["burn_before"], seen
        assert seen["events"] >= 20, seen
        return self

    def cannot_tell(self) -> Self:
        """Verification without metrics says so."""
        seen = self.reaches("closed")["verification"]
        assert seen["kind"] == "cannot tell", seen
        assert not [entry for entry in self.entries("verified") if entry["data"]["kind"] == "recovered"]
        return self

    def coverage_misses(self, source: str) -> Self:
        """The report says that this could not be asked, and why."""
        report = self.reaches("closed")
        (item,) = [item for item in report["coverage"]["items"] if item["source"] == source]
        assert item["gaps"], item
        assert item["answered"] + item["empty"] < item["asked"], item
        assert any(gap.startswith(("failed", "timed out")) for gap in item["gaps"]), item
        return self

    def remembered(self) -> Self:
        """What is kept says what was found, done and seen."""
        report, memory = self.reaches("closed"), self.memory
        assert memory["incident_id"] == self.id
        assert memory["resolution"] == report["incident"]["resolution"]
        return self

    @property
    def memory(self) -> dict[str, Any]:
        """The one memory of this incident."""
        self.reaches("closed")
        (entry,) = self.entries("remembered")
        return dict(entry["data"])
