"""The two questions a button asks back: why it is denied, and what narrower thing is approved."""

from typing import Any

from agent.model.proposal import Proposal
from integrations.slack import pressed
from integrations.slack.blocks import MODAL_TITLE, code, label, own, paragraph

REASON, CHOICE = "reason", "choice"
"""block_id and action_id of the inputs."""

LONGEST_REASON = 2_000
MOST_CHOICES = 100
_LABEL = 75


def denial(proposal: Proposal) -> dict[str, Any]:
    """For views.open: the reason is remembered, so it is asked for, and not forced."""
    field = {"type": "plain_text_input", "action_id": REASON, "multiline": True, "max_length": LONGEST_REASON}
    asked = {"type": "input", "block_id": REASON, "optional": True, "label": label("Why not?", 100), "element": field}
    return _modal(proposal, pressed.DENIED, "Deny", [asked])


def narrowing(proposal: Proposal, choices: list[tuple[str, str]]) -> dict[str, Any]:
    """For views.open: the (value, words) of the narrower actions that may be approved instead."""
    options = [{"text": label(words, _LABEL), "value": key} for key, words in choices[:MOST_CHOICES]]
    field = {"type": "static_select", "action_id": CHOICE, "options": options}
    asked = {"type": "input", "block_id": CHOICE, "label": label("Approve only", 100), "element": field}
    return _modal(proposal, pressed.NARROWED, "Approve", [asked])


def _modal(proposal: Proposal, callback_id: str, submit: str, inputs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": pressed.value(proposal.incident_id, proposal.digest),
        "title": label(f"{submit} this?", MODAL_TITLE),
        "submit": label(submit, MODAL_TITLE),
        "close": label("Back", MODAL_TITLE),
        "blocks": [paragraph(own("The question: "), code(proposal.what)), *inputs],
    }
