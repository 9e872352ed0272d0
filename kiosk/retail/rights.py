"""Who of the staff may do what at a lane: roles, limits, reasons and second persons, as data of the shop's policy.

An act is a word of the trade (UnifiedPOS, ARTS POSLog). A role is a name with the acts it may do; what no role lists,
nobody may do. A shop that says nothing has three roles: attendant, supervisor, technician.
"""

from __future__ import annotations

from dataclasses import field
from typing import Final, Literal, get_args

from kiosk.retail.item import Names
from kiosk.retail.values import dataclass

__all__ = ["ACTS", "Act", "Denial", "Reason", "Request", "Rights", "Role", "default_roles"]

Act = Literal[
    "void_line",
    "approve",
    "refuse",
    "cancel_transaction",
    "cash_received",
    "cash_count",
    "cashbox_emptied",
    "tender_was_approved",
    "tender_was_declined",
    "resume_suspended",
    "reprint",
    "close_lane",
    "open_lane",
    "x_report",
    "z_report",
    "print_z",
    "price_override",
    "quantity",
    "weight_keyed",
    "no_sale",
    "price_check",
    "suspend",
    "coupon",
    "fiscal_skip",
    "training",
    "unlock_sign_in",
    "paper_change",
    "device_test",
    "tax_exempt",
    "restart",
    "reboot",
    "refund",
    "refund_late",
]
"""Everything that staff can do at a lane; each is asked about in ``Rights.denial`` before it is done."""

ACTS: Final[tuple[Act, ...]] = get_args(Act)

Denial = Literal["role", "kind", "limit", "reason", "second"]
"""Why an act is not done: the ``role`` may not, or may not judge this ``kind`` of intervention; it is over the role's
``limit``; it needs a ``reason`` of the list; it needs a ``second`` person (which is asked for, not refused)."""


