"""Which weight may be priced, and what it then costs: the legally relevant rule, in one place and nowhere else.

The ideas are those of OIML R 76 / EN 45501 (non-automatic weighing instruments), WELMEC 2.2 (point of sale) and WELMEC
7.2 (software): this module has a version, its source and that of what feeds it has a checksum that is compared at start
and shown to staff, and each change of what it judges by is counted in the journal. It is not certified.

A reading is judged with everything that is known of it. Nothing here remembers, averages, rounds a weight or converts
one before pricing; the price is rounded once, a half up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeGuard, get_args

from kiosk.retail.money import Money
from kiosk.retail.transaction import EntryMethod
from kiosk.retail.weight import Unit, UnitMismatchError, Weight

__all__ = [
    "FRESH_MS",
    "VERSION",
    "Accepted",
    "Computed",
    "Emptying",
    "Goods",
    "Platter",
    "Reason",
    "Refused",
    "Rules",
    "ServiceReason",
    "WeightProblem",
    "extended",
    "is_service",
    "judge",
    "standing",
]

VERSION: Final = "1.1.0"
"""Changes with every change of what is accepted or how it is priced."""

FRESH_MS: Final = 1_000
"""A reading older than this is no weight any more."""

_MINIMUM_DIVISIONS: Final = 20
"""The minimum capacity of a class III scale in divisions (OIML R 76), where the shop names none."""

WeightProblem = Literal["", "motion", "under", "over", "zero", "fault", "stale"]
"""What a scale says of itself instead of a weight."""

ServiceReason = Literal["software", "not_verified", "uncertified", "fine", "tared", "unit", "differs"]
"""Why only staff can help: the software is not what was recorded; the verification is over, or its date unknown; the
scale is none for trade; it weighs finer than it was verified for; it holds a tare of its own; it weighs in another
system of units than the price; it computed another amount."""

Reason = (
    Literal["waiting", "motion", "under", "over", "zero", "fault", "stale", "empty_first", "too_light"] | ServiceReason
)
"""Why a weight may not be priced now."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the verification of this workstation's trade scale says.

    ``verified_until``: the last day (ISO date) on which it may be used; empty: unknown, so nothing may be priced.
    ``minimum`` and ``maximum``: the least and the greatest load, both allowed; ``None``: as the scale itself says, and
    20 divisions where ``division`` is given. ``division``: the verification interval e, of which every weight is a
    multiple.
    """

    verified_until: str = ""
    minimum: Weight | None = None
    maximum: Weight | None = None
    division: Weight | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """What a price-computing scale made of the load itself, in minor units."""

    unit_price: int
    amount: int


@dataclass(frozen=True, slots=True)
class Emptying:
    """Whether the trade scale's platter was seen empty since the last weighing that was priced, and since the start.

    A new one has seen nothing: what lay there before the process started was weighed by nobody.
    """

    seen: bool = False

    def after_reading(
        self, weight: Weight | None, problem: WeightProblem, *, stable: bool, certified: bool, net: bool
    ) -> Emptying:
        """After one more reading, which shows it empty if the trade scale says zero, or displays a stable gross zero.

        >>> Emptying().after_reading(Weight(0, -3, "kg"), "", stable=True, certified=True, net=False).seen
        True
        >>> Emptying().after_reading(Weight(-5, -3, "kg"), "under", stable=True, certified=True, net=False).seen
        False
        """
        still = weight is not None and weight.value == 0 and stable and not net
        return Emptying(self.seen or (certified and (problem == "zero" or (still and not problem))))

    def after_line(self, entry: EntryMethod) -> Emptying:
        """After a line was rung up: the same load is not priced twice.

        >>> Emptying(seen=True).after_line("weighed").seen, Emptying(seen=True).after_line("scanned").seen
        (False, True)
        """
        return Emptying(self.seen and entry != "weighed")


@dataclass(frozen=True, slots=True)
class Platter:
    """What is known of the trade scale's platter now.

    ``weight``: what the scale displays (``None``: nothing). ``certified``: it is a scale verified for trade.
    ``emptied``: it was seen empty since the last weighing that was priced, and since the process started. ``net``: it
    took off a tare of its own. ``high_resolution``: finer than verified.
    """

    weight: Weight | None
    stable: bool
    problem: WeightProblem
    age_ms: int
    certified: bool
    emptied: bool
    net: bool = False
    high_resolution: bool = False
    computed: Computed | None = None


@dataclass(frozen=True, slots=True)
class Goods:
    """What is to be weighed: its price per ``unit``, and its packing in whole grams."""

    unit_price: Money
    unit: Unit
    tare_grams: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """The weight may be priced: net of packing, and what it costs."""

    net: Weight
    extended: Money

    def is_what_was_shown(self, net: Weight, price: Money) -> bool:
        """Whether this is what somebody saw and agreed to; another weight or price wants another look."""
        return (self.net, self.extended) == (net, price)


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not, and why."""

    reason: Reason


