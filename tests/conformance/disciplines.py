"""What a category demands beyond the life cycle: money once, paper told as it is, a code once, a reading never twice.

Each discipline takes a rig whose driver has not been opened and raises ``AssertionError``, in words for whoever wrote
the driver. They judge by what the far end wrote down, never by what the driver says of itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Final

from hal.card_reader.contract import Payment
from hal.cash_recycler.contract import Cash, Deposit, DepositTold, Dispensed
from hal.device import DeviceError
from hal.printer.contract import Cut, Document, PrintOutcome, TextLine
from hal.scale.contract import Reading
from tests.support.rigs import Bank, Rig, Roll, Seen, Vault, essence, opened
from tests.support.waiting import wait_until_async

__all__ = ["DISCIPLINES", "Discipline", "needs_world"]

Discipline = Callable[[Rig], Awaitable[None]]

_AMOUNT: Final = 1_150
_ATTEMPTS, _PAUSE_S = 500, 0.02
_OPEN: Final = frozenset({"unknown", "in_progress"})


def needs_world(category: str) -> bool:
    """Whether a category's drivers do something to the world, so that it is the world that must be asked."""
    return category in {"card_reader", "cash_recycler", "printer"}


async def _ready(rig: Rig) -> Seen:
    seen = await opened(rig.driver)
    await wait_until_async(lambda: seen.statuses[-1:] == ["ready"], what="ready")
    return seen


# --- card terminals ----------------------------------------------------------------------------------------------


def _bank(rig: Rig) -> Bank:
    assert isinstance(rig.world, Bank), "its rig has no bank to judge by"
    return rig.world


async def _paid(rig: Rig, request: str) -> Payment:
    bank = _bank(rig)
    paying = asyncio.ensure_future(rig.driver.pay(request, _AMOUNT, bank.currency, kind="card"))
    await wait_until_async(lambda: bank.waits() or paying.done(), what="a payment on the display")
    await bank.tap()
    payment: Payment = await paying
    return payment


async def one_request_is_one_charge(rig: Rig) -> None:
    """The same request, asked again, is answered and not charged."""
    bank = _bank(rig)
    await _ready(rig)
    paid = await _paid(rig, "r-1")
    assert (paid.request, paid.outcome, paid.approved_minor) == ("r-1", "approved", _AMOUNT), paid
    again = asyncio.ensure_future(rig.driver.pay("r-1", _AMOUNT, bank.currency, kind="card"))
    await wait_until_async(lambda: bank.waits() or again.done(), what="an answer")
    assert not bank.waits(), "the same request came to the terminal's display a second time"
    assert (await again).outcome == "approved"
    assert bank.deeds() == ["approved"], bank.deeds()


async def a_day_comes_to_what_was_charged_in_it(rig: Rig) -> None:
    """Its totals are what was taken less what was given back since the last, once; a driver without them says so."""
    if "day_totals" not in rig.driver.capabilities:
        return
    await _ready(rig)
    first = await _paid(rig, "r-1")
    await _paid(rig, "r-2")
    assert await rig.driver.reverse("r-1", _AMOUNT, _bank(rig).currency, first.reference)
    for comes_to in (_AMOUNT, 0):
        await rig.driver.end_of_day()
        told = rig.driver.day_totals
        assert told is not None, "nothing was told that can be read as amounts"
        assert sum(total.amount_minor for total in told) == comes_to, told


async def a_lost_answer_is_unknown_and_never_a_second_charge(rig: Rig) -> None:
    """Money was taken and the answer lost: no no, no not found, and no other charge, however often it is asked."""
    bank = _bank(rig)
    await _ready(rig)
    await bank.lose_answers()
    with suppress(DeviceError):
        payment = await rig.driver.pay("r-1", _AMOUNT, bank.currency, kind="card")
        assert payment.outcome in _OPEN, f"the answer was lost, and the driver says {payment.outcome}"
    await bank.answer()
    found = await _answered(lambda: rig.driver.status("r-1"))
    assert found.request == "r-1"
    assert found.outcome in _OPEN | {"approved"}, f"money was taken, and the driver says {found.outcome}"
    again = asyncio.ensure_future(_answered(lambda: rig.driver.pay("r-1", _AMOUNT, bank.currency, kind="card")))
    await wait_until_async(lambda: bank.waits() or again.done(), what="an answer")
    assert not bank.waits(), "the shopper is asked for the same money again"
    assert (await again).outcome in _OPEN | {"approved"}
    assert bank.deeds() == ["approved"], bank.deeds()


async def _answered(ask: Callable[[], Awaitable[Payment]]) -> Payment:
    """Ask until the terminal is there again, as the kiosk does."""
    for _ in range(_ATTEMPTS):
        with suppress(DeviceError):
            return await ask()
        await asyncio.sleep(_PAUSE_S)
    text = "the terminal did not come back"
    raise AssertionError(text)


