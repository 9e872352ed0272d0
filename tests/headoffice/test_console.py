"""The pages: who sees them, what they show, what a form may do, and that nothing comes from elsewhere."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from headoffice.accounts import MAXIMUM_WRONG
from headoffice.console import openapi
from headoffice.console.app import build_app
from headoffice.console.charts import ChartBar, bar_chart, ticks
from headoffice.console.services import Services
from headoffice.console.words import LANGUAGES, read_amount
from headoffice.ledger.ingest import Ingest
from kiosk.checkout import events
from kiosk.i18n.translate import Translator
from kiosk.retail.buyer import BuyerNumber
from kiosk.retail.exemption import Exemption
from kiosk.retail.transaction import Disposition
from tests.headoffice.pages import NOW, Enter, sign_in, token_of
from tests.support.journals import T0, JournalOf, as_message, banana, bdt, cola, completed_sale

CONSOLE = Path(openapi.__file__).parent


def a_sale(services: Services) -> events.TransactionCompleted:
    journal = JournalOf()
    sale = journal.sale()
    journal.add(events.InterventionRaised("i1", "age", "payment", "attendant", T0, 1, 18))
    journal.begin()
    journal.add(events.LineAdded(cola()))
    journal.add(events.LineAdded(banana()))
    Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), "lane-1")
    return sale


@pytest.mark.parametrize("path", ["/", "/prices", "/stock", "/letters", "/live", "/part/sales", "/sales/x"])
def test_a_stranger_is_shown_the_way_in(enter: Enter, path: str) -> None:
    answer = enter(signed_in=False).get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


def test_the_first_page_shows_kiosks_the_growing_basket_the_sale_and_who_waits(
    services: Services, enter: Enter
) -> None:
    a_sale(services)
    page = enter().get("/").text
    for told in (
        "lane-1",
        "৳262.50",
        "৳262.50",
        "Scanning",
        "1.250",
        "Age check",
        "Waiting",
        "<svg",
        "all was taken in",
    ):
        assert told in page, told


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_a_word_for_everything_in_every_language(
    services: Services, enter: Enter, language: str
) -> None:
    sale = a_sale(services)
    Ingest(services.database, clock=lambda: NOW).batch(b"{", "lane-1")
    client = enter()
    client.get("/", params={"language": language})
    for path in (
        "/",
        "/?days=1",
        "/prices",
        "/stock",
        "/recalls?q=cola",
        "/letters",
        f"/sales/{sale.transaction.uuid}",
        "/nowhere",
    ):
        page = client.get(path).text
        assert "console." not in re.sub(r"/static/console\.(css|js)", "", page), path
        assert f'lang="{language.replace("_", "-")}"' in page


def test_the_catalogues_know_every_word_the_templates_ask_for() -> None:
    asked = {
        found
        for template in (CONSOLE / "templates").glob("*.html")
        for found in re.findall(r'\bt\("([a-z_.]+[a-z_])"\s*[,)]', template.read_text("utf-8"))
    }
    asked |= {f"sale.goes_{place}" for place in get_args(Disposition)}
    assert len(asked) > 60
    for language in LANGUAGES:
        say = Translator(language).t
        missing = {word for word in asked if say(f"console.{word}", count=2).startswith("console.")}
        assert not missing, (language, missing)


def test_nothing_on_a_page_comes_from_elsewhere(services: Services, enter: Enter) -> None:
    sale = a_sale(services)
    client = enter()
    for path in (
        "/",
        "/prices",
        "/stock",
        f"/sales/{sale.transaction.uuid}",
        "/static/console.css",
        "/static/console.js",
    ):
        answer = client.get(path)
        assert not re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", answer.text), path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "style=" not in answer.text


def test_what_a_kiosk_says_is_shown_as_text_and_never_as_markup(services: Services, enter: Enter) -> None:
    journal = JournalOf()
    journal.add(events.LaneClosed("op", "<script>alert(1)</script>"))
    journal.begin()
    journal.add(events.LineAdded(dataclasses.replace(cola(), names={"en": "<b>bold</b>"})))
    Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), "lane-1")
    Ingest(services.database, clock=lambda: NOW).batch(b"<script>alert(2)</script>", "lane-1")
    client = enter()
    for path in ("/", "/letters"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "<b>bold" not in page


def test_a_sale_s_page_shows_lines_offers_tax_tenders_and_its_place_in_the_journal(
    services: Services, enter: Enter
) -> None:
    sale = a_sale(services)
    page = enter().get(f"/sales/{sale.transaction.uuid}").text
    for told in (
        "Cola 1 l",
        "Ripe today",
        "-৳10.00",
        "1.250",
        "7.5%",
        "VISA",
        "****1111",
        "M63 1",
        "SHA-256",
        sale.transaction.uuid,
    ):
        assert told in page, told
    assert enter().get("/sales/none").status_code == 404


def test_a_wrong_password_stays_outside_and_five_lock_the_door(enter: Enter) -> None:
    client = enter(signed_in=False)
    for _ in range(MAXIMUM_WRONG):
        assert sign_in(client, "wrong").status_code == 403
    locked = sign_in(client)
    assert locked.status_code == 403
    assert "Too many wrong tries" in locked.text
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    ("asked", "given"), [("/stock", "/stock"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil", "/")]
)
def test_after_signing_in_one_lands_on_a_page_of_ours(enter: Enter, asked: str, given: str) -> None:
    assert sign_in(enter(signed_in=False), next=asked).headers["location"] == given


def test_signing_out_ends_the_session(enter: Enter) -> None:
    client = enter()
    assert client.post("/sign-out", data={"token": token_of(client.get("/prices").text)}).status_code == 303
    assert client.get("/").status_code == 303


def test_a_price_is_changed_from_the_page_and_goes_out(services: Services, enter: Enter) -> None:
    client = enter()
    page = client.get("/prices", params={"q": "কোলা"}).text
    assert "৳80.00" in page
    fields = {"token": token_of(page), "price": "৭৫.৫০", "currency": "BDT", "q": "cola"}
    answer = client.post("/prices/cola", data=fields)
    assert answer.headers["location"] == "/prices?q=cola"
    after = client.get("/prices?q=cola").text
    assert "on its way to the kiosks (version 2)" in after
    assert "৳75.50" in after
    assert "<s>৳80.00</s>" in after
    assert services.feed.head() == 2


@pytest.mark.parametrize(
    ("price", "said"),
    [("free", "That is no price"), ("0", "above zero"), ("85.01", "above the MRP"), ("-5", "That is no price")],
)
def test_a_price_that_may_not_be_is_told_and_changes_nothing(
    services: Services, enter: Enter, price: str, said: str
) -> None:
    client = enter()
    token = token_of(client.get("/prices").text)
    client.post("/prices/cola", data={"token": token, "price": price, "currency": "BDT"})
    assert said in client.get("/prices").text
    assert services.feed.head() == 1


@pytest.mark.parametrize("token", ["", "made up"])
def test_a_form_that_no_page_of_this_session_made_does_nothing(services: Services, enter: Enter, token: str) -> None:
    answer = enter().post("/prices/cola", data={"token": token, "price": "50", "currency": "BDT"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert services.feed.head() == 1


def test_a_demo_s_link_signs_in_from_this_machine_only_and_lets_it_frame_the_pages(enter: Enter) -> None:
    client = enter(signed_in=False, demo="open-sesame")
    assert client.get("/enter/wrong").status_code == 404
    assert client.get("/enter/open-sesame").headers["location"] == "/"
    page = client.get("/")
    assert page.status_code == 200
    assert "frame-ancestors http://127.0.0.1:*" in page.headers["content-security-policy"]
    assert enter(signed_in=False, demo="open-sesame", address="10.0.0.7").get("/enter/open-sesame").status_code == 404
    assert enter(signed_in=False).get("/enter/").status_code == 404


def test_a_sale_without_tax_names_its_certificate_and_who_saw_it(services: Services, enter: Enter) -> None:
    journal = JournalOf()
    identity = journal.begin()
    exempt = Exemption("DIP-4711", "diplomatic", "op-7")
    journal.add(dataclasses.replace(completed_sale(identity, (cola(),), bdt(16000)), exemption=exempt))
    Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), "lane-1")
    page = enter().get(f"/sales/{identity.uuid}").text
    assert "DIP-4711" in page
    assert "diplomatic · op-7" in page


def test_a_sale_s_page_names_its_buyer_a_person_in_part(services: Services, enter: Enter) -> None:
    journal = JournalOf()
    pages = {}
    for kind, number in (("bin", "0001234560101"), ("cpf", "52998224725"), ("vkn", "1234567890")):
        identity, told = journal.begin(), BuyerNumber(kind, number)  # type: ignore[arg-type]  # a newer kiosk's kind
        journal.add(dataclasses.replace(completed_sale(identity, (cola(),), bdt(16000)), buyer=told))
        Ingest(services.database, clock=lambda: NOW).batch(as_message(journal), "lane-1")
        pages[kind] = enter().get(f"/sales/{identity.uuid}").text
    assert "BIN 000123456-0101" in pages["bin"]
    assert "CPF •••.982.247-••" in pages["cpf"]
    assert "52998224725" not in pages["cpf"]
    assert ("VKN" in pages["vkn"], "1234567890" in pages["vkn"]) == (True, False), "a kind that is new here"


def test_a_program_needs_a_key_and_gets_figures_without_samples(services: Services, enter: Enter) -> None:
    sale = a_sale(services)
    client = enter(signed_in=False)
    assert client.get("/api/ledger/totals").status_code == 401
    key = {"authorization": f"Bearer {services.accounts.create_key('drill')}"}
    totals = client.get("/api/ledger/totals", headers=key).json()
    assert totals["kiosks"] == [
        {
            "kiosk": "lane-1",
            "currency": "BDT",
            "transactions": 1,
            "total": 26250,
            "tax": 14,
            "discount": 1000,
            "tenders": {"card": 26250},
        }
    ]
    assert totals["lines"] == 2
    answer = client.get(f"/api/transactions/{sale.transaction.uuid}", headers=key).json()
    assert answer["header"]["total"] == 26250
    assert [line["net"] for line in answer["lines"]] == [16000, 10250]
    assert client.get("/api/transactions/none", headers=key).status_code == 404


def test_health_says_what_is_down(services: Services) -> None:
    well = TestClient(build_app(services)).get("/api/health")
    assert (well.status_code, well.json()["feed_version"]) == (200, 1)
    ill = TestClient(build_app(dataclasses.replace(services, trouble=lambda: ["no broker"]))).get("/api/health")
    assert (ill.status_code, ill.json()["trouble"]) == (503, ["no broker"])


def test_the_openapi_document_is_what_the_routes_say() -> None:
    kept = Path(__file__).parents[2] / "docs/api/openapi.yaml"
    assert kept.read_text("utf-8") == openapi.rendered()
    assert set(yaml.safe_load(openapi.rendered())["paths"]) == {route.path for route in openapi.ROUTES}


def test_the_answers_are_what_the_openapi_document_says(services: Services, enter: Enter) -> None:
    sale = a_sale(services)
    schemas = openapi.document()["components"]["schemas"]
    client = enter()
    for path, name in (
        ("/api/health", "Health"),
        ("/api/ledger/totals", "Totals"),
        (f"/api/transactions/{sale.transaction.uuid}", "Transaction"),
    ):
        Draft202012Validator(schemas[name]).validate(client.get(path).json())


def test_a_defect_is_told_on_a_page_and_without_a_database_in_a_line(services: Services, enter: Enter) -> None:
    app = enter().app
    with TestClient(app, raise_server_exceptions=False, headers={"accept-language": "en"}) as client:
        sign_in(client)
        with services.database.write() as session:
            session.connection().exec_driver_sql("DROP TABLE book_item")
        broken = client.get("/prices")
        assert (broken.status_code, "Something went wrong here" in broken.text) == (500, True)
        with services.database.write() as session:
            session.connection().exec_driver_sql("DROP TABLE business_unit")
        worse = client.get("/prices")
        assert (worse.status_code, worse.text.startswith("Something went wrong at head office")) == (500, True)


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("95", 9500),
        ("95.5", 9550),
        ("95,50", 9550),
        ("1,234.50", 123450),
        ("1.234,50", 123450),
        ("1,234", 123400),
        ("৯৫.৫০", 9550),
        (" 95 ", 9500),
        ("", None),
        ("1e3", None),
        ("-1", None),
        ("95.5.x", None),
    ],
)
def test_an_amount_is_read_as_people_of_three_countries_type_it(typed: str, minor: int | None) -> None:
    assert read_amount(typed, "BDT") == minor


@pytest.mark.parametrize(
    ("highest", "expected"), [(0, [0, 1]), (34, [0, 10, 20, 30, 40]), (100, [0, 50, 100]), (7, [0, 2, 4, 6, 8])]
)
def test_a_chart_s_axis_is_round_and_reaches_the_top(highest: int, expected: list[int]) -> None:
    assert ticks(highest) == expected


def test_a_chart_draws_a_bar_for_each_value_and_escapes_what_it_is_told() -> None:
    drawn = bar_chart([ChartBar(5, 5, "<x>", "a & b"), ChartBar(0, 0, "", "none")], label='"q"', value=str)
    assert drawn.count("<rect") == 2
    assert "&lt;x&gt;" in drawn
    assert "a &amp; b" in drawn
