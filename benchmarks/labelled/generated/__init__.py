"""Seeded incidents in the files of the RootCauseBench data set: many more, and of kinds its published half does not hold.

Written the way an on-call engineer would see them, before the rules that read them. Used by
`python -m benchmarks.labelled.generated FOLDER --count N`, then run and scored like the data set itself.
"""
