"""A record that the code cannot take comes again and again; the code was right to refuse it."""

from agent.reasoning.causes import Cause
from agent.reasoning.suspected import spoken

CAUSES = [
    Cause(
        name="bad-data",
        title="bad record",
        suspect=spoken("bad-data", "a record that {where} cannot take fails again and again"),
        own={"same record": {"one": 0.85, "many": 0.13, "none": 0.02}},
        settled_by=frozenset({"logs"}),
        advice="set the record aside (skip its offset, dead-letter queue) and tell its producer",
    ),
]
