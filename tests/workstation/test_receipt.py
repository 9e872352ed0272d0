"""The receipt, read as a document: what the law, the shop and the shopper want on it."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib import resources
from typing import Literal

import msgspec
import pytest

from hal.printer.contract import Cut, Document, Feed, QrCode, TextLine
from kiosk.checkout.events import SalePoints, SettledTender, TransactionCompleted
from kiosk.i18n.translate import Translator
from kiosk.retail.buyer import BuyerNumber
from kiosk.retail.exemption import Exemption
from kiosk.retail.fiscal import FiscalRule, FiscalText
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, ReceiptLayout, TenderType
from kiosk.retail.pricing import totals
from kiosk.retail.tax import TaxAmount, TaxRate
from kiosk.retail.transaction import Deposit, LineItem, OwedGift, PriceModifier, TransactionId
from kiosk.retail.weighing import extended
from kiosk.retail.weight import Weight
from kiosk.workstation.receipt import receipt

UUID = "0193f5a0-0000-7000-8000-000000000001"
TRADE, FRESH = TaxRate("trade", 750), TaxRate("fresh", 0)
POLICY = Policy(
    country="BD",
    currency="BDT",
    store_name={"en": "Shapla Superstore", "bn": "শাপলা সুপারস্টোর"},
    store_address={"en": "12 Mirpur Road, Dhaka", "bn": "১২ মিরপুর রোড, ঢাকা"},
    tax_number="000123456-0101",
    tax_number_label="BIN",
    tax_names={"bn": "ভ্যাট", "en": "VAT", "pt_BR": "IVA"},
    languages=("bn", "en"),
    tenders=(TenderType("card", "card", {"en": "Bank card", "bn": "ব্যাংক কার্ড"}), TenderType("cash", "cash", {})),
)


def layout(country: str) -> ReceiptLayout:
    """What a country's pack says of receipts."""
    pack = tomllib.loads((resources.files("kiosk.countries") / f"{country}.toml").read_text(encoding="utf-8"))
    return msgspec.convert(pack["policy"]["receipt"], ReceiptLayout)


BANGLADESH = replace(POLICY, receipt=layout("bd"))


def bdt(minor: int) -> Money:
    return Money(minor, "BDT")


def sale(language: str = "en", *, included: bool = True, **changes: object) -> TransactionCompleted:
    """Three bars of soap with one free, and 1.250 kg of bananas."""
    soap = LineItem(
        line=1,
        item_id="soap",
        names={"en": "Soap", "bn": "সাবান", "pt_BR": "Sabonete"},
        unit="each",
        quantity=3,
        unit_price=bdt(5500),
        extended=bdt(16500),
        tax_rate=TRADE,
        entry="scanned",
        modifiers=(PriceModifier("3for2", bdt(5500), {"en": "3 for 2", "bn": "৩টি কিনলে ১টি ফ্রি"}),),
    )
    net = Weight(1250, -3, "kg")
    bananas = LineItem(
        line=2,
        item_id="banana",
        names={"en": "Bananas", "bn": "কলা", "pt_BR": "Bananas"},
        unit="kg",
        quantity=1,
        unit_price=bdt(12_000),
        extended=extended(bdt(12_000), "kg", net),
        tax_rate=FRESH,
        entry="weighed",
        weight=net,
        tare_grams=12,
    )
    gone = replace(soap, line=3, names={"en": "Gone"}, voided=True)
    lines = (soap, bananas, gone)
    sums = totals(lines, currency="BDT", included=included, rounding="document")
    completed = TransactionCompleted(
        transaction=TransactionId("dhk-01", "sco-2", "2026-03-01", 1, 42, UUID),
        utc_ms=1_772_359_500_000,
        language=language,
        currency="BDT",
        book_version=7,
        prices_include_tax=included,
        lines=lines,
        subtotal=sums.subtotal,
        discount=sums.discount,
        tax=sums.tax.rows,
        total=sums.total,
        tenders=(
            SettledTender(
                tender="t1",
                tender_id="card",
                kind="card",
                amount=sums.total,
                approval_code="A1B2C3",
                brand="VISA",
                masked_pan="************1234",
                reference="R9",
            ),
        ),
    )
    return replace(completed, **changes)  # type: ignore[arg-type]  # fields by name


def printed(
    completed: TransactionCompleted, *, policy: Policy = POLICY, number: str = "", copy: bool = False
) -> Document:
    return receipt(completed, policy, number, copy=copy, job="j1", time_zone="Asia/Dhaka")


