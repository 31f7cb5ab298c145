import pytest

from agent.cli.untrusted import line, lines


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPdevice\x1b\\after", "after"),
        ("\x1bcreset", "reset"),
        ("over\rwritten", "over written"),
        ("two\nlines\tand\x00zero\x08", "two lines and" + "zero"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half\ud800", "half"),
        ("[bold red]markup[/bold red] :boom:", "[bold red]markup[/bold red] :boom:"),
        ("שלום grüße 東京", "שלום grüße 東京"),
    ],
)
def test_a_line_shows_text_and_nothing_a_terminal_would_obey(hostile, shown):
    assert line(hostile) == shown


def test_a_huge_line_is_cut_and_the_cut_is_said():
    shown = line("x" * 1_048_576, 100)
    assert shown == "x" * 100 + " … (1,048,576 characters in all)"


def test_an_escape_cut_in_half_leaves_no_escape():
    assert "\x1b" not in line("a" * 399 + "\x1b[31m" + "b" * 400, 100)


def test_lines_keep_their_indentation_and_count_the_rest():
    assert lines("+  a\n\x1b[1m-  b\nc\nd", limit=2) == ["+  a", "-  b", "… 2 more lines"]
    assert lines("x" * 3000, width=10) == ["x" * 10 + " … (3,000 characters in all)"]
