"""Who may see and do what at head office: each page and each form with each role, both ways, and how a session ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from headoffice import admin
from headoffice.accounts import DEMO_ACCOUNT, AccountError
from headoffice.console.app import build_app
from headoffice.console.services import Services
from headoffice.feed import change_of
from headoffice.roles import ACCOUNT_ROLES, RIGHTS, AccountRole
from kiosk.retail.offer import AmountOff, Offer, Scope
from tests.headoffice.pages import PASSWORD, sign_in, token_of

ALL, SHOP = frozenset(ACCOUNT_ROLES), frozenset({"supervisor", "manager"})
LOOKS, LANES = ALL - {"attendant"}, SHOP | {"attendant"}
BOOKS, OFFICE = SHOP | {"auditor"}, frozenset({"manager"})
PAGES: Final[dict[str, frozenset[str]]] = {
    "/": LOOKS, "/prices": LOOKS, "/stock": LOOKS, "/letters": LOOKS, "/sales/{uuid}": LOOKS, "/part/{name}": LOOKS,
    "/offers": LOOKS, "/recalls": LOOKS, "/points": BOOKS, "/value": BOOKS, "/days": BOOKS, "/days.csv": BOOKS,
    "/days/cancelled": BOOKS, "/days/cancelled.csv": BOOKS, "/days/owed": BOOKS, "/days/owed.csv": BOOKS,
    "/days/{kiosk}/{epoch:int}/{sequence:int}": BOOKS, "/attend": ALL, "/attend/board": ALL,
    "/attend/frame/{kiosk}/{intervention}/{number:int}": ALL, "/live": ALL,
    "/import": OFFICE, "/import/templates/{kind}.csv": OFFICE, "/import/refused/{word}.csv": OFFICE,
    "/api/ledger/totals": LOOKS, "/api/transactions/{uuid}": LOOKS,
}  # fmt: skip
FORMS: Final[dict[str, frozenset[str]]] = {
    "/prices/{item_id:path}": SHOP, "/recalls/{item_id:path}": SHOP, "/offers/series": OFFICE,
    "/points/member": BOOKS, "/points/adjust": OFFICE, "/value/find": BOOKS, "/value/deed": OFFICE,
    "/value/cards": OFFICE, "/attend/order": LANES,
    "/import": OFFICE, "/import/take": OFFICE, "/days/owed/{payout}": SHOP,
}  # fmt: skip
OPEN: Final = {"/sign-in", "/sign-out", "/enter/{token}", "/static", "/static/fonts/{name}", "/api/health"}
BY_KEY: Final = {"/api/basket", "/api/exit", "/api/quote", "/hooks/acquirer/{tender}"}
"""Programs' own, without a form: a key or a signature opens them."""
_BOUND: Final = {"{uuid}": "x", "{name}": "sales", "{kiosk}": "lane-1", "{epoch:int}": "1", "{sequence:int}": "1",
                 "{intervention}": "i1", "{number:int}": "1", "{payout}": "p1", "{item_id:path}": "cola",
                 "{kind}": "items", "{word}": "x"}  # fmt: skip
People = Callable[[AccountRole], TestClient]


def bound(path: str) -> str:
    for name, value in _BOUND.items():
        path = path.replace(name, value)
    return path


@pytest.fixture
def people(services: Services) -> Iterator[People]:
    """One of each role, signed in."""
    opened: list[TestClient] = []

    def one(role: AccountRole) -> TestClient:
        services.accounts.create(f"one-{role}", PASSWORD, role)
        client = TestClient(build_app(services), follow_redirects=False, headers={"accept-language": "en"})
        opened.append(client)
        assert sign_in(client, name=f"one-{role}").status_code == 303
        return client

    yield one
    for client in opened:
        client.close()


def test_each_page_and_form_stands_in_a_table_of_who_may(services: Services) -> None:
    routes = build_app(services).routes
    there = {(route.path, "POST" in (route.methods or ())) for route in routes if isinstance(route, Route)}
    listed = {(path, False) for path in PAGES} | {(path, True) for path in FORMS}
    others = {(path, form) for path, form in there if path not in OPEN | BY_KEY}
    assert others == listed


