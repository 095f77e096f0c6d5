"""What tests of pages stand on."""

import pytest
from fastapi.testclient import TestClient

from tests.world import World


@pytest.fixture
def owner(client: TestClient, world: World) -> TestClient:
    world.sign_in(client, "owner")
    return client
