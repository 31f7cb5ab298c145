"""Logs of real containers, as the kubelet hands them out: safe to keep, complete, of the run that was asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.model.pod import Container, Pod
from agent.model.question import Gap, GapReason, Logs, LogsQuestion, Pods, PodsQuestion
from agent.redact import MASK
from integrations.kubernetes.logs import LONGEST_LINE
from integrations.kubernetes.source import KubernetesSource
from tests.node.node import eventually
from tests.node.troubled import PLANTED, Troubled

pytestmark = pytest.mark.tier3


async def one_pod(source: KubernetesSource, troubled: Troubled, name: str) -> Pod:
    async def there() -> Pod | None:
        answer = await source.ask(PodsQuestion(entity=troubled.entity(name)))
        return answer.items[0] if isinstance(answer, Pods) and answer.items else None

    return await eventually(there, f"a pod of {name}")


async def log(source: KubernetesSource, troubled: Troubled, name: str, last: str, **asked: object) -> Logs:
    """The log of the one pod of a workload, once a line of it begins with `last`."""
    pod = await one_pod(source, troubled, name)

    async def said() -> Logs | None:
        answer = await source.ask(LogsQuestion(namespace=troubled.namespace, pod=pod.name, **asked))
        found = isinstance(answer, Logs) and any(line.text.startswith(last) for line in answer.excerpt.lines)
        return answer if found else None

    return await eventually(said, f"{last!r} in the log of {name}")


async def test_a_log_comes_with_times_without_secrets_control_characters_and_endless_lines(
    source: KubernetesSource, troubled: Troubled
) -> None:
    answer = await log(source, troubled, "talker", "INFO last word")
    lines = answer.excerpt.lines
    assert [line.text for line in lines if not line.text.startswith("INFO long")] == [
        "INFO ready to talk",
        f"DEBUG connecting with password={MASK} to db",
        f"DEBUG url postgres://{MASK}@db/orders",
        "ERROR in red and plain",
        "WARN a bell and a  zero",
        "WARN left gnitirw ot thgir and nothing wide",
        MASK,
        MASK,
        MASK,
        "ERROR bytes �� that are no text",
        "INFO Grüße, 注文 ✓",
        "INFO last word",
    ]
    assert answer.excerpt.container == "app"
    assert PLANTED not in answer.model_dump_json()
    now = datetime.now(UTC)
    times = [line.at for line in lines if line.at]
    assert len(times) == len(lines)
    assert times == sorted(times)
    assert now - timedelta(minutes=15) < times[0] <= times[-1] < now + timedelta(seconds=5)


async def test_a_line_that_the_runtime_split_is_one_line_again_and_cut(
    source: KubernetesSource, troubled: Troubled
) -> None:
    answer = await log(source, troubled, "talker", "INFO last word")
    (long,) = [line.text for line in answer.excerpt.lines if "xxxx" in line.text]
    assert long == "INFO long " + "x" * (LONGEST_LINE - len("INFO long ")) + "…"


async def test_only_the_end_is_read_and_it_says_that_it_is_not_all(
    source: KubernetesSource, troubled: Troubled
) -> None:
    answer = await log(source, troubled, "talker", "INFO last word", lines=1)
    assert [line.text for line in answer.excerpt.lines] == ["INFO last word"]
    assert answer.excerpt.truncated


async def test_the_run_before_the_restart_shows_the_stack_trace_it_ended_with(
    source: KubernetesSource, troubled: Troubled
) -> None:
    answer = await log(source, troubled, "crasher", "KeyError", previous=True)
    texts = [line.text for line in answer.excerpt.lines]
    assert answer.excerpt.previous
    starting = "INFO ledger starting, release none"  # on the other stream: the runtime does not keep the order of two
    assert starting in texts
    trace = [each for each in texts if each != starting]
    assert trace[0] == "Traceback (most recent call last):"
    assert trace[-1] == "KeyError: 'LEDGER_LIMIT'"
    assert '  File "<string>", line 8, in __init__' in trace


async def test_a_container_that_never_ran_before_or_is_not_there_has_no_log(
    source: KubernetesSource, troubled: Troubled
) -> None:
    await log(source, troubled, "talker", "INFO last word")
    talker, unpullable = await one_pod(source, troubled, "talker"), await one_pod(source, troubled, "unpullable")
    for asked in (
        LogsQuestion(namespace=troubled.namespace, pod=talker.name, previous=True),
        LogsQuestion(namespace=troubled.namespace, pod=talker.name, container="sidecar"),
        LogsQuestion(namespace=troubled.namespace, pod=unpullable.name),
        LogsQuestion(namespace=troubled.namespace, pod="talker-is-gone"),
    ):
        answer = await source.ask(asked)
        assert isinstance(answer, Gap), asked
        assert answer.reason is GapReason.EMPTY, answer
        assert PLANTED not in answer.detail


async def test_no_answer_about_pods_holds_what_their_environment_holds(
    source: KubernetesSource, troubled: Troubled
) -> None:
    pod = await one_pod(source, troubled, "talker")
    assert [type(each) for each in pod.containers] == [Container]
    assert PLANTED not in pod.model_dump_json()
