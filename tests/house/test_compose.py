"""The compose file in the documents names only what is there. Docker is not needed, and does not judge it here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from headoffice.main import _check, _parser

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "operate" / "compose.yaml"
WORDS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
SERVICE = {
    "type": "object",
    "required": ["image", "restart"],
    "additionalProperties": False,
    "properties": {
        "image": {"type": "string"},
        "build": {
            "type": "object",
            "required": ["context", "dockerfile_inline"],
            "additionalProperties": False,
            "properties": {"context": {"type": "string"}, "dockerfile_inline": {"type": "string"}},
        },
        "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
        "command": WORDS,
        "environment": {"type": "object", "additionalProperties": {"type": "string"}},
        "secrets": WORDS,
        "volumes": WORDS,
        "ports": {"type": "array", "items": {"type": "string", "pattern": r"^([0-9.]+:)?\d+:\d+$"}},
        "tmpfs": WORDS,
        "read_only": {"type": "boolean"},
        "shm_size": {"type": "string", "pattern": r"^\d+[kmg]b$"},
        "stop_grace_period": {"type": "string", "pattern": r"^\d+s$"},
        "healthcheck": {
            "type": "object",
            "required": ["test"],
            "additionalProperties": False,
            "properties": {
                "test": WORDS,
                "interval": {"type": "string"},
                "timeout": {"type": "string"},
                "retries": {"type": "integer"},
            },
        },
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["condition"],
                "additionalProperties": False,
                "properties": {"condition": {"enum": ["service_started", "service_healthy"]}},
            },
        },
    },
}
WHOLE = {
    "type": "object",
    "required": ["name", "services"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": {"type": "string"},
        "services": {"type": "object", "minProperties": 1, "additionalProperties": SERVICE},
        "volumes": {"type": "object"},
        "secrets": {"type": "object", "additionalProperties": {"type": "object", "required": ["file"]}},
    },
}
"""The part of the Compose specification that the file uses: https://github.com/compose-spec/compose-spec."""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    loaded = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def workers(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: one for name, one in told["services"].items() if one.get("command", [""])[0] == "headoffice"}


def test_it_has_the_shape_of_a_compose_file(told: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(WHOLE)
    assert [error.message for error in Draft202012Validator(WHOLE).iter_errors(told)] == []


def test_every_service_volume_and_secret_that_is_named_is_there(told: dict[str, Any]) -> None:
    for service in told["services"].values():
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in told["services"][other]
        assert set(service.get("secrets", [])) <= set(told["secrets"])
        sources = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert {source for source in sources if not source.startswith("./")} <= set(told["volumes"])


def test_what_must_lie_beside_it_is_told_at_its_head(told: dict[str, Any]) -> None:
    head = FILE.read_text(encoding="utf-8").partition("name:")[0]
    beside = {volume.partition(":")[0][2:] for one in told["services"].values() for volume in one.get("volumes", [])
              if volume.startswith("./")}  # fmt: skip
    beside |= {secret["file"][2:] for secret in told["secrets"].values()} | {"wheel"}
    assert [name for name in beside if name not in head] == []


def test_each_worker_is_started_as_head_office_can_be_and_bears_a_name_of_its_own(told: dict[str, Any]) -> None:
    given = [_parser().parse_args(worker["command"][1:]) for worker in workers(told).values()]
    assert len({options.cert for options in given}) == len(given) == 2
    for options in given:
        _check(options)
        host = options.database.rpartition("@")[2].partition("/")[0]
        assert host in told["services"]
        assert options.broker.partition(":")[0] in told["services"]
