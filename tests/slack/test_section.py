"""The `slack` section: what it takes, what it refuses with a sentence, and which channel an incident goes to."""

import pytest

from agent import settings
from agent.errors import Unusable
from agent.model.entity import ServiceRef
from agent.slack_section import Slack

TOKENS = "  bot_token: xoxb-12345678\n  app_token: xapp-12345678\n"

WRONG = {
    "a channel without a token": ("  channel: incidents\n", "`bot_token` or `bot_token_file`"),
    "the socket without its token": ("  channel: incidents\n  bot_token: xoxb-12345678\n", "`app_token`"),
    "signed HTTP without the secret": ("  channel: incidents\n  mode: http\n" + TOKENS, "`signing_secret`"),
    "a token twice": (f"  channel: incidents\n{TOKENS}  bot_token_file: /run/x\n", "write only one of `bot_token`"),
    "rules without a channel": ("  channels: [{channel: tickets, severity: ticket}]\n", "write `channel` too"),
    "a person as a channel": ("  channel: '@ann'\n" + TOKENS, "channel's name"),
    "a channel of two words": ("  channel: our incidents\n" + TOKENS, "channel's name"),
    "an address with a password": ("  channel: i\n  api_url: https://a:b@c/\n" + TOKENS, "credentials"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_section_that_cannot_work_is_refused_with_the_place(tmp_path, what):
    body, told = WRONG[what]
    file = tmp_path / "steadyhand.yaml"
    file.write_text(f"slack:\n{body}")
    with pytest.raises(Unusable) as refused:
        settings.load(file)
    assert told in str(refused.value)
    assert "xoxb-12345678" not in str(refused.value)


def test_without_a_section_slack_is_off():
    assert Slack().channel is None


def test_the_first_rule_that_fits_names_the_channel():
    rules = [
        {"channel": "#payments", "namespace": "payments", "severity": "page"},
        {"channel": "tickets", "severity": "ticket"},
        {"channel": "C0123456789", "namespace": "shop"},
    ]
    section = Slack(channel="incidents", bot_token="x" * 9, app_token="x" * 9, channels=rules)
    payments, shop = (ServiceRef(namespace=name, name="api") for name in ("payments", "shop"))
    table = [
        ("page", payments, "payments"),
        ("ticket", payments, "tickets"),
        ("page", shop, "C0123456789"),
        ("page", None, "incidents"),
    ]
    assert [section.room(severity, service) for severity, service, _ in table] == [room for *_, room in table]


def test_a_secret_comes_from_its_file_each_time(tmp_path):
    file = tmp_path / "token"
    file.write_text("xoxb-first-one\n")
    section = Slack(channel="i", bot_token_file=file, app_token="x" * 9)
    assert section.secret("bot_token") == "xoxb-first-one"
    file.write_text("xoxb-second-one\n")
    assert section.secret("bot_token") == "xoxb-second-one"
    assert section.secret("signing_secret") == ""
    file.unlink()
    with pytest.raises(Unusable, match=r"slack\.bot_token_file"):
        section.secret("bot_token")
