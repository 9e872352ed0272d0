"""What the pages need, handed to them once at the start, and how a request finds it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from headoffice.accounts import Accounts
from headoffice.attend.orders import Orders
from headoffice.database import Database
from headoffice.feed import Feed
from headoffice.live import Hub
from headoffice.payments.cashier import Cashier
from headoffice.quoting.teller import Teller

__all__ = ["Services", "services_of"]


@dataclass(frozen=True, slots=True)
class Services:
    """``trouble`` gives sentences for people about what is down now; ``demo_token`` is set only in a demo.

    ``orders``: how staff act at lanes; without it their page only shows.
    """

    database: Database
    accounts: Accounts
    feed: Feed
    hub: Hub
    clock: Callable[[], int]
    release: str
    cashier: Cashier | None = None
    orders: Orders | None = None
    trouble: Callable[[], list[str]] = list
    demo_token: str = ""
    behind_tls: bool = False
    heartbeat_seconds: float = 15.0
    session_secret: str = field(default_factory=lambda: secrets.token_hex(32))
    teller: Teller = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "teller", Teller(self.database, self.clock))


def services_of(connection: HTTPConnection) -> Services:
    """The services of the application that this request came to."""
    found = connection.app.state.services
    if not isinstance(found, Services):  # pragma: no cover - the application is built with them
        raise TypeError
    return found
