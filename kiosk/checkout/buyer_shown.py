"""What is shown of the buyer's tax number: never a person's whole, since others can see the screen."""

from __future__ import annotations

from kiosk.checkout import screen as s
from kiosk.checkout.deciding import buyers
from kiosk.checkout.state import State
from kiosk.retail.buyer import BuyerRule, longest, masked
from kiosk.retail.money import Money

__all__ = ["buyer_body", "buyer_view"]


def buyer_view(state: State, rule: BuyerRule, total: Money) -> s.BuyerView:
    """Beside the ways to pay."""
    required = bool(rule.required_minor) and total.minor >= rule.required_minor
    return s.BuyerView(rule.label, _given(state), required)


def buyer_body(state: State, rule: BuyerRule) -> s.BuyerBody:
    """While it is typed."""
    return s.BuyerBody(rule.label, longest(rule), rule.letters, _given(state))


def _given(state: State) -> str:
    buyer = buyers.of(state)
    return f"{buyer.kind.upper()} {masked(buyer)}" if buyer is not None else ""