def rows(document: Document) -> list[tuple[str, str]]:
    return [(part.left.strip(), part.right) for part in document.parts if isinstance(part, TextLine)]


def words(document: Document) -> str:
    return "\n".join(f"{left} {right}".strip() for left, right in rows(document))


def test_a_bangladeshi_receipt_has_the_heading_of_a_tax_invoice() -> None:
    said = words(printed(sale(), policy=BANGLADESH, number="DHK2-000017"))

    assert "Tax invoice (Mushak 6.3)" in said
    assert "BIN: 000123456-0101" in said
    assert "Shapla Superstore" in said
    assert "12 Mirpur Road, Dhaka" in said
    assert "Invoice no. DHK2-000017" in said
    assert "Date 01/03/2026 16:05" in said
    assert "Transaction sco-2-1-000042" in said


def test_lines_tell_how_their_price_comes_about() -> None:
    found = rows(printed(sale()))

    at = found.index(("Soap", "Tk\N{NO-BREAK SPACE}165.00"))
    assert found[at + 1] == ("3 × Tk\N{NO-BREAK SPACE}55.00", "")
    assert found[at + 2] == ("3 for 2", "-Tk\N{NO-BREAK SPACE}55.00")
    at = found.index(("Bananas", "Tk\N{NO-BREAK SPACE}150.00"))
    assert found[at + 1] == ("1.250\N{NO-BREAK SPACE}kg × Tk\N{NO-BREAK SPACE}120.00/kg", "")
    assert found[at + 2] == ("Net weight, packaging 12 g taken off", "")


def test_a_gift_that_is_owed_stands_below_the_lines_as_free() -> None:
    gift = OwedGift("cup", "cup", 2, {"en": "Cup", "bn": "কাপ", "pt_BR": "Xícara"})
    found = {language: words(printed(sale(language, gifts=(gift,)))) for language in ("en", "pt_BR")}
    assert "Cup \N{MULTIPLICATION SIGN} 2" in found["en"]
    assert "grátis" in found["pt_BR"]


def test_a_single_piece_takes_one_row_and_a_voided_line_none() -> None:
    completed = sale()
    single = replace(completed.lines[0], quantity=1, extended=bdt(5500), modifiers=())
    said = words(printed(replace(completed, lines=(single, completed.lines[2]))))

    assert "1 ×" not in said
    assert "Gone" not in said
    assert "1 item" in said.splitlines()


def test_the_sums_are_those_of_the_sale_with_the_vat_inside_them() -> None:
    found = rows(printed(sale()))

    assert ("Subtotal", "Tk\N{NO-BREAK SPACE}315.00") in found
    assert ("Offers", "-Tk\N{NO-BREAK SPACE}55.00") in found
    total = found.index(("TOTAL", "Tk\N{NO-BREAK SPACE}260.00"))
    assert found[total + 1] == ("of which VAT 7.5% on Tk\N{NO-BREAK SPACE}102.33", "Tk\N{NO-BREAK SPACE}7.67")
    assert found[total + 2] == ("VAT exempt or zero: Tk\N{NO-BREAK SPACE}150.00", "")
    assert ("You saved Tk\N{NO-BREAK SPACE}55.00", "") in found


def test_added_tax_stands_above_the_total() -> None:
    found = rows(printed(sale(included=False)))

    total = found.index(("TOTAL", "Tk\N{NO-BREAK SPACE}268.25"))
    assert found.index(("VAT 7.5% on Tk\N{NO-BREAK SPACE}110.00", "Tk\N{NO-BREAK SPACE}8.25")) < total


def test_a_card_is_known_by_brand_mask_and_approval_only() -> None:
    found = rows(printed(sale()))

    at = found.index(("Bank card", "Tk\N{NO-BREAK SPACE}260.00"))
    assert found[at + 1 : at + 4] == [("VISA ************1234", ""), ("Approval A1B2C3", ""), ("Reference R9", "")]


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", ("Terminal T7", "Acquirer Bank")),
        ("bn", ("টার্মিনাল T7", "অ্যাকোয়ারার Bank")),
        ("pt_BR", ("Terminal T7", "Adquirente Bank")),
    ],
)
def test_a_cards_terminal_and_acquirer_are_named_and_its_slip_stands_to_the_letter(
    language: str, labels: tuple[str, str]
) -> None:
    slip = ("CARDHOLDER COPY", "AMOUNT  260.00 BDT", "")
    card = replace(sale().tenders[0], terminal_id="T7", acquirer="Bank", slip=slip)

    found = rows(printed(sale(tenders=(card,), language=language)))

    at = found.index((labels[0], ""))
    assert found[at + 1] == (labels[1], "")
    assert found[at + 3 : at + 6] == [("CARDHOLDER COPY", ""), ("AMOUNT  260.00 BDT", ""), ("", "")]


