"""The same baskets through this house's offers and through django-oscar's own applicator, in one run.

Oscar works in an environment of its own (``tests/support/apart.py``) as a program that prices baskets told in neutral
words. Beside how long each takes it is checked, basket by basket, that nobody pays more here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import leash
from kiosk.retail.item import Item
from kiosk.retail.offer import Occasion, Offer, OfferPolicy
from kiosk.retail.promotion import Settlement, settle
from tests.benchmarks.peer_baskets import KNOWN, lines_of, offers_of, random_baskets
from tests.retail.contests import forget
from tests.support.apart import ApartError, environment
from tools.report import Report

__all__ = ["GROUPS", "ApartError", "Asked", "Group", "compare", "oscar"]

_PROGRAM: Final = Path(__file__).parent / "programs" / "oscar_applicator.py"
_BUILT_HERE: Final = ("django-haystack",)
"""What Oscar needs and nobody publishes as a wheel."""
_PATIENCE_S: Final = 900
_TIMES: Final = 10
"""As fast as Oscar at least."""
_RUNS: Final = 3
_FRACTION: Final = 1e-6
"""Of a minor unit: what a number loses on its way through JSON."""
Asked = Callable[[Sequence[Mapping[str, Any]]], list[dict[str, float]]]
"""What a peer makes of baskets: ``minor`` and the seconds ``apply_s``, ``offers_s`` and ``memory_s`` of each."""


@dataclass(frozen=True, slots=True)
class Group:
    """``count`` baskets of up to ``lines`` lines with ``offers`` offers each.

    ``odd`` prices make percents that need rounding, which the two do differently: such a group is told, not judged.
    """

    name: str
    seed: int
    count: int
    lines: int
    offers: int
    odd: bool = False


GROUPS: Final = (
    Group("hand baskets", 1, 100, 10, 5),
    Group("baskets", 2, 8, 30, 20),
    Group("trolleys", 3, 1, 60, 40),
    Group("hand baskets, odd prices", 4, 50, 10, 5, odd=True),
)


@dataclass(frozen=True, slots=True)
class _Ours:
    """What one basket comes to here, in minor units, and the seconds of processor time of the quickest of some runs,
    each in a process that remembers nothing of it.
    """

    minor: int
    seconds: float
    proven: bool


class _Offers:
    """The offers of one basket as a book keeps them."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._by_item: dict[str, dict[str, Offer]] = {}
        for offer in offers:
            for scope in offer.scopes:
                for item_id in scope.item_ids:
                    self._by_item.setdefault(item_id, {})[offer.offer_id] = offer

    def item(self, item_id: str) -> Item | None:
        return None

    def offers_for(self, item_id: str) -> tuple[Offer, ...]:
        return tuple(self._by_item.get(item_id, {}).values())