async def what_is_aborted_is_not_paid(rig: Rig) -> None:
    """The pending payment itself says that it was cancelled, and nothing was charged."""
    bank = _bank(rig)
    await _ready(rig)
    paying = asyncio.ensure_future(rig.driver.pay("r-1", _AMOUNT, bank.currency, kind="card"))
    await wait_until_async(bank.waits, what="a payment on the display")
    await rig.driver.abort("r-1")
    try:
        payment = await paying
    except DeviceError as error:
        text = f"it was told to stop, and nobody knows what became of it: {error}"
        raise AssertionError(text) from error
    assert (payment.outcome, payment.approved_minor) == ("cancelled", 0), payment
    assert "approved" not in bank.deeds()


async def what_is_given_back_is_given_back_once(rig: Rig) -> None:
    """A reversal may be repeated; afterwards the payment counts for nothing."""
    bank = _bank(rig)
    await _ready(rig)
    paid = await _paid(rig, "r-1")
    for _ in range(2):
        assert await rig.driver.reverse("r-1", _AMOUNT, bank.currency, paid.reference), "it was not given back"
    assert bank.deeds() == ["approved", "reversed"], bank.deeds()
    assert (await rig.driver.status("r-1")).outcome not in {"approved", "partial"}


async def a_refund_is_given_once_though_its_answer_be_lost(rig: Rig) -> None:
    """Money back to a card is asked for once, whatever became of the answer; a driver that cannot do it says so."""
    if "refund" not in rig.driver.capabilities:
        return
    bank = _bank(rig)
    await _ready(rig)
    await _paid(rig, "r-1")

    def refund(request: str) -> Awaitable[Payment]:
        given: Awaitable[Payment] = rig.driver.refund(
            request, _AMOUNT - 1, bank.currency, kind="card", original="r-1", reference=""
        )
        return given

    refunding = asyncio.ensure_future(refund("b-1"))
    await wait_until_async(lambda: bank.waits() or refunding.done(), what="a refund on the display")
    await bank.tap()
    given = await refunding
    assert (given.request, given.outcome, given.approved_minor) == ("b-1", "approved", _AMOUNT - 1), given
    await bank.lose_answers()
    with suppress(DeviceError):
        lost = await refund("b-2")
        assert lost.outcome in _OPEN, f"the answer was lost, and the driver says {lost.outcome}"
    await bank.answer()
    for ask in (lambda: rig.driver.status("b-2"), lambda: refund("b-2"), lambda: refund("b-1")):
        asking = asyncio.ensure_future(_answered(ask))
        await wait_until_async(lambda: bank.waits() or asking.done(), what="an answer")  # noqa: B023  done within
        assert not bank.waits(), "the same refund came to the terminal's display a second time"
        assert (await asking).outcome in _OPEN | {"approved"}
    assert bank.deeds() == ["approved", "refunded", "refunded"], bank.deeds()


async def what_was_never_asked_for_is_not_paid(rig: Rig) -> None:
    """Nothing is made up about a request that the terminal never got."""
    await _ready(rig)
    assert (await rig.driver.status("never")).outcome in {"not_found", "unknown"}
    assert _bank(rig).deeds() == []


# --- printers ----------------------------------------------------------------------------------------------------


def _roll(rig: Rig) -> Roll:
    assert isinstance(rig.world, Roll), "its rig has no roll to judge by"
    return rig.world


async def _printed(rig: Rig, job: str) -> PrintOutcome:
    outcome: PrintOutcome = await rig.driver.print_document(Document(job, (TextLine(f"Receipt {job}"), Cut())))
    assert outcome.job == job
    return outcome


async def printed_is_out_of_the_printer_once(rig: Rig) -> None:
    """What is said to be printed has come out, whole, once."""
    await _ready(rig)
    assert (await _printed(rig, "j-1")).outcome == "printed"
    assert _roll(rig).whole() == 1
    assert (await _printed(rig, "j-2")).outcome == "printed"
    assert _roll(rig).whole() == 2


async def without_paper_nothing_is_printed_then_or_later(rig: Rig) -> None:
    """A job without paper is no success, and does not come out of itself with the next roll."""
    roll = _roll(rig)
    await _ready(rig)
    await roll.take_out()
    assert (await _printed(rig, "j-1")).outcome != "printed"
    assert roll.whole() == 0
    await roll.put_in()
    await _prints_again(rig)


async def without_a_link_nothing_is_said_to_be_printed(rig: Rig) -> None:
    """Neither an exception nor a success: an outcome."""
    if rig.unplug is None:
        return
    seen = await _ready(rig)
    await rig.unplug()
    assert (await _printed(rig, "j-1")).outcome in {"failed", "unknown"}
    await wait_until_async(lambda: "lost" in seen.statuses, what="lost")
    await rig.plug()
    await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready again")
    await _prints_again(rig)


