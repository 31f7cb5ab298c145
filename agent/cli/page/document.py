"""Puts the page together: head with a strict policy, sections in the order a tired person needs them."""

from importlib import resources

from agent import __version__
from agent.cli.figures import stamp
from agent.cli.page.action import action
from agent.cli.page.decision import all_tests, decision
from agent.cli.page.headline import WORDS, headline
from agent.cli.page.indicator import indicator
from agent.cli.page.markup import Markup, join, tag
from agent.cli.page.records import coverage, evidence, findings, memories, timeline
from agent.cli.page.suspects import suspects
from agent.cli.page.topology import topology
from agent.model.report import Report

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""What a browser may do with the page: show it. Whatever slipped through the escaping could load and run nothing."""


def page(report: Report) -> str:
    """The whole document, in ASCII and character references, so that no wrong guess at its encoding can hurt."""
    body = tag(
        "body",
        tag(
            "main",
            headline(report),
            decision(report),
            indicator(report),
            suspects(report),
            all_tests(report),
            timeline(report),
            topology(report),
            findings(report),
            action(report),
            memories(report),
            coverage(report),
            evidence(report),
        ),
        _footer(report),
    )
    whole = join(Markup("<!doctype html>\n"), tag("html", _head(report), body, lang="en"), Markup("\n"))
    return whole.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _head(report: Report) -> Markup:
    about = f"{report.incident.service or report.incident.title}: {WORDS[report.conclusion]}"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("link", rel="icon", href="data:,"),
        tag("title", f"{about} ({report.incident.id})"),
        tag("style", Markup(_style())),
    )


def _style() -> str:
    return resources.files(__package__).joinpath("page.css").read_text("utf-8")


def _footer(report: Report) -> Markup:
    words = f"Incident {report.incident.id}, as known at {stamp(report.at)}. Steadyhand {__version__}, {report.schema_version}."
    rest = "Times are UTC. Numbers in brackets lead to the evidence. This page loads nothing and runs nothing."
    return tag("footer", tag("p", f"{words} {rest}"))
