import os

import pytest

from agent.cli import pagefile
from agent.errors import Unusable
from tests.cli import samples


def test_the_page_is_written_as_a_whole_and_nothing_else_is_left(tmp_path, capsys):
    place = tmp_path / "report.html"
    pagefile.save(place, samples.report())
    assert place.read_text().startswith("<!doctype html>")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert capsys.readouterr().err == f"page written to {place}\n"


def test_an_older_page_is_replaced_and_a_link_stays_a_link(tmp_path):
    (tmp_path / "old.html").write_text("old")
    (tmp_path / "link.html").symlink_to(tmp_path / "old.html")
    pagefile.save(tmp_path / "link.html", samples.report())
    assert (tmp_path / "link.html").is_symlink()
    assert "search" in (tmp_path / "old.html").read_text()


def test_no_wish_is_no_page(capsys):
    pagefile.check(None)
    pagefile.save(None, samples.report())
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", [".", "missing/report.html", "pipe"])
def test_a_place_that_cannot_hold_a_page_is_refused_before_anything_is_asked(name, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unusable, match="--html"):
        pagefile.check(tmp_path / name)


@pytest.mark.parametrize("other", ["report.html", "./report.html", "link", "folder/../report.html"])
def test_a_page_and_a_recording_in_the_same_file_are_refused(other, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "report.html")
    with pytest.raises(Unusable, match=r"--html .* and --record .* same file"):
        pagefile.apart(tmp_path / "report.html", "--record", tmp_path / other)


@pytest.mark.parametrize("other", [None, "recording"])
def test_a_page_and_a_recording_of_its_own_go_together(other, tmp_path):
    pagefile.apart(tmp_path / "report.html", "--record", other and tmp_path / other)
    pagefile.apart(None, "--record", tmp_path / "report.html")


def test_a_failed_write_leaves_the_older_page_as_it_was(tmp_path):
    place = tmp_path / ("n" * 250 + ".html")
    place.write_text("old")
    broken = samples.report().model_copy(update={"evidence": [None]})
    with pytest.raises(AttributeError):
        pagefile.save(place, broken)
    assert place.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_show_writes_the_page_of_the_daemons_report(daemon, run, tmp_path):
    place = tmp_path / "report.html"
    result = run("show", samples.ID, "--html", str(place))
    assert result.exit_code == 0
    assert "page written to" in result.stderr
    assert "search" in place.read_text()


@pytest.mark.parametrize("verb", [["show", samples.ID], ["investigate", "--service", "a/b", "--no-cluster"], ["demo"]])
def test_a_verb_refuses_a_place_that_cannot_be_written_in_one_line(verb, run, daemon, tmp_path):
    result = run(*verb, "--html", str(tmp_path / "none" / "x.html"))
    assert result.exit_code == 2
    assert result.stderr.startswith("steadyhand: --html ")
    assert "there is no folder" in result.stderr


def test_investigate_writes_a_page_even_when_it_could_see_nothing(run, tmp_path):
    place = tmp_path / "report.html"
    result = run("investigate", "--service", "shop/checkout", "--no-cluster", "--html", str(place))
    assert result.exit_code == 4
    assert "Too little of shop/checkout could be seen" in place.read_text()