async def _prints_again(rig: Rig) -> None:
    """The job of a second attempt comes out, and no other."""
    for _ in range(_ATTEMPTS):
        if (await _printed(rig, "j-2")).outcome == "printed":
            break
        await asyncio.sleep(_PAUSE_S)  # it has not noticed yet that all is well
    assert _roll(rig).whole() == 1, "what was said not to be printed came out after all"


# --- cash recyclers ----------------------------------------------------------------------------------------------

_ACCEPTS: Final = frozenset({(100, "coin"), (1000, "note")})
_CHANGE: Final = (Cash(100, "coin", 3), Cash(200, "coin", 2))
_CHANGE_MINOR: Final = 700


def _vault(rig: Rig) -> Vault:
    assert isinstance(rig.world, Vault), "its rig has no vault to judge by"
    return rig.world


async def _deposit(rig: Rig, minor: int) -> Deposit:
    """The deposit once it has come to ``minor``; asked, so that no event need be believed."""
    told = Deposit("")
    for _ in range(_ATTEMPTS):
        with suppress(DeviceError):
            told = await rig.driver.deposit("d-1")
            if told.minor >= minor:
                break
        await asyncio.sleep(_PAUSE_S)
    return told


async def each_piece_counts_once(rig: Rig) -> None:
    """A deposit is what went in between its beginning and its end: told, asked, begun again, once more after a cut."""
    vault = _vault(rig)
    await _ready(rig)
    await vault.insert()
    assert vault.taken() == 0, "it takes coins that nobody asked for"
    await rig.driver.begin_deposit("d-1", _ACCEPTS)
    await vault.insert()
    await rig.driver.begin_deposit("d-1", _ACCEPTS)
    await vault.insert()
    assert (await _deposit(rig, 200)).minor == vault.taken() == 200
    ended = await rig.driver.end_deposit("d-1")
    await vault.insert()
    assert (ended.minor, vault.taken(), ended.open) == (200, 200, False)
    await rig.driver.close()
    await _ready(rig)
    assert (await rig.driver.deposit("d-1")).minor == 200, "it forgot what it took"
    assert (await rig.driver.deposit("never")) == Deposit("never")


async def a_note_counts_once_it_is_kept(rig: Rig) -> None:
    """In escrow it counts for nothing; returned, neither; kept, once."""
    vault, seen = _vault(rig), await _ready(rig)
    await rig.driver.begin_deposit("d-1", _ACCEPTS)
    for keep, minor in ((False, 0), (True, 1000)):
        await vault.slide()
        await wait_until_async(lambda: _last(seen).escrow_minor == 1000, what="a note in escrow")
        assert _last(seen).minor == 0
        await rig.driver.judge_escrow("d-1", keep=keep)
        await wait_until_async(lambda: not _last(seen).escrow_minor, what="an empty escrow")
        assert (await _deposit(rig, minor)).minor == vault.taken() == minor
    assert (await rig.driver.end_deposit("d-1")).minor == 1000


def _last(seen: Seen) -> Deposit:
    told = [event.deposit for event in seen.events if isinstance(event, DepositTold)]
    return told[-1] if told else Deposit("")


async def what_is_given_out_is_given_out_once(rig: Rig) -> None:
    """The same request, asked again, is answered, and no other coin comes out; also after a restart."""
    vault = _vault(rig)
    await _ready(rig)
    assert (await rig.driver.dispensed("p-1")).outcome == "not_begun"
    for _ in range(2):
        assert (await rig.driver.dispense_cash("p-1", _CHANGE)).outcome == "paid"
    await rig.driver.close()
    await _ready(rig)
    told: Dispensed = await rig.driver.dispensed("p-1")
    assert (told.outcome, told.paid) == ("paid", _CHANGE)
    assert vault.given() == _CHANGE_MINOR


async def a_payout_whose_answer_is_lost_is_looked_up(rig: Rig) -> None:
    """It gave out what it was told to, and its word was lost: it is asked, and gives out nothing twice."""
    vault = _vault(rig)
    await _ready(rig)
    await vault.lose_answers()
    with suppress(DeviceError):
        await rig.driver.dispense_cash("p-1", _CHANGE)
    await vault.answer()
    told: Dispensed | None = None
    for _ in range(_ATTEMPTS):
        with suppress(DeviceError):
            told = await rig.driver.dispense_cash("p-1", _CHANGE)
            break
        await asyncio.sleep(_PAUSE_S)
    assert told is not None, "it did not come back"
    came = sum(cash.value_minor * cash.pieces for cash in told.paid)
    assert told.outcome == "unknown" or came == vault.given(), told
    assert vault.given() <= _CHANGE_MINOR


