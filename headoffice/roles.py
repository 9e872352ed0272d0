"""What an account may see and do at head office's pages: roles as a table of rights.

A right is a word for what a page shows or a form does; each page and each form asks for one (or for none but to be
signed in). What acts at a lane asks the shop's own table too (``kiosk.retail.rights``), by the operator that the
account stands for.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

__all__ = ["ACCOUNT_ROLES", "RIGHTS", "AccountRole", "Right", "first_page", "rights_of"]

Right = Literal[
    "look", "days", "attend", "order", "prices", "coupons", "recalls", "members", "points", "cards", "value", "cash"
]
"""``look``: sales, stock, prices, offers, recalls and troubles, as they stand. ``days``: reports of business days.
``attend``: the attendant's page; ``order``: acting at a lane from it. ``prices``, ``coupons`` (series of codes) and
``recalls`` change what kiosks do. ``members`` and ``cards`` show one person's points, or one card's balance;
``points`` and ``value`` change them. ``cash`` settles what a lane owes in cash and cannot give any more."""

RIGHTS: Final[tuple[Right, ...]] = get_args(Right)

AccountRole = Literal["attendant", "supervisor", "manager", "fleet", "auditor"]
"""``attendant`` looks after lanes. ``supervisor`` looks after a shop: prices and recalls too. ``manager`` may do
everything. ``fleet`` looks after kiosks as machines: no money, nobody's data. ``auditor`` sees everything, changes
nothing."""

ACCOUNT_ROLES: Final[tuple[AccountRole, ...]] = get_args(AccountRole)

_TABLE: Final[dict[str, frozenset[Right]]] = {
    "attendant": frozenset({"attend", "order"}),
    "supervisor": frozenset({"look", "days", "attend", "order", "prices", "recalls", "members", "cards", "cash"}),
    "manager": frozenset(RIGHTS),
    "fleet": frozenset({"look", "attend"}),
    "auditor": frozenset({"look", "days", "attend", "members", "cards"}),
}


def rights_of(role: str) -> frozenset[Right]:
    """What a role may; a role that nobody knows may nothing.

    >>> sorted(rights_of("attendant")), sorted(rights_of("king"))
    (['attend', 'order'], [])
    """
    return _TABLE.get(role, frozenset())


def first_page(role: str) -> str:
    """Where somebody of this role begins.

    >>> first_page("attendant"), first_page("auditor")
    ('/attend', '/')
    """
    return "/" if "look" in rights_of(role) else "/attend"
