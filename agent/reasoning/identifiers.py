"""Identifiers as people would say them: what mechanisms are worded in."""

import re

from agent.reasoning import terms


def said(text: str) -> str:
    """Identifiers split into words, lower case; other signs stay."""
    spaced = re.sub(r"[A-Za-z_][\w]*", lambda m: " ".join(terms.pieces(m[0])) or m[0], text)
    return re.sub(r"\s+", " ", re.sub(r"[\"'`.,;(){}\[\]:=]", " ", spaced)).strip().lower()