def test_cash_shows_its_rounding_what_was_given_and_the_change() -> None:
    cash = SettledTender(
        tender="t2",
        tender_id="cash",
        kind="cash",
        amount=bdt(25_960),
        received=bdt(50_000),
        change=bdt(24_000),
        rounding=bdt(40),
    )

    found = rows(printed(sale(tenders=(cash,))))

    at = found.index(("Cash rounding", "Tk\N{NO-BREAK SPACE}0.40"))
    assert found[at + 1 : at + 4] == [
        ("Cash", "Tk\N{NO-BREAK SPACE}260.00"),
        ("Cash received", "Tk\N{NO-BREAK SPACE}500.00"),
        ("Change", "Tk\N{NO-BREAK SPACE}240.00"),
    ]


def test_two_tenders_are_both_told() -> None:
    first = sale().tenders[0]
    found = rows(printed(sale(tenders=(replace(first, amount=bdt(10_000)), replace(first, amount=bdt(16_000))))))

    assert [right for left, right in found if left == "Bank card"] == [
        "Tk\N{NO-BREAK SPACE}100.00",
        "Tk\N{NO-BREAK SPACE}160.00",
    ]


@pytest.mark.parametrize(("language", "word"), [("en", "COPY"), ("bn", "কপি"), ("pt_BR", "CÓPIA")])
def test_a_copy_says_so_first_and_large_and_the_original_does_not(language: str, word: str) -> None:
    first = printed(sale(language), copy=True).parts[0]

    assert isinstance(first, TextLine)
    assert (first.left, first.size) == (word, 2)
    assert word not in words(printed(sale(language)))


@pytest.mark.parametrize(("language", "word"), [("en", "TRAINING"), ("bn", "প্রশিক্ষণ"), ("pt_BR", "TREINAMENTO")])
def test_a_receipt_of_a_training_says_so_all_over_and_is_no_document(language: str, word: str) -> None:
    played = receipt(
        sale(language=language), BANGLADESH, "", copy=False, job="j", time_zone="Asia/Dhaka", training=True
    )
    parts = [part for part in played.parts if not isinstance(part, Feed)]
    heads = [at for at, part in enumerate(parts) if isinstance(part, TextLine) and part.left == word and part.size == 2]
    assert heads[0] == 0
    assert heads[-1] == len(parts) - 2, "the last thing before the cut"
    assert len(heads) >= 5
    assert not any(isinstance(part, QrCode) for part in parts)
    said = words(played)
    assert BANGLADESH.tax_number not in said
    assert Translator(language, paper=True).t("receipt.training_title") in said
    of_law = layout("bd")
    for message_id in (of_law.title, *of_law.heading, *of_law.legal):
        assert Translator(language, paper=True).t(message_id) not in said


def test_a_receipt_without_tax_says_so_and_by_which_certificate() -> None:
    said = words(printed(sale(exemption=Exemption("00412", "diplomatic", "op2"))))
    assert "Sold without tax" in said
    assert "Certificate 00412" in said
    assert "Sold without tax" not in words(printed(sale()))


def test_a_bengali_receipt_is_bengali_to_the_last_digit() -> None:
    document = printed(sale("bn"), policy=BANGLADESH)
    said = words(document)

    assert document.language == "bn"
    assert "শাপলা সুপারস্টোর" in said
    assert "কর চালানপত্র (মূসক-৬.৩)" in said
    assert "সর্বমোট ৳২৬০.০০" in said
    assert "১.২৫০\N{NO-BREAK SPACE}কেজি × ৳১২০.০০/কেজি" in said
    assert "তারিখ ০১/০৩/২০২৬ ১৬:০৫" in said


def test_a_brazilian_receipt_does_not_pass_for_a_fiscal_document() -> None:
    brazil = replace(
        POLICY, country="BR", tax_number="12.345.678/0001-90", tax_number_label="CNPJ", receipt=layout("br")
    )

    said = words(printed(sale("pt_BR"), policy=brazil))

    assert "Documento sem valor fiscal" in said
    assert "CNPJ: 12.345.678/0001-90" in said
    assert "Valor aproximado dos tributos: Tk\N{NO-BREAK SPACE}7,67 (Lei 12.741/2012)" in said
    assert "Mushak" not in said


