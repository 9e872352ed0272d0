"""A basket without tax: staff saw a certificate; its lines, and all that come, are sold at their price without tax."""

from __future__ import annotations

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import entry
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Operator, Transaction
from kiosk.checkout.text import text
from kiosk.retail.exemption import Exemption, ExemptionRule
from kiosk.retail.untaxed import bears_tax, freed

__all__ = ["exempt"]


def exempt(desk: Desk, acted: i.OperatorActed, operator: Operator) -> None:
    """Take the tax off this basket, before anything of it is paid."""
    basket, rule = desk.basket, desk.policy.exemption
    certificate = acted.target.strip()
    if rule is None:
        desk.refuse(text("exempt.not_here"))
    elif basket is None or not basket.live_lines or basket.exemption is not None:
        return
    elif basket.paid or basket.open_tender is not None:
        desk.refuse(text("staff.payment_open"))
    elif not _written(certificate, rule):
        desk.refuse(text("exempt.certificate"))
    else:
        _apply(desk, basket, Exemption(certificate, acted.reason, operator.operator_id))


def _written(certificate: str, rule: ExemptionRule) -> bool:
    """Whether this may be the number of a certificate."""
    if not certificate:
        return not rule.certificate
    return len(certificate) <= rule.longest and certificate.isalnum()


def _apply(desk: Desk, basket: Transaction, exemption: Exemption) -> None:
    included = basket.opened.prices_include_tax
    free = (freed(line, included=included) for line in basket.live_lines if bears_tax(line))
    lines = tuple(e.ExemptLine(line.line, line.unit_price, line.extended, line.tax_rate) for line in free)
    desk.happened(e.TaxExempted(exemption, lines))
    entry.settle_offers(desk)
