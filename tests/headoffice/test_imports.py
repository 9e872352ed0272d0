"""A retailer's own data from files, through the command's own entry and through the page."""

from __future__ import annotations

import contextlib
import csv
import io
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from httpx2 import Response
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import func, select

from headoffice import admin
from headoffice.base import Base
from headoffice.console.services import Services
from headoffice.database import Database
from headoffice.feed import item_of
from headoffice.feed_tables import FeedCurrent, FeedHead, PriceChange
from headoffice.imports.intake import Intake, publish_due_prices
from headoffice.imports.kinds import KINDS
from headoffice.imports.line import Line
from headoffice.imports.report import Report
from headoffice.imports.sheet import FileRefusedError, read_sheet
from headoffice.imports.tables import DataImport, PlannedPrice, StockEntry
from headoffice.ledger.tables import StockLevel
from kiosk.retail.money import Money
from tests.headoffice.pages import NOW, PASSWORD, Enter, sign_in, token_of
from tests.support.ledgers import brief_database

Bring = Callable[..., int]
TAX = "tax_class,from,rate\nstandard,2024-01-01,15\n"


@pytest.fixture
def bring(services: Services, tmp_path: Path) -> Bring:
    """The command on a file of this content; the shop has one item, ``cola``, at the location ``dhk-1``."""
    url = str(services.database.engine.url.render_as_string(hide_password=False))

    def brought(kind: str, content: str | bytes, *more: str) -> int:
        file = tmp_path / "told"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return admin.main(["--database", url, "import", kind, str(file), *more])

    return brought


def price_of(services: Services, item_id: str = "cola") -> Money | None:
    with services.database.read() as session:
        item = item_of(session, item_id)
        return None if item is None else item.price


def level(services: Services, item_id: str = "cola") -> int | None:
    with services.database.read() as session:
        row = session.get(StockLevel, (item_id, "dhk-1"))
        return None if row is None else row.on_hand


def count(services: Services, table: type[Base]) -> int:
    with services.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def version(services: Services) -> int:
    with services.database.read() as session:
        return session.scalar(select(FeedHead.version)) or 0


