"""The adapters of data sets that are tables of metrics: files in, cases and names out; what is malformed is said, not raised."""

import asyncio
import json
import random

import numpy as np
import pytest

from benchmarks.labelled import petshop, petshop_noissue, rcd_sockshop
from benchmarks.labelled.investigation import investigate, machine
from benchmarks.labelled.run import DATA_SETS, data_set

ROWS, BEGIN = 300, 1_700_000_100.0
NODES = ["door", "middle", "store", "aside"]
CALLS = [("door", "middle"), ("middle", "store"), ("door", "aside")]
LEVEL = {"door": 0.3, "middle": 0.2, "store": 0.1, "aside": 0.1}


def write_table(path, begin: float, rows: int, worse: dict[str, float], bad: set[int], names: dict[str, str]) -> None:
    chance = np.random.default_rng(len(str(path.name)) + rows)
    columns = [
        (node, metric, statistic)
        for node in NODES
        for metric, statistic in (("latency", "Average"), ("requests", "Sum"))
    ]
    lines = [
        ",".join(["microservice", *(names[node] for node, _, _ in columns)]),
        ",".join(["metric", *(metric for _, metric, _ in columns)]),
        ",".join(["statistic", *(statistic for _, _, statistic in columns)]),
    ]
    for row in range(rows):
        cells = [f"{begin + 300 * row}"]
        for node, metric, _ in columns:
            level = LEVEL[node] + (worse.get(node, 0.0) if row in bad else 0.0) if metric == "latency" else 200.0
            cells.append(f"{level * (1 + 0.02 * chance.normal()):.6f}")
        lines.append(",".join(cells))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def names() -> dict[str, str]:
    return {node: node for node in NODES}


def shop(folder, names: dict[str, str]):
    """One case: the store got slower in the last rows, and so did everybody who waits for it."""
    write_table(folder / "calm" / "noissue" / "metrics.csv", BEGIN, ROWS, {}, set(), names)
    worse = {"door": 0.9, "middle": 0.9, "store": 0.9}
    write_table(folder / "cases" / "c1" / "metrics.csv", BEGIN - 1e6, 5, worse, {2, 3}, names)
    target = {
        "node": names["door"],
        "metric": "latency",
        "agg": "Average",
        "timestamp": BEGIN - 1e6 + 600,
        "scenario": "calm",
    }
    (folder / "cases" / "c1" / "target.json").write_text(json.dumps(target))
    rows = [[""] + [names[node] for node in NODES]]
    rows += [[names[a], *("1.0" if (a, b) in CALLS else "0.0" for b in NODES)] for a in NODES]
    (folder / "calm" / "graph.csv").write_text("\n".join(",".join(row) for row in rows) + "\n")
    return folder


def answered(found, folder, case_id):
    case = found.load(folder, case_id)
    seen = asyncio.run(investigate(case, machine()))
    return found.answer(case, seen.state)


def test_the_node_whose_trouble_the_others_pass_on_comes_first(tmp_path, names):
    answer = answered(petshop.DATA_SET, shop(tmp_path, names), "c1")
    assert answer[0] == "store"
    assert len(answer) == len(NODES)


def test_renamed_nodes_give_the_same_answer_renamed(tmp_path, names):
    plain = answered(petshop.DATA_SET, shop(tmp_path / "plain", names), "c1")
    chance = random.Random(5)
    renamed = {node: "".join(chance.choices("QXZkvw_:/.", k=9)) + f"n{place}" for place, node in enumerate(NODES)}
    other = answered(petshop.DATA_SET, shop(tmp_path / "renamed", renamed), "c1")
    assert other[0] == renamed[plain[0]]


def test_nobody_is_blamed_in_windows_where_nothing_was_wrong(tmp_path, names):
    folder, found = shop(tmp_path, names), petshop_noissue.NoIssue(windows=3, metrics=("latency",))
    answers = [answered(found, folder, case_id) for case_id in found.ids(folder)]
    assert answers == [[], [], []]


def test_cells_that_are_no_numbers_are_troubles_and_a_file_without_rows_is_refused(tmp_path, names):
    folder = shop(tmp_path, names)
    path = folder / "cases" / "c1" / "metrics.csv"
    lines = path.read_text().splitlines()
    path.write_text(
        "\n".join([*lines[:4], lines[4].replace(lines[4].split(",")[2], "broken"), "1.0,2", *lines[5:]]) + "\n"
    )
    assert len(petshop.DATA_SET.load(folder, "c1").troubles) == 2
    path.write_text("\n".join(lines[:3]))
    with pytest.raises(ValueError, match="three header lines and rows"):
        petshop.DATA_SET.load(folder, "c1")


def seconds(path, begin: int, cpu: float, mem: float) -> None:
    chance = np.random.default_rng(begin)
    lines = ["time,a_cpu,a_mem,b_cpu,b_mem,b-db_cpu,c_cpu"]
    for second in range(250):
        noise = chance.normal(size=6) * 0.05
        cells = [
            cpu * (1 + noise[0]),
            5e6 * (1 + noise[1] / 10),
            1 + noise[2],
            mem * (1 + noise[3] / 10),
            2 + noise[4],
            3 + noise[5],
        ]
        lines.append(",".join([str(begin + second), *(f"{cell:.4f}" for cell in cells)]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize("after", [False, True], ids=["normal first", "normal recorded later"])
def test_the_service_that_moved_for_the_worse_comes_first(tmp_path, blind, after):
    seconds(tmp_path / "s1" / "normal.csv", 90_000 if after else 10_000, cpu=1, mem=9e8)
    seconds(tmp_path / "s1" / "anomalous.csv", 50_000, cpu=90, mem=1e8)
    found = rcd_sockshop.SockShop(blind=blind)
    assert list(found.ids(tmp_path)) == ["s1"]
    assert answered(found, tmp_path, "s1")[0] == "a"


def test_a_case_without_its_time_column_is_refused(tmp_path):
    (tmp_path / "s1").mkdir()
    (tmp_path / "s1" / "normal.csv").write_text("a,b\n1,2\n")
    (tmp_path / "s1" / "anomalous.csv").write_text("time,a_cpu\n1,x\n2,3\n")
    with pytest.raises(ValueError, match="first column must be time"):
        rcd_sockshop.DATA_SET.load(tmp_path, "s1")


@pytest.mark.parametrize("name", ["petshop", "petshop-noissue", "rcd-sockshop", "rcd-sockshop-blind"])
def test_a_data_set_is_found_by_its_name(name):
    assert name in DATA_SETS
    assert data_set(name).load
