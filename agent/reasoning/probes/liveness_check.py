"""Does the liveness check fit the container it asks, by the specs?"""

from agent.reasoning.check_fit import check_fit

PROBE = check_fit(liveness=True)