def test_the_qr_holds_the_transaction_and_no_address() -> None:
    codes = [part.data for part in printed(sale()).parts if isinstance(part, QrCode)]

    assert codes == [f"sale:{UUID}"]


def test_the_paper_is_cut_at_the_end_and_only_there() -> None:
    document = printed(sale())

    assert [type(part) for part in document.parts].count(Cut) == 1
    assert isinstance(document.parts[-1], Cut)
    assert document.job == "j1"


def test_a_member_and_an_unsure_clock_are_told_but_no_member_number() -> None:
    said = words(printed(sale(member_id="m-77", clock_trusted=False)))

    assert Translator("en").t("receipt.member") in said
    assert Translator("en").t("receipt.clock") in said
    assert "m-77" not in said
    assert Translator("en").t("receipt.member") not in words(printed(sale()))


def test_a_language_the_kiosk_does_not_speak_falls_back_to_the_shops_first() -> None:
    assert printed(sale("fr")).language == "bn"


def test_a_payment_by_code_bears_the_bank_s_reference_whole_on_a_line_of_its_own() -> None:
    end_to_end = "E00000000202611221246cdaf45797d7"
    paid = SettledTender("t", "pix", "qr", bdt(26000), brand="Pix", reference=end_to_end)
    offered = replace(POLICY, tenders=(TenderType("pix", "qr", {"en": "Pix"}),))
    document = receipt(sale(tenders=(paid,)), offered, "", copy=False, job="j", time_zone="Asia/Dhaka")
    lines = [(part.left, part.right) for part in document.parts if isinstance(part, TextLine)]
    at = lines.index(("Pix", Translator("en", paper=True).money(bdt(26000))))
    assert lines[at + 1 : at + 3] == [("  Bank reference", ""), (end_to_end, "")]
    assert [text for text, _ in lines].count("  Pix") == 0


# --- what countries want -----------------------------------------------------------------------------------------

FOOD, FULL = TaxRate("food", 700), TaxRate("full", 1900)
DEPOSIT = Deposit("pfand", {"en": "Deposit 0.25"}, Money(25, "EUR"), FULL)


def european() -> TransactionCompleted:
    """Four bottles with their deposit, and bread."""
    line = LineItem(1, "cola", {"en": "Cola"}, "each", 4, Money(119, "EUR"), Money(476, "EUR"), FULL, "scanned")
    bread = replace(line, line=2, names={"en": "Bread"}, quantity=1, unit_price=Money(214, "EUR"), tax_rate=FOOD)
    lines = (replace(line, deposit=DEPOSIT), replace(bread, extended=Money(214, "EUR")))
    sums = totals(lines, currency="EUR", included=True, rounding="document")
    cash = SettledTender("t", "cash", "cash", sums.total)
    return sale(
        currency="EUR",
        lines=lines,
        subtotal=sums.subtotal,
        discount=sums.discount,
        tax=sums.tax.rows,
        total=sums.total,
        tenders=(cash,),
    )


def test_a_european_receipt_sums_net_vat_and_gross_of_each_rate_up_and_letters_its_lines() -> None:
    found = rows(printed(european(), policy=replace(POLICY, country="EU", currency="EUR", receipt=layout("eu"))))

    assert ("Cola", "€4.76 A") in found
    assert ("Bread", "€2.14 B") in found
    at = found.index(("Net + VAT", "Gross"))
    assert found[at + 1 : at + 3] == [("A 19%  €4.84 + €0.92", "€5.76"), ("B 7%  €2.00 + €0.14", "€2.14")]
    assert ("TOTAL", "€7.90") in found


def test_a_deposit_stands_on_a_line_of_its_own_with_its_rate() -> None:
    found = rows(printed(european(), policy=replace(POLICY, receipt=layout("de"))))

    at = found.index(("Deposit 0.25", "€1.00 A"))
    assert found[at + 1] == ("4 × €0.25", "")


def test_supplementary_duty_stands_above_the_vat_that_is_taken_on_it() -> None:
    drink = TaxRate("drink", 1500, duty_points=2500)
    completed = sale(tax=(TaxAmount(drink, bdt(10_000), bdt(1_875), bdt(2_500)),))

    table = rows(printed(completed, policy=BANGLADESH))
    plain = rows(printed(completed))

    duty = ("Supplementary duty 25% on Tk\N{NO-BREAK SPACE}100.00", "Tk\N{NO-BREAK SPACE}25.00")
    gross = "Tk\N{NO-BREAK SPACE}143.75"
    row = ("15%  Tk\N{NO-BREAK SPACE}125.00 + Tk\N{NO-BREAK SPACE}18.75", gross)
    assert table[table.index(duty) + 1] == row
    of_which = ("of which VAT 15% on Tk\N{NO-BREAK SPACE}125.00", "Tk\N{NO-BREAK SPACE}18.75")
    assert plain[plain.index(duty) + 1] == of_which


