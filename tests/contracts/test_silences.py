"""One contract for silences: a real Alertmanager whose API made them, and the one in memory, tell of the same."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from agent.model.query import Matcher, MatchOp
from integrations.alertmanager.silences import AlertmanagerSilences
from tests.memory_silences import MemorySilences
from tests.servers import AlertmanagerServer
from tests.story import an_alert

ALERT = an_alert(namespace="shop", service="checkout", severity="page")
SOON = 3600.0


class Real:
    """A running Alertmanager, its silences made through its API."""

    def __init__(self, server: AlertmanagerServer) -> None:
        self._url = f"{server.url}/api/v2"
        self._asked = AlertmanagerSilences(server.url)
        self.over, self.aclose = self._asked.over, self._asked.aclose

    def make(self, matchers, told, begins=0.0, lasts=3600.0):
        begin = datetime.now(UTC) + timedelta(seconds=begins)
        who, _, why = told.partition(": ")
        said = [
            {"name": m.label, "value": m.value, "isRegex": "~" in m.op, "isEqual": m.op in ("=", "=~")}
            for m in matchers
        ]
        ends = begin + timedelta(seconds=lasts)
        body = {"matchers": said, "createdBy": who, "comment": why}
        body |= {"startsAt": begin.isoformat(), "endsAt": ends.isoformat()}
        with httpx.Client(trust_env=False) as client:
            answer = client.post(f"{self._url}/silences", json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()["silenceID"]

    def expire(self, name):
        with httpx.Client(trust_env=False) as client:
            assert client.delete(f"{self._url}/silence/{name}").status_code == 200


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with AlertmanagerServer(tmp_path_factory.mktemp("alertmanager"), "http://127.0.0.1:9/") as running:
        yield running


@pytest.fixture(params=["memory", pytest.param("alertmanager", marks=pytest.mark.tier1)])
async def silences(request):
    if request.param == "memory":
        yield MemorySilences(datetime.now(UTC))
        return
    real, made = Real(request.getfixturevalue("server")), []
    make = real.make
    real.make = lambda *said, **more: made.append(make(*said, **more)) or made[-1]
    yield real
    for name in made:  # the server is shared: the next test begins with none
        real.expire(name)
    await real.aclose()


def where(label: str, op: MatchOp, value: str) -> Matcher:
    return Matcher(label=label, op=op, value=value)


EQUAL, UNEQUAL, REGEX, NO_REGEX = MatchOp.EQUAL, MatchOp.NOT_EQUAL, MatchOp.REGEX, MatchOp.NOT_REGEX
HERE = where("service", EQUAL, "checkout")
MATCHED = {
    "the same value": ([HERE], True),
    "another value": ([where("service", EQUAL, "search")], False),
    "a value that is not the same": ([HERE, where("severity", UNEQUAL, "ticket")], True),
    "a value that may not be the same": ([HERE, where("severity", UNEQUAL, "page")], False),
    "a pattern": ([where("service", REGEX, "check.*|search")], True),
    "a pattern that meets only a part": ([where("service", REGEX, "check")], False),
    "a pattern that must not meet": ([HERE, where("namespace", NO_REGEX, "test-.+")], True),
    "a pattern that may not meet": ([HERE, where("namespace", NO_REGEX, "sh.p")], False),
    "case counts": ([where("service", REGEX, "CHECKOUT")], False),
    "case told not to count": ([where("service", REGEX, "(?i)CHECKOUT")], True),
    "a label that is missing is empty": ([HERE, where("team", EQUAL, "")], True),
    "a label that is missing is not another": ([HERE, where("team", UNEQUAL, "payments")], True),
    "a label that is missing has nothing": ([HERE, where("team", REGEX, ".+")], False),
    "one of two does not hold": ([HERE, where("namespace", EQUAL, "billing")], False),
}


@pytest.mark.parametrize("name", MATCHED)
async def test_a_silence_counts_where_every_matcher_holds(silences, name):
    matchers, expected = MATCHED[name]
    silences.make(matchers, "kim: on it")
    reading = await silences.over([ALERT])
    assert reading.problem == ""
    assert [told.startswith("kim: on it") for told in reading.silences] == [True] * expected


async def test_without_silences_there_are_none_and_that_is_known(silences):
    assert (await silences.over([ALERT])).silences == []


async def test_one_that_has_not_begun_or_was_expired_does_not_count(silences):
    silences.make([HERE], "kim: later", begins=SOON)
    silences.expire(silences.make([HERE], "kim: over"))
    assert (await silences.over([ALERT])).silences == []


async def test_one_of_the_alerts_is_enough_and_the_oldest_comes_first(silences):
    silences.make([where("service", EQUAL, "search")], "lou: first")
    silences.make([HERE], "kim: second")
    silences.make([where("service", EQUAL, "payments")], "max: another's")
    told = (await silences.over([an_alert(service="search"), ALERT])).silences
    assert [each.partition(" (")[0] for each in told] == ["lou: first", "kim: second"]


@pytest.mark.tier1
async def test_an_alertmanager_that_is_gone_is_a_problem_and_one_that_is_back_is_asked_again(tmp_path):
    server = AlertmanagerServer(tmp_path, "http://127.0.0.1:9/")
    asked = AlertmanagerSilences(server.url)
    gone = await asked.over([ALERT])
    assert (gone.silences, gone.problem) == (None, "Alertmanager could not be reached")
    with server:
        assert (await asked.over([ALERT])).silences == []
        assert await asked.version() != ""
    assert (await asked.over([ALERT])).silences is None
    await asked.aclose()
