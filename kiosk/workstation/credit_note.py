"""What the receipt of a return has beyond a sale's: the sale it is from, why each line came back, a place to sign."""

from __future__ import annotations

from collections.abc import Iterator

from hal.printer.contract import Feed, Part, TextLine
from kiosk.checkout.events import TransactionCompleted
from kiosk.i18n.translate import Translator
from kiosk.retail.policy import Policy, ReceiptLayout
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace

__all__ = ["from_sale", "laid_out", "signed_for", "why"]


def laid_out(layout: ReceiptLayout) -> ReceiptLayout:
    """The country's layout, with a credit note's title and notices for a sale's, and without its legal texts.

    What a sale's prices hold, and what may be brought back, is no word for a paper of what was given back.
    """
    return replace(layout, title=layout.credit_title, notices=layout.credit_notices, legal=())


def from_sale(completed: TransactionCompleted, said: Translator, time_zone: str) -> Iterator[Part]:
    """The sale that it is from, by its legal number where it has one."""
    original = completed.original
    if original is None:
        return
    yield TextLine(said.t("receipt.returned_from"))
    if original.legal_number:
        yield TextLine(f"  {said.t('receipt.number')}", original.legal_number)
    yield TextLine(f"  {said.t('receipt.date')}", said.date_time(original.utc_ms, time_zone))
    yield TextLine(f"  {said.t('receipt.transaction')}", original.transaction.reference)


def why(line: LineItem, policy: Policy, said: Translator) -> Iterator[Part]:
    """Why a line has come back, by the shop's list."""
    back = line.returned
    reason = policy.returns.reason(back.reason) if back is not None else None
    if reason is not None:
        yield TextLine(f"  {said.t('receipt.return_reason', reason=said.name(reason.names))}")


def signed_for(completed: TransactionCompleted, said: Translator) -> Iterator[Part]:
    """Room for whoever took the money to sign."""
    if completed.original is not None:
        yield Feed()
        yield TextLine(said.t("receipt.sign_here"))
        yield Feed()