def oscar(baskets: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """What Oscar makes of each. Raises ``ApartError`` where it cannot be had or ends badly."""
    python = environment("oscar", sys.executable, _BUILT_HERE) / "python"
    command = [str(python), "-W", "ignore", str(_PROGRAM)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as program:
        leash.put_on(program.pid)  # it ends with us, whatever ends us
        try:
            answer, complaint = program.communicate(json.dumps(baskets), timeout=_PATIENCE_S)
        except BaseException as stopped:
            program.kill()
            if isinstance(stopped, subprocess.TimeoutExpired):
                message = f"its program took more than {_PATIENCE_S} s"
                raise ApartError(message) from stopped
            raise
        finally:
            leash.let_go(program.pid)
    if program.returncode:
        message = f"its program ends with {program.returncode}: {(complaint.strip().splitlines() or ['no word'])[-1]}"
        raise ApartError(message)
    told: list[dict[str, float]] = json.loads(answer)
    return told


def compare(report: Report, groups: Sequence[Group] = GROUPS, ask: Asked = oscar) -> None:
    """Both over all groups: a table, a target for the speed, and what has to hold for the shopper."""
    baskets = [random_baskets(one.seed, one.count, one.lines, one.offers, odd=one.odd) for one in groups]
    try:
        peers = ask([KNOWN, *(basket for group in baskets for basket in group)])
    except ApartError as fault:
        report.require("django-oscar prices the same baskets", held=False, detail=str(fault))
        return
    _known(report, peers.pop(0))
    rows, slowest = [], float("inf")
    for group, made in zip(groups, baskets, strict=True):
        theirs, peers = peers[: len(made)], peers[len(made) :]
        ours = [_ours(basket) for basket in made]
        _never_dearer(report, group, ours, theirs)
        spent = sum(one.seconds for one in ours)
        ratios = [sum(one[key] for one in theirs) / spent for key in ("apply_s", "offers_s", "memory_s")]
        slowest = min(slowest, ratios[1])
        rows.append(_row(group, ours, theirs, ratios))
    report.table("Beside django-oscar's applicator", _HEADER, rows)
    report.figure("oscar_times", round(slowest, 1))
    report.speed("django-oscar's time over ours, the least of all groups", slowest, _TIMES, "times", at_most=False)


_HEADER = (
    "baskets", "count", "lines, offers", "cheaper here", "dearer here", "ours ms", "Oscar ms",
    "Oscar, offers at hand: times ours", "with ranges remembered too",
)  # fmt: skip


def _row(
    group: Group, ours: Sequence[_Ours], theirs: Sequence[Mapping[str, float]], ratios: Sequence[float]
) -> tuple[object, ...]:
    less = sum(one.minor < other["minor"] - _FRACTION for one, other in zip(ours, theirs, strict=True))
    more = sum(one.minor > other["minor"] + _FRACTION for one, other in zip(ours, theirs, strict=True))
    mean = 1000 * sum(one.seconds for one in ours) / len(ours)
    peer = 1000 * sum(one["apply_s"] for one in theirs) / len(theirs)
    told = (f"{mean:.2f}", f"{peer:.1f}", f"{ratios[1]:.1f}", f"{ratios[2]:.1f}")
    return (group.name, len(ours), f"up to {group.lines}, {group.offers}", less, more, *told)


def _never_dearer(report: Report, group: Group, ours: Sequence[_Ours], theirs: Sequence[Mapping[str, float]]) -> None:
    """No basket may cost more here; with odd prices, no more than the rounding of a percent on each piece."""
    over = [one.minor - other["minor"] for one, other in zip(ours, theirs, strict=True)]
    dearer = [f"basket {number} by {by:.2f}" for number, by in enumerate(over) if by > _FRACTION]
    if not group.odd:
        report.require(f"nobody pays more here: {group.name}", held=not dearer, detail=", ".join(dearer))
    elif dearer:
        report.note(
            f"With odd prices {len(dearer)} of {len(over)} cost more here, at most {max(over):.2f} minor units:"
        )
        report.note("Oscar keeps fractions of a minor unit to the end, here each piece's percent is rounded half up.")


def _known(report: Report, theirs: Mapping[str, float]) -> None:
    """The basket on which the two are known to differ, as a row of its own."""
    ours = _ours(KNOWN)
    report.require(
        "three for two on 4.50, 4.00, 1.00 and 3.00 frees 3.00", held=ours.minor == 950, detail=f"{ours.minor} to pay"
    )
    header = ("three for two on 4.50, 4.00, 1.00, 3.00", "free", "to pay")
    rows = [
        (name, f"{(1250 - minor) / 100:.2f}", f"{minor / 100:.2f}")
        for name, minor in (("django-oscar", theirs["minor"]), ("here", ours.minor))
    ]
    report.table("A known difference", header, rows)


def _ours(basket: Mapping[str, Any], policy: OfferPolicy = "optimal") -> _Ours:
    lines, book = lines_of(basket), _Offers(offers_of(basket))
    least, settled = float("inf"), Settlement({})
    for _ in range(_RUNS):
        forget()
        began = time.process_time()
        settled = settle(lines, book, Occasion(), policy)
        least = min(least, time.process_time() - began)
    saved = sum(modifier.amount.minor for given in settled.lines.values() for modifier in given)
    return _Ours(sum(line.extended.minor for line in lines) - saved, least, settled.proven)
