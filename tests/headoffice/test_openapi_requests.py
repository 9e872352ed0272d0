"""The OpenAPI document against the application itself: made-up requests, and no answer it does not describe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from headoffice.console import openapi
from headoffice.console.app import build_app
from headoffice.console.services import Services
from headoffice.feed import change_of
from tests.support.shop import bangladesh

SCHEMA = schemathesis.openapi.from_dict(openapi.document())
OPERATIONS = {
    each.path: each for each in (found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok))
}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def program(services: Services) -> Iterator[TestClient]:
    """A program with a key."""
    services.feed.publish_changes([change_of("policy", "policy", bangladesh())], by="seed")
    key = services.accounts.create_key("a program")
    with TestClient(build_app(services), headers={"authorization": f"Bearer {key}"}, follow_redirects=False) as client:
        yield client


WITH_INPUT = [path for path, each in OPERATIONS.items() if each.body or each.path_parameters]
"""The others have nothing in them that could be wrong."""
MADE_UP = [
    *((path, GenerationMode.POSITIVE) for path in OPERATIONS),
    *((p, GenerationMode.NEGATIVE) for p in WITH_INPUT),
]


@pytest.mark.parametrize(("path", "mode"), MADE_UP)
def test_made_up_requests_are_answered_as_the_document_says(
    program: TestClient, path: str, mode: GenerationMode
) -> None:
    operation = OPERATIONS[path]

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: Case[Any]) -> None:
        made = case.as_transport_kwargs(base_url="http://testserver")
        made["headers"] = {**dict(made.get("headers") or {}), "authorization": program.headers["authorization"]}
        body = made.pop("data", None)
        made["content"] = body if isinstance(body, bytes | str | None) else str(body).encode()
        answer = program.request(**{name: value for name, value in made.items() if name != "cookies"})
        case.validate_response(answer, checks=CHECKS)

    asked()
