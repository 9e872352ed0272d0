"""Where acquirers tell of payments: what is theirs is taken in, everything else is turned away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from headoffice.accounts import Accounts
from headoffice.acquirers.settings import Till
from headoffice.console.app import build_app
from headoffice.console.services import Services
from headoffice.database import Database
from headoffice.feed import Feed
from headoffice.live import Hub
from headoffice.payments.cashier import Cashier
from messages.asks import PaymentAnswer, PaymentAsk
from tests.support.acquirer import FakeAcquirer

NOW = 1_800_000_000_000
REQUEST = "019f0000-0000-7000-8000-00000000000a"
CODE = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR"
    "5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)
SIGNED = {"x-signature": "theirs"}


class Busy(Cashier):
    """Takes nothing more in."""

    def noticed(self, request: str) -> bool:
        return not request


class Desk:
    """The pages with a cashier behind them, and what kiosks were told."""

    def __init__(self, database: Database, kind: type[Cashier] = Cashier) -> None:
        self.acquirer = FakeAcquirer(lambda *_: CODE)
        self.told: list[PaymentAnswer] = []
        self.cashier = kind(
            database,
            {"pix": Till(self.acquirer)},
            clock=lambda: NOW,
            tell=lambda _kiosk, told: self.told.append(told),
        )
        services = Services(
            database=database,
            accounts=Accounts(database, clock=lambda: NOW, hasher=PasswordHasher(time_cost=1, memory_cost=64)),
            feed=Feed(database, clock=lambda: NOW),
            hub=Hub(),
            clock=lambda: NOW,
            release="test",
            cashier=self.cashier,
        )
        self.pages = TestClient(build_app(services))


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    built = Desk(database)
    ask = PaymentAsk(correlation="c", request=REQUEST, deed="charge", amount_minor=500, currency="BRL", tender_id="pix")
    built.cashier.asked("lane-1", ask)
    assert [told.state for told in built.told] == ["waiting"]
    with built.pages:
        yield built


def test_a_notice_of_theirs_tells_the_kiosk_what_the_acquirer_says_when_asked(desk: Desk) -> None:
    desk.acquirer.pay(REQUEST, 500)
    answer = desk.pages.post("/hooks/acquirer/pix", content=REQUEST, headers=SIGNED)
    assert (answer.status_code, answer.content) == (204, b"")
    assert [(told.state, told.correlation) for told in desk.told[1:]] == [("paid", "")]


def test_a_notice_of_nothing_new_or_of_nothing_we_know_is_taken_and_tells_nobody(desk: Desk) -> None:
    for about in (REQUEST, "another"):
        assert desk.pages.post("/hooks/acquirer/pix", content=about, headers=SIGNED).status_code == 204
    assert len(desk.told) == 1


@pytest.mark.parametrize(
    ("path", "content", "headers", "status"),
    [
        ("/hooks/acquirer/pix", REQUEST, {}, 401),
        ("/hooks/acquirer/bkash", REQUEST, SIGNED, 404),
        ("/hooks/acquirer/pix", "x" * 70_000, SIGNED, 413),
    ],
)
def test_what_is_not_theirs_is_turned_away(
    desk: Desk, path: str, content: str, headers: dict[str, str], status: int
) -> None:
    desk.acquirer.pay(REQUEST, 500)
    assert desk.pages.post(path, content=content, headers=headers).status_code == status
    assert len(desk.told) == 1


def test_nobody_reads_anything_at_that_address(desk: Desk) -> None:
    assert desk.pages.get("/hooks/acquirer/pix").status_code == 405


def test_a_head_office_that_has_too_much_to_do_is_told_again(database: Database) -> None:
    with Desk(database, Busy).pages as pages:
        assert pages.post("/hooks/acquirer/pix", content=REQUEST, headers=SIGNED).status_code == 503