def test_each_role_sees_its_pages_and_no_other(people: People) -> None:
    for role in ACCOUNT_ROLES:
        client = people(role)
        for path, may in PAGES.items():
            if path == "/live":
                continue  # it never ends; see below
            answer = client.get(bound(path))
            if role in may:
                assert answer.status_code in (200, 404), (role, path, "seen, or nothing there to be seen")
            elif path == "/":
                assert answer.headers["location"] == "/attend", "an attendant begins at the lanes"
            else:
                assert answer.status_code in (401, 403), (role, path)


def test_each_role_does_what_it_may_and_nothing_else_and_never_without_the_form_s_token(people: People) -> None:
    for role in ACCOUNT_ROLES:
        client = people(role)
        token = token_of(client.get("/attend").text)
        for path, may in FORMS.items():
            answer = client.post(bound(path), data={"token": token})
            assert (answer.status_code == 403) == (role not in may), (role, path)
            forged = client.post(bound(path), data={"token": "made up"})
            assert forged.status_code == 403, (role, path)
            assert ("may not do this" in forged.text) == (role not in may), (role, path)


def test_a_page_offers_nothing_that_its_reader_may_not(services: Services, people: People) -> None:
    offer = Offer("tea", Scope(item_ids=("cola",)), AmountOff(100), {"en": "Tea"}, coupon="99", serials="listed")
    services.feed.publish_changes([change_of("offer", "tea", offer)], by="seed")
    offered = set()
    for role in ACCOUNT_ROLES:
        client = people(role)
        for path in ("/prices", "/recalls?item=cola", "/points", "/value", "/offers", "/attend"):
            page = client.get(path)
            if page.status_code != 200:
                continue
            for form, may in FORMS.items():
                there = f'action="{form.partition("{")[0]}' in page.text
                assert role in may or not there, (role, path, form)
                offered |= {form} if there else set()
            for link, may in PAGES.items():
                assert role in may or f'<a href="{link}"' not in page.text, (role, path, link)
    assert offered >= {"/prices/{item_id:path}", "/recalls/{item_id:path}", "/offers/series", "/value/cards"}


def test_another_role_and_a_shut_account_count_at_once(services: Services, people: People) -> None:
    client = people("auditor")
    assert client.get("/days").status_code == 200
    services.accounts.becomes("one-auditor", "attendant")
    assert client.get("/days").status_code == 403
    services.accounts.disable("one-auditor")
    assert client.get("/attend").headers["location"].startswith("/sign-in")
    assert sign_in(client, name="one-auditor").status_code == 403
    services.accounts.create("one-auditor", PASSWORD)
    assert client.get("/attend").headers["location"].startswith("/sign-in"), "the sessions of before are over"
    assert sign_in(client, name="one-auditor").status_code == 303


def test_a_cookie_that_was_signed_out_opens_nothing_wherever_it_is(people: People) -> None:
    client = people("manager")
    stolen = client.cookies["headoffice"]
    token = token_of(client.get("/").text)
    assert client.post("/sign-out", data={"token": "made up"}).status_code == 403
    assert client.get("/").status_code == 200, "nobody is signed out by another's page"
    assert client.post("/sign-out", data={"token": token}).status_code == 303
    client.cookies.set("headoffice", stolen)
    assert client.get("/").headers["location"].startswith("/sign-in")


def test_news_are_only_for_who_is_in(services: Services, people: People) -> None:
    client = people("attendant")
    services.accounts.disable("one-attendant")
    assert client.get("/live").headers["location"].startswith("/sign-in")


