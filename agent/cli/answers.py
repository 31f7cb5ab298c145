"""The verbs by which a person answers: approve, deny, take, hand-back; main.py puts them into the command.

Light as main.py: what a verb needs is imported in its body.
"""

from agent.cli import flags


def approve(  # noqa: PLR0913 - a command's parameters are its options
    *,
    incident: flags.IncidentId,
    narrow: flags.Narrow = None,
    yes: flags.Yes = False,
    reason: flags.Reason = "",
    by: flags.By = None,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """Show an incident's proposal and approve exactly that."""
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import decide as verb  # noqa: PLC0415 - heavy

    daemon, name = client.connect(url, token_file), verb.name_of(by)
    return verb.approve(daemon, incident, by=name, reason=reason, yes=yes, narrow=narrow)


def deny(
    incident: flags.IncidentId,
    reason: flags.Reason,
    by: flags.By = None,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """Deny an incident's proposal; the reason is remembered."""
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import decide as verb  # noqa: PLC0415 - heavy

    return verb.deny(client.connect(url, token_file), incident, by=verb.name_of(by), reason=reason)


def take(
    incident: flags.IncidentId,
    by: flags.By = None,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """Take an incident over: nothing is proposed or done meanwhile."""
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import decide as verb  # noqa: PLC0415 - heavy

    return verb.take(client.connect(url, token_file), incident, by=verb.name_of(by))


def hand_back(
    incident: flags.IncidentId,
    by: flags.By = None,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """Hand an incident back: it goes on where it stands."""
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import decide as verb  # noqa: PLC0415 - heavy

    return verb.hand_back(client.connect(url, token_file), incident, by=verb.name_of(by))
