"""The recording of one investigation: all that its graph read, so that the same graph comes to the same report again.

`agent.recording` takes one, `integrations.recording` keeps it in a file, `agent.replay` walks it. Its
fields are the file format (`integrations.recording.archive`).
"""

from pydantic import Field

from agent.model.action import LedgerEntry, Previewed
from agent.model.content import Version
from agent.model.evidence import Evidence
from agent.model.freeze import CalendarReading
from agent.model.incident import Incident
from agent.model.memory import Memory
from agent.model.proposal import Decision
from agent.model.record import Instant, Record
from agent.model.report import Report
from agent.model.rules import Rules
from agent.model.setback import Setback
from agent.model.silence import NONE_KNOWN, SilenceReading
from agent.model.verification import Verification


class Moment(Record):
    """What time it was for a step, where the time matters: what it asks about, and what it dates."""

    step: str
    at: Instant


class Afterwards(Record):
    """What followed an approval. A replay never acts: it quotes this."""

    decision: Decision
    verification: Verification | None = None
    setbacks: list[Setback] = []
    reasons: list[str] = []


class Snapshot(Record):
    """One investigation, secrets masked."""

    begun: Incident  # as the investigation found it
    incident: Incident  # as it was reported
    rules: Rules
    moments: list[Moment] = Field(min_length=1)  # in order; a step that came twice has two
    evidence: list[Evidence] = []  # every question with its answer or gap, in order
    recalled: list[Memory] = []
    failed: list[Setback] = []  # what was remembered not to have helped here
    previews: list[Previewed] = []
    calendars: list[CalendarReading] = []  # what they said when the guard was asked
    versions: list[Version] = []  # what the blamed ConfigMap held, without its values
    silences: SilenceReading = NONE_KNOWN  # as the calendars
    ledger: list[LedgerEntry] = []  # of other incidents, as far as the guard looks at them
    denied: Decision | None = None  # a no, or that nobody answered
    afterwards: Afterwards | None = None
    stopped: str = ""  # the step it had not finished, as "examine:2"; "" if it came to its end or to a question
    notes: list[str] = []  # what the report says beside what was found
    report: Report  # as it was given