def test_a_role_made_of_one_right_opens_what_asks_for_it_and_nothing_else(services: Services) -> None:
    asks = {
        route.path: getattr(route.endpoint, "right", None)
        for route in build_app(services).routes
        if isinstance(route, Route) and route.path in PAGES and route.path != "/live" and "/api/" not in route.path
    }
    services.accounts.define("narrow", ["attend"])
    services.accounts.create("nina", PASSWORD, "narrow")
    with TestClient(build_app(services), follow_redirects=False) as client:
        assert sign_in(client, name="nina").status_code == 303
        for right in RIGHTS:
            services.accounts.define("narrow", [right])
            for path, wanted in asks.items():
                seen = client.get(bound(path)).status_code in (200, 404)
                assert seen == (wanted in (None, right)), (right, path)


def test_a_shipped_role_is_redefined_at_once_and_is_as_it_came_when_that_is_forgotten(
    services: Services, people: People
) -> None:
    client = people("attendant")
    services.accounts.define("attendant", ["attend", "days"])
    assert client.get("/days").status_code == 200
    services.accounts.forget("attendant")
    assert client.get("/days").status_code == 403


def test_nobody_shuts_out_the_last_who_may_do_everything(services: Services, people: People) -> None:
    accounts = services.accounts
    last = next(one.name for one in accounts.listed() if one.role == "manager")
    deeds: tuple[Callable[[], None], ...] = (
        lambda: accounts.disable(last),
        lambda: accounts.becomes(last, "auditor"),
        lambda: accounts.create(last, PASSWORD, "auditor"),
        lambda: accounts.define("manager", ["look"]),
        lambda: accounts.forget("manager"),
    )
    for shuts in deeds:
        with pytest.raises(AccountError):
            shuts()
    people("manager")
    accounts.disable(last)
    newest = accounts.changes()[0]
    assert (newest.deed, newest.name, newest.before, newest.by) == ("disable", last, "manager", "head office")


def test_roles_are_defined_by_a_command_that_says_what_is_wrong(
    tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ["--database", f"sqlite:///{tmp_path}/ledger.db"]
    assert admin.main([*base, "define-role", "buyer", "look", "rule"]) == 2
    assert "no right rule; there are: look, days" in capsys.readouterr().err
    assert admin.main([*base, "define-role", "buyer", "look", "prices"]) == 0
    assert admin.main([*base, "create", "rina", "--role", "king"], ask=lambda _: PASSWORD) == 2
    assert admin.main([*base, "create", "rina", "--role", "buyer"], ask=lambda _: PASSWORD) == 0
    assert admin.main([*base, "forget-role", "buyer"]) == 2, "somebody has it"
    capsys.readouterr()
    assert admin.main([*base, "roles"]) == 0
    assert "buyer\tlook prices\n" in capsys.readouterr().out
    assert admin.main([*base, "changes"]) == 0
    newest, first = capsys.readouterr().out.splitlines()
    assert newest.endswith("create rina\t- > buyer")
    assert first.endswith("define buyer\t- > look prices")


def test_a_demo_may_do_everything_and_is_no_account(services: Services) -> None:
    standing = services.accounts.standing(DEMO_ACCOUNT)
    assert standing is not None
    assert standing.role == "manager"
    assert replace(standing, name="x") not in services.accounts.listed()


def test_the_command_lists_changes_and_shuts_accounts(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    base = ["--database", f"sqlite:///{tmp_path}/ledger.db"]
    assert admin.main([*base, "create", "rina"], ask=lambda _: PASSWORD) == 2
    assert "needs a role" in capsys.readouterr().err
    assert admin.main([*base, "create", "rina", "--role", "attendant"], ask=lambda _: PASSWORD) == 0
    assert admin.main([*base, "role", "Rina", "supervisor"]) == 0
    assert admin.main([*base, "operator", "rina", "op-7"]) == 0
    assert admin.main([*base, "disable", "rina"]) == 0
    capsys.readouterr()
    assert admin.main([*base, "list"]) == 0
    assert capsys.readouterr().out == "rina\tsupervisor\tat the lanes op-7\tdisabled\n"
    assert admin.main([*base, "disable", "nobody"]) == 2
