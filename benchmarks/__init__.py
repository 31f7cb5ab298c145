"""Figures of the product itself, each with the command that repeats it; `make bench` runs them all."""
