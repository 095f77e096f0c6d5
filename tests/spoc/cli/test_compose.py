"""What docker-compose.yml starts exists: commands, options, settings, and the services that others wait for."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from spoc.cli import app
from spoc.settings import Settings

COMPOSE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[3] / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
COMMANDS = {name: service["command"] for name, service in SERVICES.items() if "command" in service}


@pytest.mark.parametrize("service", sorted(COMMANDS))
def test_each_command_exists_with_its_options(service: str) -> None:
    program, *arguments = COMMANDS[service]
    command = [argument for argument in arguments if not argument.startswith("-")][:1]
    text = CliRunner().invoke(app, [*command, "--help"]).output

    assert program == "spoc"
    assert "Usage: spoc " + command[0] in text.replace("root ", "spoc ", 1)
    assert all(option in text for option in arguments if option.startswith("--"))


def test_each_setting_is_one() -> None:
    known = {f"SPOC_{name}".upper() for name in Settings.model_fields}

    assert set(COMPOSE["x-desk"]["environment"]) <= known


def test_there_are_two_web_replicas_behind_the_proxy() -> None:
    proxy = COMPOSE["configs"]["caddyfile"]["content"]
    replicas = [name for name, command in COMMANDS.items() if command[1] == "web"]

    assert len(replicas) == 2
    assert all(f"{name}:8000" in proxy for name in replicas)
    assert "/health/ready" in proxy


def test_whatever_is_waited_for_is_a_service_with_a_health_check_or_an_end() -> None:
    for service in SERVICES.values():
        for name, condition in service.get("depends_on", {}).items():
            healthy = condition["condition"] == "service_healthy"
            assert ("healthcheck" in SERVICES[name]) if healthy else (name == "migrate")
