"""The one error of this folder: a body that is not what Alertmanager sends."""

from agent.errors import SteadyhandError


class Malformed(SteadyhandError):
    """The webhook body cannot be used; the text names the field and says what belongs there."""
