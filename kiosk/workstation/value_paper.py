"""What stored value, vouchers and instalments say on paper: beside a tender, and the slip of a store credit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from hal.printer.contract import Cut, Part, QrCode, Rule, TextLine
from kiosk.checkout.events import SettledTender, StoreCreditIssued
from kiosk.i18n.translate import Translator
from kiosk.retail.money import Money
from kiosk.retail.tender_terms import parts_of

__all__ = ["CreditNumber", "credit_slips", "tender_notes"]


class CreditNumber(Protocol):
    """Gives the number of a store credit, under the shop's key."""

    def __call__(self, prefix: str, credit: str) -> str:
        """``prefix`` and the credit's own id, as its record has them."""


def tender_notes(tender: SettledTender, said: Translator) -> Iterator[Part]:
    """What is left on a card, what a voucher said, in how many parts is paid."""
    if tender.worth is not None:
        yield _small(said.t("receipt.voucher_worth"), said.money(tender.worth))
    if tender.balance is not None:
        yield _small(said.t("receipt.value_balance"), said.money(tender.balance))
    if tender.instalments > 1:
        first, each = parts_of(tender.amount.minor, tender.instalments)
        money = Money(each, tender.amount.currency)
        said_by = said.t(f"receipt.instalments_{tender.instalments_by or 'merchant'}")
        parts = said.t("receipt.instalments", count=said.number(tender.instalments), each=said.money(money))
        yield _small(f"{parts} {said_by}")
        if first != each and tender.instalments_by != "issuer":
            yield _small(said.t("receipt.instalments_first"), said.money(Money(first, tender.amount.currency)))


def credit_slips(
    owed: Iterable[StoreCreditIssued], number_of: CreditNumber, said: Translator, store: str, *, copy: bool
) -> Iterator[Part]:
    """A slip of its own for each store credit: whoever holds its number may spend it."""
    for issued in owed:
        number = number_of(issued.prefix, issued.credit)
        yield TextLine(store, align="centre")
        if copy:
            yield TextLine(said.t("receipt.copy"), align="centre", bold=True)
        yield TextLine(said.t("credit.title"), align="centre", bold=True, size=2)
        yield TextLine(said.t(f"credit.{issued.reason}"), align="centre")
        yield Rule()
        yield TextLine(said.t("credit.amount"), said.money(issued.amount), bold=True)
        if issued.expires_day:
            yield TextLine(said.t("credit.until"), said.date(issued.expires_day))
        yield QrCode(number)
        yield TextLine(number, align="centre")
        yield TextLine(said.t("credit.keep"), align="centre")
        yield Cut()


def _small(left: str, right: str = "") -> TextLine:
    return TextLine(f"  {left}", right)