def test_a_mushak_invoice_tells_the_price_of_a_single_piece_and_that_nothing_is_added() -> None:
    completed = sale()
    single = replace(completed.lines[0], quantity=1, extended=bdt(5500), modifiers=())
    said = words(printed(replace(completed, lines=(single,)), policy=BANGLADESH))

    assert "1 × Tk\N{NO-BREAK SPACE}55.00" in said
    assert "Nothing is added at the till" in said


def test_a_mushak_invoice_states_value_tax_and_total_of_each_line_and_they_add_up_to_its_foot() -> None:
    said = rows(printed(sale(), policy=BANGLADESH))
    assert ("Item: value + VAT", "With tax") in said
    assert ("102.33 + VAT 7.5% 7.67", "110.00") in said
    assert ("150.00 VAT exempt", "150.00") in said
    assert [left for left, _ in said if left.startswith(("1. ", "2. "))] == ["1. Soap", "2. Bananas"]
    assert any(left.startswith("7.5%") and "102.33" in left and "7.67" in left for left, _ in said)


def test_a_line_with_supplementary_duty_states_it_between_value_and_vat() -> None:
    plain = sale()
    soap = replace(plain.lines[0], tax_rate=TaxRate("trade", 1500, 2000), modifiers=())
    sums = totals((soap,), currency="BDT", included=True, rounding="document")
    said = rows(printed(replace(plain, lines=(soap,), tax=sums.tax.rows, total=sums.total), policy=BANGLADESH))
    assert ("119.57 + SD 20% 23.91", "") in said
    assert ("+ VAT 15% 21.52", "165.00") in said


def test_other_countries_lines_have_no_columns() -> None:
    assert not [left for left, _ in rows(printed(sale())) if "VAT 7.5% 7" in left or left.startswith("1. ")]


def test_the_buyer_s_number_stands_whole_on_the_document_and_once() -> None:
    bought = sale(buyer=BuyerNumber("bin", "0001234560101"))
    assert ("Buyer BIN", "000123456-0101") in rows(printed(bought, policy=BANGLADESH))
    given = (FiscalText("consumer", "CONSUMIDOR - CPF 529.982.247-25", "note"),)
    document = receipt(
        sale(buyer=BuyerNumber("cpf", "52998224725")),
        POLICY,
        "",
        copy=False,
        job="j1",
        time_zone="Asia/Dhaka",
        printed=given,
        fiscal="given",
    )
    assert words(document).count("529.982.247-25") == 1


@pytest.mark.parametrize(
    ("country", "warning"),
    [("de", "Not signed by a fiscal device"), ("fr", "Not signed"), ("pt", "This document is not an invoice")],
)
def test_a_receipt_does_not_pass_for_what_no_device_signed(country: str, warning: str) -> None:
    assert warning in words(printed(european(), policy=replace(POLICY, receipt=layout(country))))


def bought(*modifiers: tuple[PriceModifier, ...]) -> TransactionCompleted:
    """The sale with these offers on its first lines."""
    plain = sale()
    lines = tuple(replace(line, modifiers=given) for line, given in zip(plain.lines, modifiers, strict=False))
    sums = totals(lines, currency="BDT", included=True, rounding="document")
    return replace(plain, lines=lines, subtotal=sums.subtotal, discount=sums.discount, total=sums.total)


def test_each_line_says_by_which_offers_and_the_foot_what_each_saved_in_all() -> None:
    spend = PriceModifier("spend", bdt(400), {"en": "Over Tk 150"})
    soap = PriceModifier("3for2", bdt(5500), {"en": "3 for 2"})

    found = rows(printed(bought((soap, spend), (replace(spend, amount=bdt(101)),))))

    assert [row for row in found if row[0] in ("3 for 2", "Over Tk 150")] == [
        ("3 for 2", "-Tk\N{NO-BREAK SPACE}55.00"),
        ("Over Tk 150", "-Tk\N{NO-BREAK SPACE}4.00"),
        ("Over Tk 150", "-Tk\N{NO-BREAK SPACE}1.01"),
        ("3 for 2", "Tk\N{NO-BREAK SPACE}55.00"),
        ("Over Tk 150", "Tk\N{NO-BREAK SPACE}5.01"),
    ]
    assert ("You saved Tk\N{NO-BREAK SPACE}60.01", "") in found


