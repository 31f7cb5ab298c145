"""Frozen records and closed enums: the nouns every layer above shares. Imports pydantic and the standard library only."""