async def what_did_not_come_out_is_not_said_to_have(rig: Rig) -> None:
    """A jam is short, with what has come; freed, it gives out what it is asked for then."""
    vault = _vault(rig)
    await _ready(rig)
    await vault.jam()
    told: Dispensed = await rig.driver.dispense_cash("p-1", _CHANGE)
    assert (told.outcome, told.paid) == ("short", ()), told
    assert told.reason
    await vault.free()
    assert (await rig.driver.dispense_cash("p-1", _CHANGE)).outcome == "short", "a request is one payout"
    assert vault.given() == 0
    assert (await rig.driver.dispense_cash("p-2", (Cash(200, "coin", 1),))).outcome in {"paid", "short"}


async def what_lies_in_it_is_counted(rig: Rig) -> None:
    """What staff counted, and what came and went since."""
    vault = _vault(rig)
    await _ready(rig)
    await rig.driver.adjust_cash_counts((Cash(100, "coin", 20),))
    await rig.driver.begin_deposit("d-1", _ACCEPTS)
    await vault.insert()
    await _deposit(rig, 100)
    await rig.driver.end_deposit("d-1")
    await rig.driver.dispense_cash("p-1", (Cash(100, "coin", 5),))
    stores = {(store.value_minor, store.form): store for store in await rig.driver.read_cash_counts()}
    assert stores[100, "coin"].pieces == 16
    with suppress(DeviceError):
        await rig.driver.adjust_cash_counts((Cash(1, "coin", 20),))
        text = "it counts what it has no store for"
        raise AssertionError(text)
    await rig.driver.cashbox_emptied()
    assert not any(store.boxed for store in await rig.driver.read_cash_counts())


# --- whoever tells by itself -------------------------------------------------------------------------------------


async def what_happens_once_is_told_once(rig: Rig) -> None:
    """A code, a card, a switch: each is told once, in order, and not once more after a replug."""
    seen = await _ready(rig)
    expected = [await _told_after(rig, seen, number) for number in range(1, 5)]  # even: all switches are as they were
    if rig.unplug is not None:
        await rig.unplug()
        await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
        await rig.plug()
        await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready again")
        expected.append(await _told_after(rig, seen, 5))
    told = [essence(event) for event in seen.of(rig.data)]
    assert len(told) == len(expected), f"{len(expected)} things happened, {len(told)} were told"
    known = [(one, other) for one, other in zip(told, expected, strict=True) if other is not None]
    assert all(one == other for one, other in known), f"told {told}, and what happened was {expected}"


async def _told_after(rig: Rig, seen: Seen, number: int) -> object:
    expected = await rig.act()
    await wait_until_async(lambda: len(seen.of(rig.data)) >= number, what="a data event")
    return expected


# --- scales ------------------------------------------------------------------------------------------------------


async def no_reading_is_told_twice(rig: Rig) -> None:
    """Each reading has a number of its own that grows, and a time that does not go back."""
    seen = await _ready(rig)
    for number in range(1, 4):
        await rig.act()
        enough = number * 2
        await wait_until_async(partial(_have_come, seen, enough), what="readings")
    readings = [event for event in seen.events if isinstance(event, Reading)]
    numbers, times = [each.sequence for each in readings], [each.mono_ms for each in readings]
    assert numbers == sorted(set(numbers)), f"readings are numbered {numbers}"
    assert times == sorted(times), f"readings are timed {times}"


def _have_come(seen: Seen, readings: int) -> bool:
    return len(seen.of(Reading)) >= readings


DISCIPLINES: Final[Mapping[str, tuple[Discipline, ...]]] = {
    "card_reader": (
        a_day_comes_to_what_was_charged_in_it,
        one_request_is_one_charge,
        a_lost_answer_is_unknown_and_never_a_second_charge,
        what_is_aborted_is_not_paid,
        what_is_given_back_is_given_back_once,
        a_refund_is_given_once_though_its_answer_be_lost,
        what_was_never_asked_for_is_not_paid,
    ),
    "printer": (
        printed_is_out_of_the_printer_once,
        without_paper_nothing_is_printed_then_or_later,
        without_a_link_nothing_is_said_to_be_printed,
    ),
    "cash_recycler": (
        each_piece_counts_once,
        a_note_counts_once_it_is_kept,
        what_is_given_out_is_given_out_once,
        a_payout_whose_answer_is_lost_is_looked_up,
        what_did_not_come_out_is_not_said_to_have,
        what_lies_in_it_is_counted,
    ),
    "scanner": (what_happens_once_is_told_once,),
    "camera": (what_happens_once_is_told_once,),
    "loyalty_card": (what_happens_once_is_told_once,),
    "lights": (what_happens_once_is_told_once,),
    "scale": (no_reading_is_told_twice,),
}
"""What a driver of a category is held to, besides what every driver is."""
