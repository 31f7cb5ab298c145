"""Recordings of investigations: kept in a file, and answering in place of the sources they were taken from."""
