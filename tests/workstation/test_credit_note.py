"""A credit note on paper: its own number and title, its buyer, its sums without double signs, no word of a sale's."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib import resources

import msgspec
import pytest

from hal.printer.contract import TextLine
from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.i18n.translate import Translator
from kiosk.retail.buyer import BuyerNumber
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, ReceiptLayout
from kiosk.retail.tax import TaxAmount, TaxRate
from kiosk.workstation.receipt import receipt
from tests.support.lane import open_lane
from tests.support.returns import choose, sold_sale, takes_back
from tests.support.shop import bangladesh, small_shop

MILK, TEA = "8901234567890", "4006381333931"
BUYER = BuyerNumber("bin", "0012345670101")
LANGUAGES = ["bn", "en", "pt_BR"]


def _policy(country: str) -> Policy:
    """The shop under a country's paper."""
    pack = tomllib.loads((resources.files("kiosk.countries") / f"{country}.toml").read_text(encoding="utf-8"))
    shop = replace(bangladesh(), credit_series="M67-")
    return replace(shop, receipt=msgspec.convert(pack["policy"]["receipt"], ReceiptLayout))


def _return(policy: Policy) -> e.TransactionCompleted:
    """Milk and two of three teas come back, of a sale to a business."""
    lane = open_lane(small_shop(policy)).scan(MILK, TEA, TEA, TEA)
    lane.approve(lane.pay_by_card())
    sale = replace(lane.happened(e.TransactionCompleted)[-1], buyer=BUYER)
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))
    takes_back(lane, sold_sale(sale), choose(1, 1), choose(2, 2)).tell(i.MoneyBackRequested())
    asked = lane.effect(f.Refund)
    lane.tell(i.TerminalAnswered(asked.tender, "approved", asked.amount))
    return next(each for each in lane.happened(e.TransactionCompleted) if each.original is not None)


def _lines(back: e.TransactionCompleted, policy: Policy, language: str = "en") -> list[str]:
    told = replace(back, language=language)
    paper = receipt(told, policy, "M67-3-1-000001", copy=False, job="j", time_zone="Asia/Dhaka")
    lines = (
        f"{part.left} | {part.right}".replace("\N{NO-BREAK SPACE}", " ")
        for part in paper.parts
        if isinstance(part, TextLine)
    )
    return [line.strip() for line in lines]


def test_a_credit_note_names_the_buyer_whom_its_invoice_named() -> None:
    back = _return(_policy("bd"))
    assert back.buyer == BUYER
    assert any("001234567-0101" in line for line in _lines(back, _policy("bd")))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", ["bd", "br", "de", "pt"])
def test_a_credit_note_has_no_word_of_a_sale_s_and_no_double_sign(country: str, language: str) -> None:
    policy, said = _policy(country), Translator(language, paper=True)
    lines = _lines(_return(policy), policy, language)
    text = "\n".join(lines)
    assert said.t("receipt.keep") not in text
    legal = [said.t(each, tax="") for each in policy.receipt.legal] if policy.receipt is not None else []
    assert not [line for line in lines for each in legal if each[:12] in line]
    assert "+ -" not in text
    assert not [line for line in lines if line.count("-৳") + line.count("-Tk") > 1]
    assert f"{said.t('receipt.credit_number')} | M67-3-1-000001" in lines
    assert f"{said.t('receipt.number')} | M63-3-1-000001" in lines


@pytest.mark.parametrize("country", ["de", "fr", "pt"])
def test_a_credit_note_does_not_pass_for_what_no_device_signed(country: str) -> None:
    policy = _policy(country)
    assert policy.receipt is not None
    notices = [Translator("en", paper=True).t(each) for each in policy.receipt.notices]
    assert notices
    assert set(notices) <= {line.removesuffix(" |") for line in _lines(_return(policy), policy)}


def test_tax_classes_of_one_rate_are_one_row_and_one_letter_and_what_is_free_of_tax_stays_apart() -> None:
    policy = _policy("de")
    back = _return(policy)

    def row(name: str, points: int, net: int, tax: int) -> TaxAmount:
        return TaxAmount(TaxRate(name, points), Money(net, "BDT"), Money(tax, "BDT"))

    rows = (row("a", 1900, 840, 160), row("deposit", 1900, 21, 4), row("free", 0, 100, 0), row("export", 0, 50, 0))
    lines = _lines(replace(back, original=None, tax=rows, lines=()), policy)
    at = next(n for n, line in enumerate(lines) if line.startswith("Net + VAT"))
    assert lines[at + 1 : at + 4] == [
        "A 19%  Tk 8.61 + Tk 1.64 | Tk 10.25",
        "B 0%  Tk 1.00 + Tk 0.00 | Tk 1.00",
        "C 0%  Tk 0.50 + Tk 0.00 | Tk 0.50",
    ]
