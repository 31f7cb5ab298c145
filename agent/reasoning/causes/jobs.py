"""A Job failed for good, and what it was to do is not done: a migration, an import, a clean-up.

Mechanism: a Job tries again until its backoff limit, its deadline, or a pod failure policy ends it; then
nobody tries again until a person does. Whatever waits for it waits for ever; whatever did not wait runs on the old
schema or on yesterday's data.
"""

from agent.reasoning.probes.job_course import PROBE as COURSE
from agent.reasoning.stated import stated

CAUSES = [
    stated(
        "job-gave-up",
        "its Job failed as often as it may",
        "read the logs of the last pod of {service}, mend it, delete the Job and start it again",
        (COURSE, "gave up"),
    ),
    stated(
        "job-out-of-time",
        "its Job ran out of time",
        "find what made {service} slow, or raise activeDeadlineSeconds; start the Job again",
        (COURSE, "out of time"),
    ),
    stated(
        "job-stopped-by-policy",
        "its Job was ended by an exit code its failure policy names",
        "look up what the exit code of {service} stands for; the policy says that trying again would not help",
        (COURSE, "policy"),
    ),
]