def test_one_offer_on_one_line_is_not_said_twice() -> None:
    assert [left for left, _ in rows(printed(sale()))].count("3 for 2") == 1


def test_what_a_country_lets_be_left_out_is_left_out() -> None:
    bare = replace(POLICY, receipt=ReceiptLayout(omit=("tax", "items", "saved", "member", "keep")))
    pair = (PriceModifier("pair", bdt(100), {"en": "Pair"}),)
    said = words(printed(replace(bought(pair, pair), member_id="m"), policy=bare))
    translator = Translator("en")

    assert "VAT" not in said
    assert "You saved" not in said
    assert said.count("Pair") == 2
    assert "items" not in said
    assert translator.t("receipt.member") not in said
    assert translator.t("receipt.keep") not in said
    assert "TOTAL" in said


def test_points_earned_used_and_left_are_told_with_the_day_of_an_older_balance() -> None:
    completed = sale()
    (card,) = completed.tenders
    points = replace(card, tender="t2", tender_id="points", kind="points", reference="offline", points=100, brand="")
    points = replace(points, amount=bdt(1_000), masked_pan="", approval_code="")
    told = SalePoints(26, 100, completed.total, 12_406, completed.utc_ms - 60_000)
    document = printed(replace(completed, member_id="m-1", tenders=(points, card), points=told))
    assert [right for left, right in rows(document) if left == "Points"] == [
        Translator("en", paper=True).money(bdt(1_000))
    ]
    assert [row for row in rows(document) if row[0].startswith("Points ")] == [
        ("Points earned", "26"),
        ("Points used", "-100"),
        ("Points after this purchase", "12,406"),
    ]
    assert "offline" not in words(document)
    assert "balance of" not in words(document)
    older = replace(told, utc_ms=completed.utc_ms - 86_400_000)
    assert "by the balance of 28" in words(printed(replace(completed, member_id="m-1", points=older)))
    unknown = words(printed(replace(completed, member_id="m-1", points=SalePoints(26, 0, completed.total))))
    assert "Points earned" in unknown
    assert "after this purchase" not in unknown


# --- what a fiscal device gave -------------------------------------------------------------------------------------

SIGNED = (
    FiscalText("outage", "Issued in contingency", "note"),
    FiscalText("signature_counter", "31"),
    FiscalText("tse_serial", "a1" * 32),
    FiscalText("zz_unheard_of", "as it came"),
    FiscalText("signature", "V0;AB12", "qr"),
)


def signed(
    fiscal: Literal["", "given", "unsigned"], language: str = "en", texts: tuple[FiscalText, ...] = ()
) -> Document:
    layout_ = ReceiptLayout(notices=("receipt.unsigned",))
    rule = FiscalRule(outage="notice", notice="receipt.fiscal_outage_de")
    policy = replace(POLICY, receipt=layout_, fiscal=rule)
    number = "TSE-000001" if fiscal == "given" else ""
    return receipt(
        sale(language), policy, number, copy=False, job="j", time_zone="Asia/Dhaka", printed=texts, fiscal=fiscal
    )


def test_what_a_device_gave_is_printed_in_its_order_a_long_value_below_its_name() -> None:
    document = signed("given", texts=SIGNED)
    lines = rows(document)
    at = lines.index(("Signature counter", "31"))
    assert lines[at - 1] == ("Issued in contingency", "")
    assert [row[0].strip() for row in lines[at + 1 : at + 5]] == ["TSE serial no.", "a1" * 14, "a1" * 14, "a1" * 4]
    assert lines[at + 5] == ("zz_unheard_of", "as it came")
    assert next(part.data for part in document.parts if isinstance(part, QrCode)) == "V0;AB12"
    assert "Not signed" not in words(document)


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "TSE out of order: this receipt is not signed"), ("bn", "টিএসই অচল"), ("pt_BR", "TSE fora do ar")],
)
def test_a_receipt_of_an_outage_says_so_in_the_country_s_words(language: str, word: str) -> None:
    assert word in words(signed("unsigned", language))
    assert "Not signed by a fiscal device" not in words(signed("unsigned", language))


def test_a_shop_without_a_device_says_that_there_is_none() -> None:
    assert "Not signed by a fiscal device" in words(signed(""))
