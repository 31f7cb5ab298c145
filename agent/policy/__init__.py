"""Decisions without I/O: which incident, which playbook, may we, what do we say."""
