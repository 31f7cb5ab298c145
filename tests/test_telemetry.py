"""Logs that a machine reads, without secrets, and the metrics of our own."""

import asyncio
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from agent import telemetry

SECRET = "plantedsecret1234567890"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_one_json_object_with_time_level_logger_and_values(capsys):
    telemetry.configure()

    telemetry.log("daemon").info("alert received", alerts=3, ready=True)

    [line] = lines(capsys)
    assert str(line.pop("time")).endswith("Z")
    assert line == {"event": "alert received", "level": "info", "logger": "daemon", "alerts": 3, "ready": True}


async def test_lines_carry_the_incident_of_the_task_they_are_written_in(capsys):
    telemetry.configure()

    async def work(incident: str) -> None:
        with telemetry.incident(incident):
            await asyncio.sleep(0)
            telemetry.log("daemon").info("working")
            logging.getLogger("a.library").warning("also working")

    await asyncio.gather(work("inc-1"), work("inc-2"))
    telemetry.log("daemon").info("outside")

    assert sorted(str(line.get("incident")) for line in lines(capsys)) == ["None", *["inc-1"] * 2, *["inc-2"] * 2]


def test_the_level_holds_for_ours_and_for_libraries(capsys):
    telemetry.configure(level="warning")

    for logger in (telemetry.log("daemon"), logging.getLogger("uvicorn.error")):
        logger.info("quiet")
        logger.warning("loud")

    assert [line["event"] for line in lines(capsys)] == ["loud", "loud"]


def test_uvicorn_speaks_through_us_even_if_it_was_configured_before(capsys):
    logger = logging.getLogger("uvicorn.access")
    logger.handlers, logger.propagate = [logging.StreamHandler(sys.stdout)], False
    telemetry.configure()

    logger.info('%s - "%s %s"', "127.0.0.1", "GET", f"/x?token={SECRET}")

    assert [line["event"] for line in lines(capsys)] == ['127.0.0.1 - "GET /x?token=[redacted]"']


def fail(password: str) -> None:
    raise RuntimeError(f"cannot log in with password={password}")


class Revealing:
    """An object whose text holds a secret."""

    def __repr__(self) -> str:
        return f"Revealing(api_key={SECRET})"


def speak_of_secrets() -> None:
    """Every way we know in which a secret could get into a log line."""
    logger = telemetry.log("daemon")
    sentence = f"started with token={SECRET}"
    logger.info(sentence)
    logger.info("a value", url=f"https://me:{SECRET}@host/", header=f"Authorization: Bearer {SECRET}")
    logger.info("a name", password=SECRET, api_token=1234567890, authorization={"a": SECRET})
    logger.info(
        "nested",
        data={"list": [{"db_password": SECRET}, (f"secret={SECRET}",)], "deep": [[[[[[[[{"password": SECRET}]]]]]]]]},
    )
    logger.info("a key", data={f"token={SECRET}": 1})
    logger.info("bytes", body=f"token={SECRET}".encode())
    logger.info("an object", thing=Revealing())
    logger.info("a set", things={f"token={SECRET}"})
    try:
        fail(SECRET)
    except RuntimeError:
        logger.exception("with its traceback")
        logging.getLogger("a.library").exception("and by a library")
    logging.getLogger("a.library").warning("logged in: %s", {"password": SECRET})
    with structlog.contextvars.bound_contextvars(session_id=SECRET):
        logger.info("in the context")


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_planted_secret_never_appears(capsys, form):
    telemetry.configure(level="debug", format=form)

    speak_of_secrets()

    written = capsys.readouterr()
    assert written.out == ""
    assert "1234567890" not in written.err
    assert "cannot log in with password=[redacted]" in written.err
    assert written.err.count("\n") >= 12


def test_a_traceback_is_one_value_of_its_line(capsys):
    telemetry.configure()

    try:
        fail("x")
    except RuntimeError:
        telemetry.log("daemon").exception("failed", path="/x")

    [line] = lines(capsys)
    assert (line["event"], line["path"], line["level"]) == ("failed", "/x", "error")
    assert "RuntimeError: cannot log in" in str(line["exception"])


def test_our_metrics_have_the_names_and_labels_that_dashboards_rely_on():
    ours = telemetry.new_metrics()
    ours.webhooks.labels(outcome="accepted").inc()
    ours.alerts.inc(3)
    ours.incidents.labels(phase="waiting").set(2)
    ours.questions.labels(source="metrics", outcome="answered").inc()
    ours.question_seconds.labels(source="metrics").observe(0.2)
    ours.actions.labels(kind="rollback", state="done").inc()
    ours.verifications.labels(outcome="recovered").inc()
    ours.step_seconds.labels(step="gather").observe(1.5)
    ours.leases_lost.inc()
    ours.contents.labels(outcome="new").inc()
    ours.requests.labels(server="kubernetes").inc(2)
    ours.watches.labels(state="open").set(24)

    text, content_type = ours.exposition()

    assert content_type.startswith("text/plain")
    for sample in (
        'steadyhand_webhooks_total{outcome="accepted"} 1.0',
        "steadyhand_alerts_total 3.0",
        'steadyhand_incidents{phase="waiting"} 2.0',
        'steadyhand_questions_total{outcome="answered",source="metrics"} 1.0',
        'steadyhand_question_seconds_bucket{le="0.5",source="metrics"} 1.0',
        'steadyhand_actions_total{kind="rollback",state="done"} 1.0',
        'steadyhand_verifications_total{outcome="recovered"} 1.0',
        'steadyhand_step_seconds_sum{step="gather"} 1.5',
        "steadyhand_leases_lost_total 1.0",
        'steadyhand_contents_total{outcome="new"} 1.0',
        'steadyhand_requests_total{server="kubernetes"} 2.0',
        'steadyhand_watches{state="open"} 24.0',
    ):
        assert sample in text.decode().splitlines()


def test_the_process_has_one_set_of_metrics():
    assert telemetry.metrics() is telemetry.metrics()
    assert telemetry.new_metrics().registry is not telemetry.metrics().registry
