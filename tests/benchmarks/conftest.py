"""Running cases silences the loggers of libraries for the process; other tests want them as they were."""

import logging

import pytest

from agent import telemetry


@pytest.fixture(autouse=True)
def loggers_as_they_were():
    names = ["", *telemetry._CHATTY, *telemetry._FOREIGN]
    before = {name: logging.getLogger(name).level for name in names}
    handlers = list(logging.getLogger().handlers)
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger().handlers[:] = handlers
