"""Do most of the new errors speak of an account's quota?"""

from agent.reasoning.spoken_of import spoken_of

PROBE = spoken_of(
    "quota words", "quota-exhausted", "do most errors speak of a quota of an account?", "an account's quota"
)
