import pytest

from agent.cli.options import InvestigateOptions, headers_of


def test_headers_are_read_by_name():
    assert headers_of(["X-Scope-OrgID: team-a", "Authorization:Basic x:y"]) == {
        "X-Scope-OrgID": "team-a",
        "Authorization": "Basic x:y",
    }


@pytest.mark.parametrize("bad", ["no-colon-s3cret", ": s3cret", "Two Words: s3cret", "A: s3cret\nB: c"])
def test_a_malformed_header_is_refused_without_repeating_it(bad):
    with pytest.raises(ValueError, match="header 2") as refusal:
        headers_of(["A: b", bad])
    assert "s3cret" not in str(refusal.value)


def test_headers_stay_out_of_the_printed_form():
    assert "s3cret" not in repr(InvestigateOptions(prometheus_headers={"Authorization": "s3cret"}))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "either --service"),
        (["--service", "shop/checkout", "--alert", "-"], "either --service"),
        (["--service", "checkout"], "NAMESPACE/NAME"),
        (["--service", "shop/checkout", "--at", "teatime"], "30m ago"),
        (["--service", "shop/checkout", "--prometheus-header", "oops"], "Name: value"),
        (["--service", "shop/checkout", "--timeout", "0"], "--timeout"),
        (["--no-such-flag"], "--no-such-flag"),
    ],
)
def test_bad_usage_of_investigate_ends_with_2_and_says_what_is_expected(arguments, complaint, run):
    result = run("investigate", *arguments)
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
