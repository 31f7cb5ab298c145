"""Do most of the new errors speak of devices, nodes or networks?"""

from agent.reasoning.spoken_of import spoken_of

PROBE = spoken_of(
    "hardware words", "hardware", "do most errors speak of devices, nodes or networks?", "devices, nodes or networks"
)
