"""What an account may see and do at head office's pages: roles made of rights.

A right is a word for what a page shows or a form does; each page and each form asks for one (or for none but to be
signed in). Five roles come with head office; a retailer defines others of the same rights, or redefines these, all but
``manager``: who may do everything always can. What acts at a lane asks the shop's own table too
(``kiosk.retail.rights``), by the operator that the account stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

__all__ = ["ACCOUNT_ROLES", "EVERYTHING", "RIGHTS", "AccountRole", "Right", "first_page", "rights_named", "rights_of"]

Right = Literal[
    "look",
    "days",
    "attend",
    "order",
    "prices",
    "coupons",
    "recalls",
    "members",
    "points",
    "cards",
    "value",
    "cash",
    "imports",
]
"""``look``: sales, stock, prices, offers, recalls and troubles, as they stand. ``days``: reports of business days.
``attend``: the attendant's page; ``order``: acting at a lane from it. ``prices``, ``coupons`` (series of codes) and
``recalls`` change what kiosks do. ``members`` and ``cards`` show one person's points, or one card's balance;
``points`` and ``value`` change them. ``cash`` settles what a lane owes in cash and cannot give any more. ``imports``
brings a retailer's own data in from files: prices, staff and stock among it."""

RIGHTS: Final[tuple[Right, ...]] = get_args(Right)

AccountRole = Literal["attendant", "supervisor", "manager", "fleet", "auditor"]
"""``attendant`` looks after lanes. ``supervisor`` looks after a shop: prices and recalls too. ``manager`` may do
everything. ``fleet`` looks after kiosks as machines: no money, nobody's data. ``auditor`` sees everything, changes
nothing."""

ACCOUNT_ROLES: Final[tuple[AccountRole, ...]] = get_args(AccountRole)

EVERYTHING: Final = "manager"
"""The role that is never redefined."""

_TABLE: Final[dict[str, frozenset[Right]]] = {
    "attendant": frozenset({"attend", "order"}),
    "supervisor": frozenset({"look", "days", "attend", "order", "prices", "recalls", "members", "cards", "cash"}),
    "manager": frozenset(RIGHTS),
    "fleet": frozenset({"look", "attend"}),
    "auditor": frozenset({"look", "days", "attend", "members", "cards"}),
}


def rights_of(role: str, defined: Mapping[str, frozenset[Right]] | None = None) -> frozenset[Right]:
    """What a role may, by what the retailer has ``defined`` before what comes with head office; an unknown one nothing.

    >>> sorted(rights_of("attendant")), sorted(rights_of("king"))
    (['attend', 'order'], [])
    >>> sorted(rights_of("attendant", {"attendant": frozenset({"attend"})}))
    ['attend']
    """
    if role == EVERYTHING:
        return frozenset(RIGHTS)
    found = (defined or {}).get(role)
    return _TABLE.get(role, frozenset()) if found is None else found


def rights_named(words: Iterable[str]) -> frozenset[Right]:
    """The rights of these names; one that there is not is left out.

    >>> sorted(rights_named(["days", "rule"]))
    ['days']
    """
    known = set(words)
    return frozenset(right for right in RIGHTS if right in known)


def first_page(rights: frozenset[Right]) -> str:
    """Where somebody with these rights begins.

    >>> first_page(rights_of("attendant")), first_page(rights_of("auditor"))
    ('/attend', '/')
    """
    places: tuple[tuple[Right, str], ...] = (
        ("look", "/"),
        ("attend", "/attend"),
        ("days", "/days"),
        ("members", "/points"),
        ("cards", "/value"),
    )
    return next((page for right, page in places if right in rights), "/")
