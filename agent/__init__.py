"""Steadyhand: an SRE agent that tests before it blames and asks before it acts."""

__version__ = "0.1.0"
