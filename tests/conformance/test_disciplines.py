"""Each driver is held to its category's disciplines, and a driver that breaks one is found out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hal.card_reader.contract import Payment
from hal.device import DeviceError
from hal.drivers import CATEGORIES
from hal.printer.contract import Document, PrintOutcome
from tests.conformance import disciplines
from tests.conformance.disciplines import DISCIPLINES, Discipline, needs_world
from tests.support.rigs import Make, Rig, every

_OF_ITS_OWN = frozenset({"fiscal"})
"""Categories whose disciplines stand in a suite of their own."""


async def _held(make: Make, folder: Path, discipline: Discipline, spoil: Callable[[Rig], None] | None = None) -> None:
    async with make(folder) as rig:
        if spoil is not None:
            spoil(rig)
        try:
            await discipline(rig)
        finally:
            await rig.driver.close()


def test_each_category_has_its_disciplines() -> None:
    assert set(CATEGORIES) == DISCIPLINES.keys() | _OF_ITS_OWN


def test_a_driver_keeps_every_discipline_of_its_category(which: tuple[str, str], make: Make, tmp_path: Path) -> None:
    category = which[0]
    if which not in every() and needs_world(category):
        pytest.skip("on the bench nobody can read what the device wrote down")
    for number, discipline in enumerate(DISCIPLINES.get(category, ())):
        folder = tmp_path / str(number)
        folder.mkdir()
        asyncio.run(_held(make, folder, discipline))


# --- drivers that are not to be let in -----------------------------------------------------------------------------


class _Spoilt:
    """A good driver with one thing wrong."""

    def __init__(self, good: Any) -> None:  # noqa: ANN401  a driver of any category
        self.good = good

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the good one has
        return getattr(self.good, name)


class _ChargesAgain(_Spoilt):
    """Asks under a new name when it is asked again."""

    asked = 0

    async def pay(self, request: str, amount_minor: int, currency: str, *, kind: str) -> Payment:
        self.asked += 1
        paid: Payment = await self.good.pay(f"{request}-{self.asked}", amount_minor, currency, kind=kind)
        return Payment(request, paid.outcome, paid.approved_minor, paid.currency, reference=paid.reference)


class _TakesSilenceForNo(_Spoilt):
    """No answer is a no to it."""

    async def pay(self, request: str, amount_minor: int, currency: str, *, kind: str) -> Payment:
        try:
            paid: Payment = await self.good.pay(request, amount_minor, currency, kind=kind)
        except DeviceError:
            return Payment(request, "declined")
        return paid


class _Forgets(_Spoilt):
    """Says that the terminal never got what it got."""

    async def status(self, request: str) -> Payment:
        return Payment(request, "not_found")


class _AbortsInWordsOnly(_Spoilt):
    """Says it was cancelled, and lets the card be tapped."""

    async def abort(self, request: str) -> None:
        """Nothing."""


class _GivesNothingBack(_Spoilt):
    """Says that money went back."""

    async def reverse(self, request: str, amount_minor: int, currency: str, reference: str) -> bool:
        return True


class _RefundsAgain(_Spoilt):
    """Gives money back under a new name when it is asked again."""

    asked = 0

    async def refund(
        self, request: str, amount_minor: int, currency: str, *, kind: str, original: str, reference: str
    ) -> Payment:
        self.asked += 1
        given: Payment = await self.good.refund(
            f"{request}-{self.asked}", amount_minor, currency, kind=kind, original=original, reference=reference
        )
        return Payment(request, given.outcome, given.approved_minor, given.currency, reference=given.reference)


class _AlwaysPrinted(_Spoilt):
    """Believes what it sent."""

    async def print_document(self, document: Document) -> PrintOutcome:
        await self.good.print_document(document)
        return PrintOutcome(document.job, "printed")


class _PrintsTwice(_Spoilt):
    """To be on the safe side."""

    async def print_document(self, document: Document) -> PrintOutcome:
        await self.good.print_document(document)
        outcome: PrintOutcome = await self.good.print_document(document)
        return outcome


class _TellsTwice(_Spoilt):
    """Tells everything but its status twice."""

    async def open(self, sink: Callable[[object], None]) -> None:
        def twice(event: object) -> None:
            sink(event)
            if not hasattr(event, "status"):
                sink(event)

        await self.good.open(twice)


@pytest.mark.parametrize(
    ("category", "discipline", "spoilt"),
    [
        ("card_reader", disciplines.one_request_is_one_charge, _ChargesAgain),
        ("card_reader", disciplines.a_lost_answer_is_unknown_and_never_a_second_charge, _ChargesAgain),
        ("card_reader", disciplines.a_lost_answer_is_unknown_and_never_a_second_charge, _TakesSilenceForNo),
        ("card_reader", disciplines.a_lost_answer_is_unknown_and_never_a_second_charge, _Forgets),
        ("card_reader", disciplines.what_is_aborted_is_not_paid, _AbortsInWordsOnly),
        ("card_reader", disciplines.what_is_given_back_is_given_back_once, _GivesNothingBack),
        ("card_reader", disciplines.a_refund_is_given_once_though_its_answer_be_lost, _RefundsAgain),
        ("card_reader", disciplines.a_refund_is_given_once_though_its_answer_be_lost, _Forgets),
        ("printer", disciplines.without_paper_nothing_is_printed_then_or_later, _AlwaysPrinted),
        ("printer", disciplines.without_a_link_nothing_is_said_to_be_printed, _AlwaysPrinted),
        ("printer", disciplines.printed_is_out_of_the_printer_once, _PrintsTwice),
        ("scanner", disciplines.what_happens_once_is_told_once, _TellsTwice),
        ("loyalty_card", disciplines.what_happens_once_is_told_once, _TellsTwice),
        ("scale", disciplines.no_reading_is_told_twice, _TellsTwice),
    ],
)
def test_a_driver_that_breaks_a_discipline_is_found_out(
    category: str, discipline: Discipline, spoilt: type[_Spoilt], tmp_path: Path
) -> None:
    def spoil(rig: Rig) -> None:
        rig.driver = spoilt(rig.driver)

    with pytest.raises(AssertionError):
        asyncio.run(_held(every()[category, "simulated"], tmp_path, discipline, spoil))


def test_a_driver_without_a_far_end_that_remembers_is_not_judged_by_its_own_word(tmp_path: Path) -> None:
    def spoil(rig: Rig) -> None:
        rig.world = None

    for category in ("card_reader", "printer"):
        folder = tmp_path / category
        folder.mkdir()
        with pytest.raises(AssertionError, match="to judge by"):
            asyncio.run(_held(every()[category, "simulated"], folder, DISCIPLINES[category][0], spoil))