def standing(rules: Rules, today: str, *, intact: bool) -> ServiceReason | None:
    """Why nothing at all may be sold by weight here today (ISO date); ``None`` if it may.

    >>> standing(Rules("2027-06-30"), "2027-06-30", intact=True)
    >>> standing(Rules("2027-06-30"), "2027-07-01", intact=True), standing(Rules(), "2027-07-01", intact=True)
    ('not_verified', 'not_verified')
    """
    if not intact:
        return "software"
    if not rules.verified_until or today > rules.verified_until:
        return "not_verified"
    return None


def judge(goods: Goods, platter: Platter | None, rules: Rules, today: str, *, intact: bool) -> Accepted | Refused:
    """Accept what lies on the platter as a weighing of ``goods``, or say why not. ``intact``: the software is.

    >>> seen = Platter(Weight(1255, -3, "kg"), True, "", 40, certified=True, emptied=True)
    >>> apples = Goods(Money(8900, "BDT"), "kg")
    >>> judge(apples, seen, Rules("2027-06-30"), "2026-11-22", intact=True)
    Accepted(net=Weight(value=1255, exponent=-3, unit='kg'), extended=Money(minor=11170, currency='BDT'))
    >>> judge(apples, seen, Rules("2026-06-30"), "2026-11-22", intact=True)
    Refused(reason='not_verified')
    """
    reason = standing(rules, today, intact=intact) or _unfit(platter)
    if reason is not None or platter is None or platter.weight is None:
        return Refused(reason or "waiting")
    try:
        reason = _out_of_range(platter.weight, rules)
        return Refused(reason) if reason is not None else _priced(goods, platter.weight, platter.computed)
    except UnitMismatchError:
        return Refused("unit")


def is_service(reason: Reason) -> TypeGuard[ServiceReason]:
    """Whether only staff can help."""
    return reason in get_args(ServiceReason)


def extended(price: Money, unit: Unit, net: Weight) -> Money:
    """The extended price of a net weight at ``price`` per ``unit``, rounded once, a half up.

    Raises ``UnitMismatchError`` where the weight and the price are of different families of units.

    >>> extended(Money(8900, "BDT"), "kg", Weight(1255, -3, "kg"))
    Money(minor=11170, currency='BDT')
    """
    return price.scaled(net.in_unit(unit))


def _unfit(platter: Platter | None) -> Reason | None:  # noqa: PLR0911 - one condition after the other, each with its word
    """What is wrong with the reading itself."""
    if platter is None or platter.weight is None:
        return platter.problem or "waiting" if platter is not None else "waiting"
    if not platter.certified:
        return "uncertified"
    if platter.problem:
        return platter.problem
    if not platter.stable:
        return "motion"
    if not 0 <= platter.age_ms <= FRESH_MS:
        return "stale"
    if platter.high_resolution:
        return "fine"
    if platter.net:
        return "tared"
    if platter.weight.value <= 0:
        return "under" if platter.weight.value < 0 else "zero"
    return None if platter.emptied else "empty_first"


def _out_of_range(gross: Weight, rules: Rules) -> Reason | None:
    """Whether the load lies outside what the scale was verified for. Raises ``UnitMismatchError``."""
    load = gross.amount()
    if rules.division is not None:
        step = rules.division.in_unit(gross.unit)
        if load % step:
            return "fine"
        if rules.minimum is None and load < _MINIMUM_DIVISIONS * step:
            return "too_light"
    if rules.minimum is not None and load < rules.minimum.in_unit(gross.unit):
        return "too_light"
    if rules.maximum is not None and load > rules.maximum.in_unit(gross.unit):
        return "over"
    return None


def _priced(goods: Goods, gross: Weight, computed: Computed | None) -> Accepted | Refused:
    """The price. Raises ``UnitMismatchError``."""
    whole = extended(goods.unit_price, goods.unit, gross)
    if computed is not None and (computed.unit_price, computed.amount) != (goods.unit_price.minor, whole.minor):
        return Refused("differs")
    net = gross.less_tare(_tare(goods.tare_grams, gross)) if goods.tare_grams else gross
    price = extended(goods.unit_price, goods.unit, net)
    if net.value <= 0 or price.minor <= 0:
        return Refused("too_light")
    return Accepted(net, price)


def _tare(grams: int, gross: Weight) -> Weight:
    """The tare in the scale's own unit; only a metric scale can take off grams."""
    return Weight(grams, -3, "kg") if gross.unit == "kg" else Weight(grams, 0, "g")