def workbook(*rows: tuple[str | float, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_dry_run_tells_what_would_change_and_changes_nothing(
    services: Services, bring: Bring, capsys: pytest.CaptureFixture[str]
) -> None:
    before = version(services)
    assert bring("prices", "item_id,price\ncola,79.50\n", "--dry-run") == 0
    told = capsys.readouterr().out
    assert "0 new, 1 changed, 0 the same, 0 refused" in told
    assert "Nothing is taken yet." in told
    assert version(services) == before
    assert price_of(services) == Money(8000, "BDT")
    assert count(services, DataImport) == 0


def test_items_come_with_their_barcodes_and_the_same_file_again_changes_nothing(
    services: Services, bring: Bring, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring("tax-classes", TAX) == 0
    file = (
        "item_id,gtin,name_en,name_bn,department,tax_class,unit,price,mrp,attribute_ncm\n"
        "tea,4006381333931,Tea,চা,drinks,standard,each,129.50,140,09024000\n"
        "banana,,Bananas,কলা,produce,standard,kg,90,,\n"
    )
    assert bring("items", file) == 0
    with services.database.read() as session:
        tea, banana = item_of(session, "tea"), item_of(session, "banana")
    assert tea is not None
    assert banana is not None
    assert (tea.gtin, tea.price, tea.mrp) == ("04006381333931", Money(12950, "BDT"), Money(14000, "BDT"))
    assert (tea.names["bn"], tea.attributes) == ("চা", {"ncm": "09024000"})
    assert banana.weighed
    before = version(services)
    capsys.readouterr()
    assert bring("items", file) == 0
    assert "0 new, 0 changed, 2 the same" in capsys.readouterr().out
    assert (version(services), count(services, DataImport)) == (before, 2)


def test_a_column_that_is_not_there_leaves_what_stands_and_an_empty_cell_takes_it_away(
    services: Services, bring: Bring
) -> None:
    bring("tax-classes", TAX)
    assert bring("items", "item_id,mrp,tare_grams\ncola,,12\n") == 0
    with services.database.read() as session:
        cola = item_of(session, "cola")
    assert cola is not None
    assert (cola.mrp, cola.tare_grams, cola.price, cola.names["en"]) == (None, 12, Money(8000, "BDT"), "Cola 1 l")


def test_a_semicolon_file_of_excel_with_decimal_commas_is_understood(services: Services, bring: Bring) -> None:
    assert bring("prices", "\ufeffitem_id;price\r\ncola;1.079,50\r\n") == 0
    assert price_of(services) == Money(107950, "BDT")
    assert bring("prices", "item_id;price\r\ncola;79.50\r\n") == 0
    assert price_of(services) == Money(7950, "BDT")


def test_letters_of_windows_are_read_where_the_file_is_no_utf_8(services: Services, bring: Bring) -> None:
    bring("tax-classes", TAX)
    assert bring("items", "item_id;name_pt_br\ncola;Refrigerante São João\n".encode("cp1252")) == 0
    with services.database.read() as session:
        cola = item_of(session, "cola")
    assert cola is not None
    assert cola.names["pt_BR"] == "Refrigerante São João"


def test_an_amount_with_too_many_decimals_is_no_price(services: Services, bring: Bring) -> None:
    for price in ("79.505", "1e3", "-5", "0", "৳80", "=40+40", "NaN"):
        assert bring("prices", f"item_id,price\ncola,{price}\n") == 1, price
    assert price_of(services) == Money(8000, "BDT")


def test_one_refused_row_keeps_all_out_unless_the_good_ones_are_asked_for(
    services: Services, bring: Bring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    errors = tmp_path / "errors.csv"
    file = "item_id,price\ncola,70\n=cmd|'/c calc'!A0,80\n"
    assert bring("prices", file) == 1
    assert price_of(services) == Money(8000, "BDT")
    assert "Nothing is taken" in capsys.readouterr().out
    assert bring("prices", file, "--partial", "--errors", str(errors), "--language", "pt_BR") == 1
    assert price_of(services) == Money(7000, "BDT")
    told = list(csv.reader(io.StringIO(errors.read_text(encoding="utf-8-sig"))))
    assert told[0] == ["row", "column", "value", "wrong", "item_id", "price"]
    assert told[1][:2] == ["3", "item_id"]
    assert "esse item não existe" in told[1][3]
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in told for cell in row), "nothing is a formula"
    mended = errors.read_bytes().replace(b"'=cmd|'/c calc'!A0,80", b"cola,81")
    assert bring("prices", mended) == 0, "the mended file is taken with its first columns still there"
    assert price_of(services) == Money(8100, "BDT")


def test_every_wrong_cell_is_named_with_what_is_wrong(bring: Bring, capsys: pytest.CaptureFixture[str]) -> None:
    bring("tax-classes", TAX)
    capsys.readouterr()
    file = (
        "item_id,gtin,name_en,department,tax_class,unit,price,mrp\n"
        "a,4006381333932,A,drinks,standard,each,1,\n"
        "b,,B,drinks,luxury,each,1,\n"
        "c,,C,drinks,standard,stone,1,\n"
        "c,,,drinks,standard,each,1,\n"
        "d,,D,drinks,standard,each,9,8\n"
        "e,,E,drinks,standard,each,1,,,more\n"
    )
    assert bring("items", file, "--dry-run") == 1
    told = capsys.readouterr().out
    for said in (
        "2\tgtin\t4006381333932\tthe check digit is wrong",
        "3\ttax_class\tluxury\tno such tax class",
        "4\tunit\tstone\tmust be one of",
        "5\tname_en",
        "5\titem_id\tc\talready in row 4",
        "6\tprice\t9\tabove the maximum price on the pack",
        "7\t\t\tthe row has more cells",
    ):
        assert said in told
    assert "1 new, 0 changed, 0 the same, 5 refused" in told


def test_a_file_of_another_shape_is_refused_in_a_sentence(bring: Bring, capsys: pytest.CaptureFixture[str]) -> None:
    for content, said in (
        ("item_id,prise\ncola,1\n", "no column prise"),
        ("item_id\ncola\n", "column price is missing"),
        ("price,price\n1,1\n", "column price is there twice"),
        ("item_id,price\n", "nothing in it"),
        (b"", "nothing in it"),
        (b"PK\x03\x04 no workbook", "neither a CSV nor an XLSX"),
        (b"\x00\x01\x02", "neither a CSV nor an XLSX"),
    ):
        assert bring("prices", content) == 1
        assert said in capsys.readouterr().err


def test_numbers_of_a_workbook_are_exact_and_its_formulas_are_texts(services: Services, bring: Bring) -> None:
    bring("tax-classes", TAX)
    heading = ("item_id", "gtin", "name_en", "department", "tax_class", "price")
    file = workbook(heading, ("tea", 4006381333931, '=HYPERLINK("http://x")', "drinks", "standard", 0.1 + 0.2))
    assert bring("items", file) == 0
    with services.database.read() as session:
        tea = item_of(session, "tea")
    assert tea is not None
    assert (tea.names["en"], tea.gtin, tea.price) == ('=HYPERLINK("http://x")', "04006381333931", Money(30, "BDT"))
    assert bring("prices", workbook(("item_id", "price"), ("cola", "=40+40"))) == 1


def test_a_file_s_prices_go_out_in_one_publication_and_are_on_record(services: Services, bring: Bring) -> None:
    heard: list[int] = []
    intake = Intake(services.database, clock=lambda: NOW, on_publish=heard.append)
    bring("tax-classes", TAX)
    bring("items", "item_id,name_en,department,tax_class,price\ntea,Tea,drinks,standard,5\n")
    before = version(services)
    intake.take("prices", b"item_id,price\ncola,81\ntea,6\n", by="mita", file="week.csv")
    assert heard == [before + 2], "the shops hear of the last version alone"
    with services.database.read() as session:
        changes = session.scalars(select(PriceChange).order_by(PriceChange.id)).all()
        taken = session.scalars(select(DataImport).order_by(DataImport.id.desc())).first()
    assert {(change.item_id, change.old, change.new, change.version) for change in changes[-2:]} == {
        ("cola", 8000, 8100, before + 2),
        ("tea", 500, 600, before + 2),
    }
    assert taken is not None
    assert (taken.by, taken.file, taken.kind, taken.changed, len(taken.digest)) == ("mita", "week.csv", "prices", 2, 64)


def test_a_price_of_a_later_day_waits_for_it_and_all_of_the_day_go_out_together(
    services: Services, bring: Bring
) -> None:
    file = "item_id,price,effective_from\ncola,70,2999-01-01\ncola,60,2999-02-01\n"
    assert bring("prices", file) == 0
    assert bring("prices", file) == 0
    assert (price_of(services), count(services, PlannedPrice)) == (Money(8000, "BDT"), 2)
    assert publish_due_prices(services.database, today="2998-12-31", now_ms=NOW) == 0
    assert publish_due_prices(services.database, today="2999-01-01", now_ms=NOW) == 1
    assert (price_of(services), count(services, PlannedPrice)) == (Money(7000, "BDT"), 1)
    assert publish_due_prices(services.database, today="2999-06-01", now_ms=NOW) == 1
    assert publish_due_prices(services.database, today="2999-06-01", now_ms=NOW) == 0
    assert price_of(services) == Money(6000, "BDT")


def test_offers_are_judged_as_the_lanes_will_read_them(
    services: Services, bring: Bring, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"offer_id": "tea", "scope": {"item_ids": ["cola"]}, "effect": {"kind": "n_for_m", "n": 3, "m": 2},
            "names": {"en": "3 for 2"}}  # fmt: skip
    bad = good | {"offer_id": "bad", "effect": {"kind": "n_for_m", "n": 2, "m": 3}}
    assert bring("offers", msgspec.json.encode([good, bad])) == 1
    assert "of n units fewer are paid" in capsys.readouterr().out
    assert bring("offers", msgspec.json.encode(good)) == 0
    out = io.StringIO()
    csv.writer(out).writerows([["offer"], [msgspec.json.encode(good).decode()]])
    assert bring("offers", out.getvalue()) == 0
    assert "1 the same" in capsys.readouterr().out
    with services.database.read() as session:
        assert session.get(FeedCurrent, ("offer", "tea")) is not None


def test_a_tax_class_gets_its_dated_rates_and_keeps_those_of_other_days(services: Services, bring: Bring) -> None:
    assert bring("tax-classes", TAX) == 0
    assert bring("tax-classes", "tax_class;from;rate;duty\nstandard;2027-07-01;17,5;20\n") == 0
    with services.database.read() as session:
        row = session.get(FeedCurrent, ("tax_class", "standard"))
    assert row is not None
    assert row.payload is not None
    told = msgspec.json.decode(row.payload)
    assert told["rates"] == [["2024-01-01", 1500], ["2027-07-01", 1750]]
    assert told["duties"] == [["2027-07-01", 2000]]
    assert bring("tax-classes", "tax_class,rate\nstandard,151.234\n") == 1


def test_a_pin_is_hashed_and_is_neither_shown_nor_logged_nor_in_the_error_file(
    services: Services,
    bring: Bring,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    errors = tmp_path / "errors.csv"
    file = "operator_id,name,role,pin,badge\nanika,Anika,supervisor,739164,2980001\nbo,Bo,king,555123x,\n"
    assert bring("operators", file, "--partial", "--errors", str(errors)) == 1
    with services.database.read() as session:
        row = session.get(FeedCurrent, ("operator", "anika"))
    assert row is not None
    assert row.payload is not None
    told = msgspec.json.decode(row.payload)
    assert told["pin_hash"].startswith("$argon2id$")
    assert len(told["badge_hash"]) == 64
    said = capsys.readouterr()
    everywhere = said.out + said.err + caplog.text + errors.read_text(encoding="utf-8") + row.payload.decode()
    for secret in ("739164", "555123x", "2980001"):
        assert secret not in everywhere
    assert bring("operators", "operator_id,name,role,pin\nanika,Anika,supervisor,739164\n") == 0
    assert "1 the same" in capsys.readouterr().out


def test_opening_stock_is_told_once(services: Services, bring: Bring, capsys: pytest.CaptureFixture[str]) -> None:
    bring("tax-classes", TAX)
    bring("items", "item_id,name_en,department,tax_class,unit,price\nkiwi,Kiwi,produce,standard,kg,5\n")
    assert bring("opening-stock", "location,item_id,quantity\ndhk-1,kiwi,12.250\n") == 0
    assert level(services, "kiwi") == 12_250
    capsys.readouterr()
    assert bring("opening-stock", "location,item_id,quantity\ndhk-1,kiwi,12.25\n") == 0
    assert "1 the same" in capsys.readouterr().out
    assert bring("opening-stock", "location,item_id,quantity\ndhk-1,cola,5\n") == 1, "stock is kept there already"
    assert bring("opening-stock", "location,item_id,quantity\nmoon,cola,5\n") == 1


def test_documents_move_stock_once_by_their_number(services: Services, bring: Bring) -> None:
    received = "document,location,item_id,quantity\nD-1,dhk-1,cola,24\n"
    assert (bring("goods-received", received), level(services)) == (0, 25)
    assert (bring("goods-received", received), level(services)) == (0, 25)
    assert bring("goods-received", received.replace("24", "25")) == 1, "another document under the same number"
    assert bring("waste", "document,location,item_id,quantity,reason\nW-1,dhk-1,cola,2,\n") == 1, "a reason is needed"
    assert bring("waste", "document,location,item_id,quantity,reason\nW-1,dhk-1,cola,2,broken\n") == 0
    assert level(services) == 23
    assert bring("stock-count", "document,location,item_id,quantity\nC-1,dhk-1,cola,20\n") == 0
    assert level(services) == 20
    with services.database.read() as session:
        entries = [(row.kind, row.said, row.moved, row.reason) for row in session.scalars(select(StockEntry))]
        assert session.get_one(StockLevel, ("cola", "dhk-1")).stirred
    assert entries == [("goods-received", 24, 24, ""), ("waste", 2, -2, "broken"), ("stock-count", 20, -3, "")]


@pytest.mark.drill
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_template_that_is_read_as_a_file_of_its_kind(
    kind: str, services: Services, bring: Bring, capsys: pytest.CaptureFixture[str]
) -> None:
    bring("tax-classes", TAX)
    capsys.readouterr()
    assert admin.main(["--database", str(services.database.engine.url), "import-template", kind]) == 0
    file = capsys.readouterr().out
    assert bring(kind, file, "--dry-run") in (0, 1)
    assert not capsys.readouterr().err, "no column that the kind does not know"


@pytest.fixture(scope="module")
def quiet() -> Iterator[Database]:
    with brief_database() as database:
        yield database


CELLS = st.text(max_size=40) | st.sampled_from(["cola", "=1+1", "1,5", "-1", "2027-01-31", "4006381333931", "x" * 5000])


@given(
    kind=st.sampled_from(sorted(KINDS)), content=st.binary(max_size=300) | st.binary(max_size=99).map(b"PK\3\4".__add__)
)
@settings(max_examples=30, deadline=None)
def test_random_bytes_are_refused_in_words_or_looked_through(kind: str, content: bytes, quiet: Database) -> None:
    with contextlib.suppress(FileRefusedError):
        report = Intake(quiet, clock=lambda: NOW).look(kind, content)
        assert sum(report.counts.values()) + report.refused == len(report.sheet.rows)


@given(data=st.data(), kind=st.sampled_from(sorted(set(KINDS) - {"operators"})))
@settings(max_examples=40, deadline=None)
def test_whatever_stands_in_the_cells_each_row_is_counted_once(data: st.DataObject, kind: str, quiet: Database) -> None:
    columns = KINDS[kind].columns
    rows = data.draw(st.lists(st.lists(CELLS, min_size=1, max_size=len(columns) + 2), min_size=1, max_size=4))
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    content = out.getvalue().encode("utf-8", "replace")
    try:
        report = Intake(quiet, clock=lambda: NOW).look(kind, content)
    except FileRefusedError:
        return
    assert sum(report.counts.values()) + report.refused == len(report.sheet.rows)


@given(st.integers(0, 10**9), st.sampled_from([(",", "."), (".", ",")]))
@settings(max_examples=30, deadline=None)
def test_no_digit_of_a_price_is_lost_however_it_is_written(minor: int, marks: tuple[str, str]) -> None:
    decimal, thousands = marks
    whole = f"{minor // 100:,}".replace(",", thousands)
    sheet = read_sheet(f'price\n"{whole}{decimal}{minor % 100:02}"\n'.encode(), ("price",), decimal=decimal)
    report = Report("prices", "", sheet)
    assert Line(sheet.rows[0], report).number("price", 2) == minor


def test_on_the_page_a_file_is_looked_through_mended_and_taken(services: Services, enter: Enter) -> None:
    client = enter()
    token = token_of(client.get("/import").text)

    def look(content: bytes) -> Response:
        return client.post("/import", data={"token": token, "kind": "prices"}, files={"file": ("week.csv", content)})

    page = look(b"item_id,price\ncola,70\nghost,80\n")
    assert page.status_code == 422
    assert "no such item" in page.text
    assert price_of(services) == Money(8000, "BDT"), "only looked at"
    word = word_of(page.text)
    errors = client.get(f"/import/refused/{word}.csv")
    assert errors.text.splitlines()[1].startswith("3,item_id,ghost,")
    answer = client.post("/import/take", data={"token": token, "word": word})
    assert (answer.status_code, price_of(services)) == (303, Money(8000, "BDT")), "all or nothing, unless told"
    client.post("/import/take", data={"token": token, "word": word, "partial": "yes"})
    assert price_of(services) == Money(7000, "BDT")
    assert "week.csv" in client.get("/import").text
    assert client.post("/import/take", data={"token": token, "word": word}).headers["location"] == "/import"
    assert "not at hand any more" in client.get("/import").text
    assert "no column prise" in look(b"item_id,prise\ncola,1\n").text


def test_a_file_is_kept_for_who_sent_it_and_for_nobody_else(services: Services, enter: Enter) -> None:
    client = enter()
    token = token_of(client.get("/import").text)
    content = b"operator_id,name,role,pin\nanika,Anika,supervisor,739164x\n"
    page = client.post("/import", data={"token": token, "kind": "operators"}, files={"file": ("staff.csv", content)})
    assert "739164" not in page.text
    word = word_of(page.text)
    assert client.get(f"/import/refused/{word}.csv").status_code == 200
    services.accounts.create("other", PASSWORD, "manager")
    other = enter(signed_in=False)
    assert sign_in(other, name="other").status_code == 303
    assert other.get(f"/import/refused/{word}.csv").status_code == 404


def test_the_page_gives_each_template(enter: Enter) -> None:
    client = enter()
    for kind, of in KINDS.items():
        assert client.get(f"/import/templates/{kind}.csv").text.splitlines()[0].lstrip("\ufeff") == ",".join(of.columns)
    assert client.get("/import/templates/nothing.csv").status_code == 404


def word_of(page: str) -> str:
    """What the page knows the file by that was looked through."""
    found = re.search(r'name="word" value="([^"]+)"|/import/refused/([^"]+)\.csv', page)
    assert found is not None
    return found[1] or found[2]
