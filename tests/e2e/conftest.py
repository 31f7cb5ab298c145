"""Fixtures of the end-to-end scenarios: the session's theatre, with every selected scenario under way from the start."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.control_plane import Cluster
from tests.cluster.fixtures import control_plane
from tests.e2e.scene import Scene
from tests.e2e.shop import Shop
from tests.e2e.story import Given, Then, When
from tests.e2e.theatre import Tell, Theatre

__all__ = ["control_plane"]


@pytest.fixture(scope="session")
def theatre(
    request: pytest.FixtureRequest, control_plane: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Theatre]:
    chosen = [scenario for item in request.session.items if (scenario := _scenario(item))]
    folder: Path = tmp_path_factory.mktemp("theatre")
    theatre = Theatre(control_plane, folder, chosen)
    try:
        theatre.open(play)
        yield theatre
    finally:
        theatre.close()


def play(theatre: Theatre, namespace: str, scenario: Tell) -> None:
    """Tell one scenario from its first word to its last; a failure carries an account of what happened."""
    scene = Scene(theatre, namespace, Shop(theatre.cluster.api, namespace))
    try:
        scenario(Given(scene), When(scene), Then(scene))
        Then(scene).it_is_still_one_incident()
        Then(scene).nothing_leaked()
    except BaseException as failure:
        failure.add_note(scene.account())
        raise
    finally:
        scene.leave()


def _scenario(item: pytest.Item) -> Tell | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("scenario") if callspec else None
