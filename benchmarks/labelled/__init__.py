"""Labelled incidents of others, investigated by the same graph as in production, each data set through an adapter of its own.

An adapter answers the ports from a case's files and puts the verdict into the data set's words; it
never reads labels and never decides. The folders are given on the command line; nothing of them is kept here.
"""
