"""Does the readiness check fit the container it asks, by the specs?"""

from agent.reasoning.check_fit import check_fit

PROBE = check_fit(liveness=False)
