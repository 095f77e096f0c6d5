"""An owner of services who changes the files of the catalogue."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from fastapi.testclient import TestClient
from httpx2 import Response

from catalog.dump import new_service
from catalog.sources import shipped_sources
from spoc.intake.catalogue import newest_version
from spoc.intake.drafts import read_draft, save
from spoc.intake.publishing import publish_draft
from tests.world import World

PAY = "pay.yaml"
PAGE = f"/catalogue/edit/files/{PAY}"
PLANT = new_service("plant", "my-place-of-work", "office")
SCRIPT = {"HX-Request": "true"}


def text_of(file: str = PAY, old: str = "summary: ", new: str = "summary: Now ") -> str:
    return shipped_sources()[file].replace(old, new, 1)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def send(
    client: TestClient,
    text: str,
    page: str = PAGE,
    changed: Mapping[str, str] = MappingProxyType({}),
    *,
    script: bool = False,
) -> Response:
    """Save the text as the page would that is shown now, its hidden fields changed where named."""
    fields = {**hidden(client.get(page).text), "draft": text.replace("\n", "\r\n"), **changed}
    headers = SCRIPT if script else {}
    return client.post(page, headers=headers, files={name: (None, value) for name, value in fields.items()})


def put_in_force(world: World, who: str, file: str, text: str) -> int:
    """What somebody else publishes meanwhile."""
    session, person = world.session, world.ids[who]
    save(session, person, file, text, newest_version(session), 0, world.now)
    version = publish_draft(session, person, read_draft(session, person).mark, "Meanwhile", "", world.now)
    session.commit()
    return version
