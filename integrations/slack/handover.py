"""The note for the person who takes an incident over: what is known, ruled out, invisible, tried, and what is next."""

from integrations.slack.blocks import Block, Note, bold, bullets, header, note, own, paragraph, said, small
from integrations.slack.card import AMBER

MOST = 8
"""Sentences of a section; the report has all."""


def message(title: str, summary: str, sections: dict[str, list[str]]) -> Note:
    """Sections by heading, in order; an empty one says that there is nothing of the kind."""
    blocks: list[Block] = [header(f"Over to you: {title}"), paragraph(said(summary, 1_200))]
    for heading, sentences in sections.items():
        blocks.append(paragraph(bold(heading), *([] if sentences else [own(" nothing")])))
        if sentences:
            blocks.append(bullets([[said(sentence)] for sentence in sentences[:MOST]]))
        if len(sentences) > MOST:
            blocks.append(small(f"and {len(sentences) - MOST} more in the report"))
    return note(f"Over to you: {title}", blocks, AMBER)
