"""A small cluster with services, revisions, faults and metrics that react to actions: a test bench, and honest about it."""
