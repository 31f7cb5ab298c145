"""Do most of the new errors speak of a wrong clock?"""

from agent.reasoning.spoken_of import spoken_of

PROBE = spoken_of("clock words", "clock-skew", "do most errors speak of a wrong clock?", "a wrong clock")
