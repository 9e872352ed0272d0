"""A person at head office's pages: signing in, and the forms' tokens."""

from __future__ import annotations

import re
from collections.abc import Callable

from httpx2 import Response
from starlette.testclient import TestClient

from tests.support.journals import T0

__all__ = ["NOW", "PASSWORD", "Enter", "sign_in", "token_of"]

NOW = T0 + 3_600_000
PASSWORD = "correct horse battery"
Enter = Callable[..., TestClient]


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def sign_in(client: TestClient, password: str = PASSWORD, **fields: str) -> Response:
    token = token_of(client.get("/sign-in").text)
    return client.post("/sign-in", data={"token": token, "name": "mita", "password": password} | fields)
