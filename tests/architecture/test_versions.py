"""The version floors of the catalogue of cases, section 1: a test fails below them."""

from importlib.metadata import version

import pytest
from packaging.version import Version

FLOORS = {
    "starlette": "1.3.0",
    "fastapi": "0.133",
    "python-multipart": "0.0.27",
    "jinja2": "3.1.6",
    "celery": "5.7",
    "kombu": "5.7",
    "aiosmtpd": "1.4.5",
}


@pytest.mark.parametrize(("package", "floor"), FLOORS.items(), ids=FLOORS.keys())
def test_the_package_is_not_older_than_its_last_fault(package: str, floor: str) -> None:
    assert Version(version(package)) >= Version(floor)
