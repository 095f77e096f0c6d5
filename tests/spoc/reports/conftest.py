"""What tests of reports stand on."""

import pytest

from tests.spoc.reports.past import Past
from tests.world import World


@pytest.fixture
def past(world: World) -> Past:
    return Past(world)
