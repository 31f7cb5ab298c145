"""`steadyhand ticket`: the text of a ticket, on standard output, for what we may not do ourselves."""

from tests.cli import samples


def test_it_prints_the_ticket_of_one_incident_and_nothing_else(run, daemon):
    done = run("ticket", samples.ID[:6])
    assert done.exit_code == 0
    assert done.stdout.startswith("# ErrorBudgetBurn")
    assert "## Wanted" in done.stdout
    assert "```diff" in done.stdout
    assert daemon.decisions == []


def test_an_unknown_incident_is_refused(run, daemon):
    done = run("ticket", "inc-none")
    assert (done.exit_code, done.stdout) == (2, "")