@dataclass(frozen=True, slots=True)
class Role:
    """A name with its acts. ``names``: what it is called on the screen, for a role that the kiosk has no words for.

    ``judges``: the kinds of intervention it may approve or refuse; ``None``: every kind. A price may be lowered by
    ``override_percent`` per cent of the book's and by ``override_minor`` minor units a piece at most (``None``: no
    bound of that sort); raised within the same bounds, never over the maximum price on the pack.
    ``witnesses``: may be the second person where an act needs one. ``refund_minor``: the most that one return may give
    back, in minor units (``None``: no bound). ``leaves``: the kinds it leaves to others though it judges every other.
    """

    role: str
    acts: tuple[Act, ...] = ()
    names: Names = field(default_factory=dict)
    judges: tuple[str, ...] | None = None
    override_percent: int | None = 0
    override_minor: int | None = None
    witnesses: bool = False
    refund_minor: int | None = None
    leaves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason that staff may give. ``acts``: for which; empty: for every act that needs one."""

    code: str
    names: Names
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """An act as it is asked about: why (a code of the list), of what kind of intervention, and who is the second."""

    act: Act
    reason: str = ""
    kind: str = ""
    second_role: str = ""


_TECHNICIAN: Final[tuple[Act, ...]] = (
    "approve",
    "refuse",
    "reprint",
    "close_lane",
    "open_lane",
    "price_check",
    "restart",
    "reboot",
    "paper_change",
    "device_test",
)


_SUPERVISORS: Final[tuple[Act, ...]] = (
    "no_sale",
    "cash_count",
    "cashbox_emptied",
    "weight_keyed",
    "z_report",
    "training",
    "unlock_sign_in",
    "reboot",
    "tax_exempt",
    "refund",
)
_NOBODYS: Final[tuple[Act, ...]] = ("refund_late",)
"""What no role has unless the shop gives it one."""


def default_roles() -> tuple[Role, ...]:
    """Attendant, supervisor and technician, for a shop that says nothing."""
    return (
        Role(
            "attendant",
            tuple(act for act in ACTS if act not in _SUPERVISORS + _NOBODYS),
            override_percent=10,
            leaves=("clock", "tamper"),
        ),
        Role("supervisor", tuple(a for a in ACTS if a not in _NOBODYS), override_percent=50, witnesses=True),
        Role("technician", _TECHNICIAN, judges=("help", "printer", "scale", "paper", "door")),
    )


def default_reasons() -> tuple[Reason, ...]:
    """For a shop that lists none."""
    return (
        Reason(
            "shelf_price",
            {"en": "Price on the shelf", "bn": "তাকের দাম আলাদা", "pt_BR": "Preço na prateleira"},
            ("price_override",),
        ),
        Reason("damaged", {"en": "Damaged", "bn": "ক্ষতিগ্রস্ত", "pt_BR": "Danificado"}, ("price_override",)),
        Reason("goodwill", {"en": "Goodwill", "bn": "সৌজন্য", "pt_BR": "Cortesia"}, ("price_override",)),
        Reason(
            "scale_out", {"en": "Scale out of order", "bn": "দাঁড়িপাল্লা নষ্ট", "pt_BR": "Balança parada"}, ("weight_keyed",)
        ),
        Reason("change", {"en": "Change needed", "bn": "ভাংতি দরকার", "pt_BR": "Troco"}, ("no_sale",)),
        Reason(
            "diplomatic",
            {"en": "Diplomatic mission", "bn": "কূটনৈতিক মিশন", "pt_BR": "Missão diplomática"},
            ("tax_exempt",),
        ),
        Reason(
            "organisation",
            {"en": "International organisation", "bn": "আন্তর্জাতিক সংস্থা", "pt_BR": "Organização internacional"},
            ("tax_exempt",),
        ),
        Reason("count", {"en": "Cash count", "bn": "নগদ গণনা", "pt_BR": "Contagem de caixa"}, ("no_sale",)),
    )


@dataclass(frozen=True, slots=True)
class Rights:
    """The shop's table: its roles, and the reasons its staff may give.

    ``need_reason``: acts that are done only for a reason of ``reasons``. ``need_second``: acts that a second person
    must confirm with their own badge or PIN (four eyes). ``maximum_quantity``: of one line, by staff. ``keyed_weight``:
    whether a weight may be typed in, and is marked so, or never (what the law of weights says). ``key``: the key switch
    signs ``key_role`` in by itself, or only opens the pad for a PIN. ``training``: whether a lane may be played at
    without a trace, or the law wants a record of that too.
    """

    roles: tuple[Role, ...] = field(default_factory=default_roles)
    reasons: tuple[Reason, ...] = field(default_factory=default_reasons)
    need_reason: tuple[Act, ...] = ("price_override", "weight_keyed", "no_sale", "tax_exempt")
    need_second: tuple[Act, ...] = ()
    maximum_quantity: int = 999
    keyed_weight: Literal["marked", "forbidden"] = "forbidden"
    key: Literal["alone", "with_pin"] = "alone"
    key_role: str = "attendant"
    training: Literal["allowed", "forbidden"] = "allowed"

    def role(self, name: str) -> Role | None:
        """The role of a name; ``None``: the shop has none, and who bears it may do nothing."""
        return next((role for role in self.roles if role.role == name), None)

    def may(self, role: str, act: Act) -> bool:
        """Whether a role may do an act at all.

        >>> Rights().may("technician", "cancel_transaction"), Rights().may("nobody", "reprint")
        (False, False)
        """
        found = self.role(role)
        return found is not None and act in found.acts

    def may_judge(self, role: str, kind: str) -> bool:
        """Whether a role may approve or refuse an intervention of a kind."""
        found = self.role(role)
        if found is None or kind in found.leaves:
            return False
        return found.judges is None or kind in found.judges

    def reasons_for(self, act: Act) -> tuple[Reason, ...]:
        """What may be given as the reason of an act; empty where it needs none."""
        return tuple(r for r in self.reasons if not r.acts or act in r.acts) if act in self.need_reason else ()

    def denial(self, role: str, asked: Request) -> Denial | None:
        """Why this must not be done (or not yet); ``None``: it may.

        An act that needs a reason is done without one where the shop lists none for it: nothing could be given.
        """
        if not self.may(role, asked.act):
            return "role"
        if asked.act in ("approve", "refuse") and asked.kind and not self.may_judge(role, asked.kind):
            return "kind"
        reasons = self.reasons_for(asked.act)
        if reasons and asked.reason not in {reason.code for reason in reasons}:
            return "reason"
        if asked.act in self.need_second and not self._witnesses(asked.second_role, asked.act):
            return "second"
        return None

    def within_limit(self, role: str, before: int, after: int) -> bool:
        """Whether a role may change a unit price so far (both in minor units; a price of nothing has no percentage).

        >>> Rights().within_limit("attendant", 1000, 900), Rights().within_limit("attendant", 1000, 899)
        (True, False)
        """
        found = self.role(role)
        if found is None:
            return False
        change = abs(after - before)
        if found.override_minor is not None and change > found.override_minor:
            return False
        return found.override_percent is None or change * 100 <= found.override_percent * before

    def lowest(self, role: str, before: int) -> int:
        """The lowest unit price that a role may set, in minor units.

        >>> Rights().lowest("attendant", 1999), Rights().lowest("technician", 1999)
        (1800, 1999)
        """
        found = self.role(role)
        if found is None:
            return before
        percent = before if found.override_percent is None else before * found.override_percent // 100
        by = percent if found.override_minor is None else min(percent, found.override_minor)
        return max(0, before - by)

    def within_refund(self, role: str, minor: int) -> bool:
        """Whether a role may give so much back (minor units) in one return.

        >>> Rights((Role("supervisor", ("refund",), refund_minor=50_000),)).within_refund("supervisor", 50_001)
        False
        """
        found = self.role(role)
        return found is not None and (found.refund_minor is None or minor <= found.refund_minor)

    def _witnesses(self, role: str, act: Act) -> bool:
        found = self.role(role)
        return found is not None and found.witnesses and act in found.acts
