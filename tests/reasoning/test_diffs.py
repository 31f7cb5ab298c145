"""What a diff changed, whatever shape the diff comes in."""

import pytest

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.reasoning.diffs import edits, net, parse
from agent.reasoning.patch_kind import PatchKind
from agent.reasoning.patches import patch
from tests.reasoning.texts import AT


def change(diff, *files):
    entity = Entity(kind="Service", namespace="shop", name="till")
    return Change(
        id="c",
        kind=ChangeKind.DEPLOY,
        entity=entity,
        at=AT,
        summary="tidy",
        diff=diff,
        files=list(files),
        commit="c0ffee",
    )


LEVELS = "-  level: info\n+  level: debug\n"


@pytest.mark.parametrize(
    ("diff", "files", "path"),
    [
        ("--- a/conf/x.yaml\n+++ b/conf/x.yaml\n@@ -1,2 +1,2 @@\n" + LEVELS, [], "conf/x.yaml"),
        ("diff --git a/conf/x.yaml b/conf/x.yaml\n@@ -1 +1 @@\n" + LEVELS, [], "conf/x.yaml"),
        ("@@ conf/x.yaml @@\n" + LEVELS, [], "conf/x.yaml"),
        ("@@ conf/x.yaml: logging\n" + LEVELS, ["conf/x.yaml"], "conf/x.yaml"),
        (LEVELS, ["conf/x.yaml"], "conf/x.yaml"),
        (LEVELS, [], ""),
    ],
)
def test_a_diff_is_read_with_whatever_headers_it_has(diff, files, path):
    read = parse(diff, files)
    assert [file.path for file in read.files] == [path]
    assert (read.removed, read.added) == (["level: info"], ["level: debug"])


@pytest.mark.parametrize("diff", ["", "null", "None", "   "])
def test_no_diff_is_no_change_that_can_be_seen(diff):
    assert patch(change(diff, "till/main.go")).kind is PatchKind.UNSEEN


@pytest.mark.parametrize(
    ("diff", "path", "key", "direction"),
    [
        ("-const patience = 90 * time.Second\n+const patience = 2 * time.Minute\n", "a.go", "patience", "up"),
        ("-  wait: 5s\n+  wait: 500ms\n", "a.yaml", "wait", "down"),
        ("-MAX_ROWS = 500\n+MAX_ROWS = 20\n", "a.py", "MAX_ROWS", "down"),
        ("-  memory: 1Gi\n+  memory: 700Mi\n", "a.yaml", "memory", "down"),
        ("-  strict: false\n+  strict: true\n", "a.yaml", "strict", "up"),
        ("-  level: warn\n+  level: trace\n", "a.yaml", "level", "up"),
        ("-const slack = 30\n", "a.go", "slack", "gone"),
        ('-url: "a.internal"\n+url: "b.internal"\n', "a.yaml", "url", "other"),
    ],
)
def test_a_value_that_changed_is_told_with_its_direction(diff, path, key, direction):
    found = {edit.key: edit.direction for edit in edits(parse(diff, [path]))}
    assert found[key] == direction


def test_words_on_both_sides_cancel_and_comments_do_not_count():
    gone, new = net(parse("-\tmu.Lock() // guards seen\n-\tseen[k]++\n+\tseen[k]++ // count it\n", ["a.go"]))
    assert set(gone) >= {"mu", "Lock"}
    assert not {token for token in new if token.isalnum()}
    assert "guards" not in gone


KINDS = {
    "a comment": ("-x = 1  # old words\n+x = 1  # new words\n", "a.py", PatchKind.INERT),
    "white space": ("-func F( a int )int{\n+func F(a int) int {\n", "a.go", PatchKind.INERT),
    "documentation": ("-slow\n+fast\n", "docs/guide.md", PatchKind.INERT),
    "a test": ("-want := 3\n+want := 4\n", "till/sum_test.go", PatchKind.INERT),
    "a style sheet": ("-.a { color: #111; }\n+.a { color: #222; }\n", "web/a.css", PatchKind.INERT),
    "colours in code": ('-  accent: "#111111",\n+  accent: "#222222",\n', "web/theme.ts", PatchKind.INERT),
    "the order of keys": ("-a: 1\n-b: 2\n+b: 2\n+a: 1\n", "conf/a.yaml", PatchKind.INERT),
    "the order of calls": (
        "-app.use(login())\n-app.use(guard())\n+app.use(guard())\n+app.use(login())\n",
        "a.js",
        PatchKind.CHANGED,
    ),
    "a function taken out": (
        (
            "-\trow, err := db.Find(id)\n-\tif err != nil {\n-\t\treturn err\n-\t}\n-\treturn show(row)\n"
            "+\treturn showFound(id)\n+}\n+\n+func showFound(id string) error {\n+\trow, err := db.Find(id)\n"
            "+\tif err != nil {\n+\t\treturn err\n+\t}\n+\treturn show(row)\n"
        ),
        "a.go",
        PatchKind.MOVED,
    ),
    "a local name": (
        "-    s = total(x)\n-    return s\n+    whole = total(x)\n+    return whole\n",
        "a.py",
        PatchKind.MOVED,
    ),
    "the same bounds by a helper": (
        '-if v < 0 || v > 9 {\n-\treturn outOfRange("v", v)\n-}\n+if err := inRange("v", v, 0, 9); err != nil {\n+\treturn err\n+}\n',
        "a.go",
        PatchKind.MOVED,
    ),
    "a log line": ('-\tlog.Debug("opened")\n+\tlog.Info("opened", id)\n', "a.go", PatchKind.LOGGING),
    "a version": ("-\tgithub.com/x/y v1.2.3\n+\tgithub.com/x/y v1.2.4\n", "go.mod", PatchKind.BUMP),
    "a longer patience": ("-timeout = 2\n+timeout = 3\n", "a.py", PatchKind.LOOSENED),
    "ten times the retries": ("-retries = 2\n+retries = 20\n", "a.py", PatchKind.CHANGED),
    "a new function": ("+def export(rows):\n+    return to_csv(rows)\n", "a.py", PatchKind.ADDED),
    "a renamed column": ("-  amount_cents BIGINT\n+  amount BIGINT\n", "schema.sql", PatchKind.CHANGED),
    "a guard taken away": ("-    if x.y is None:\n-        return 0\n     return x.y.z\n", "a.py", PatchKind.CHANGED),
    "a lock taken away": ("-\tmu.Lock()\n-\tdefer mu.Unlock()\n \tn++\n", "a.go", PatchKind.CHANGED),
}


@pytest.mark.parametrize("what", KINDS)
def test_what_a_diff_is_can_be_told_mechanically(what):
    diff, path, kind = KINDS[what]
    assert patch(change(diff, path)).kind is kind
