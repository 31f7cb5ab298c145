import pytest

from agent.cli import exits
from agent.cli.exits import ExitCode
from agent.model.report import Conclusion
from tests.cli import samples

STATUSES = {
    Conclusion.CONFIRMED: 0,
    Conclusion.INCONCLUSIVE: 3,
    Conclusion.BLIND: 4,
    Conclusion.HEALTHY: 6,
}


@pytest.mark.parametrize("conclusion", Conclusion)
def test_every_conclusion_has_its_own_exit_status(conclusion):
    assert exits.of(samples.report(conclusion=conclusion)) == STATUSES[conclusion]


def test_every_exit_status_has_a_meaning():
    assert set(exits.MEANINGS) == set(ExitCode)
