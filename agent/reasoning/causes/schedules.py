"""A CronJob starts nothing any more, and what it was to do regularly is not done.

Mechanism: the controller starts a Job when the schedule names a time, unless it is suspended, the run before has
not ended and the policy forbids a second, or the starting deadline has passed before it came to it.
"""

from agent.reasoning.probes.schedule_kept import PROBE as KEPT
from agent.reasoning.stated import stated

CAUSES = [
    stated(
        "cronjob-suspended",
        "its CronJob is suspended",
        "find out who suspended {service} and why; set suspend to false and start the Job that was missed",
        (KEPT, "suspended"),
    ),
    stated(
        "cronjob-held",
        "its CronJob waits for a run that does not end",
        "look at what the running Job of {service} hangs on and end it; give it an activeDeadlineSeconds",
        (KEPT, "held"),
    ),
    stated(
        "cronjob-missed",
        "its CronJob missed its times",
        "start {service} by hand; raise startingDeadlineSeconds, and look whether the controllers or their clock stood still",
        (KEPT, "missed"),
    ),
]
