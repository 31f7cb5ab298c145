"""An actuator that only says what it would do: `steadyhand serve --dry-run`."""
