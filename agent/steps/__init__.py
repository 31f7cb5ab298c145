"""Nodes of the graph, one a file and thin: ask, call the pure code, keep the result."""
