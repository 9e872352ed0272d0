"""How soon staff are needed for what waits: said once, by the lane's light, its list, and the page from afar."""

from __future__ import annotations

from typing import Final, Literal

__all__ = ["Severity", "severity"]

Severity = Literal["now", "soon", "later"]
"""``now``: the shopper cannot go on, or money is in doubt; ``soon``: they will be held up at payment; ``later``: nobody
is held up."""

_MONEY: Final = frozenset({"cash", "cash_machine", "change_owed", "tender_unknown", "signature", "reversal"})
_NOW: Final = frozenset({"fiscal", "help", "printer", "tamper"}) | _MONEY


def severity(kind: str, blocks: str) -> Severity:
    """Of an intervention, by its kind and what it blocks (``entry``, ``payment`` or ``nothing``).

    >>> severity("help", "nothing"), severity("bagging", "entry"), severity("age", "payment"), severity("x", "nothing")
    ('now', 'now', 'soon', 'later')
    """
    if kind in _NOW or blocks == "entry":
        return "now"
    return "soon" if blocks == "payment" else "later"
