"""Cash that a recycler takes: change before anything is accepted, money once, what is owed on disk until it is out."""

from __future__ import annotations

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.retail.cash import CashForm, CashHeld, CashPieces, worth
from kiosk.retail.money import Money
from tests.support.lane import HandLane, open_lane

MILK = "8901234567890"
HELD = (
    CashHeld(100, "coin", 20),
    CashHeld(200, "coin", 20),
    CashHeld(500, "coin", 20),
    CashHeld(1_000, "note", 10),
    CashHeld(5_000, "note", 0, dispensable=False),
    CashHeld(50_000, "note", 0, dispensable=False),
)


def _lane(held: tuple[CashHeld, ...] = HELD) -> tuple[HandLane, int]:
    """A lane with a machine and milk in the basket; gives what is due."""
    lane = open_lane()
    lane.tell(i.CashStands("ok", held)).scan(MILK)
    lane.tell(i.CheckoutRequested())
    body = lane.screen.body
    assert isinstance(body, s.TenderChoiceBody)
    return lane, lane.state.transaction.lines[0].net.minor if lane.state.transaction else 0


def _pay(lane: HandLane) -> str:
    lane.tell(i.TenderChosen("cash"))
    return lane.effect(f.TakeCash).tender


def _pieces(*values: tuple[int, CashForm]) -> tuple[CashPieces, ...]:
    return tuple(CashPieces(value, form, values.count((value, form))) for value, form in sorted(set(values)))


def _told(tender: str, *values: tuple[int, CashForm], is_open: bool = True, escrow: int = 0) -> i.CashTold:
    return i.CashTold(tender, _pieces(*values), escrow, is_open)


def _notes(minor: int) -> list[tuple[int, CashForm]]:
    """Notes of ten that cover so much."""
    return [(1_000, "note")] * -(-minor // 1_000)


def _insert_all(lane: HandLane, tender: str, due: int) -> list[tuple[int, CashForm]]:
    given = _notes(due)
    for count in range(1, len(given) + 1):
        lane.tell(_told(tender, *given[: count - 1], escrow=1_000))
        assert lane.effect(f.JudgeNote).keep
        lane.tell(_told(tender, *given[:count]))
    assert lane.effect(f.EndCash).tender == tender
    return given


def test_cash_is_put_in_the_sale_is_on_disk_and_then_the_change_comes() -> None:
    lane, due = _lane()
    tender = _pay(lane)
    assert isinstance(lane.screen.body, s.CashMachineBody)
    given = _insert_all(lane, tender, due)
    lane.tell(_told(tender, *given, is_open=False))
    owed = lane.happened(e.CashOwed)[0]
    paid = lane.effect(f.PayOut)
    assert worth(paid.cash) == owed.amount.minor == len(given) * 1_000 - due
    completed = lane.happened(e.TransactionCompleted)[0]
    settled = completed.tenders[0]
    assert (settled.received, settled.change) == (Money(len(given) * 1_000, "BDT"), owed.amount)
    assert lane.commits[-1] == len(lane.journal), "sale and debt are one commit"
    lane.tell(i.PayoutTold(paid.payout, "paid", paid.cash))
    assert lane.happened(e.CashPaidOut)[-1].outcome == "paid"
    assert lane.state.payouts == ()
    book = {row.name: row.amount for row in lane.state.books.book.machine}
    assert book == {"taken": len(given) * 1_000, "change": owed.amount.minor}


def test_a_note_whose_change_cannot_be_given_is_given_back_before_it_counts() -> None:
    lane, _due = _lane()
    tender = _pay(lane)
    assert (50_000, "note") not in lane.effect(f.TakeCash).accepts
    lane.tell(_told(tender, escrow=50_000))
    assert not lane.effect(f.JudgeNote).keep
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "cash.no_change"
    assert lane.happened(e.CashInserted) == []


def test_without_any_change_in_it_only_exact_coins_are_taken_and_none_at_all_calls_staff() -> None:
    lane, _ = _lane((CashHeld(5_000, "note", 0, dispensable=False),))
    lane.tell(i.TenderChosen("cash"))
    assert lane.no_effect(f.TakeCash)
    assert isinstance(lane.screen.body, s.CashBody), "a member of staff takes it, as ever"


def test_who_changes_their_mind_gets_everything_back() -> None:
    lane, _ = _lane()
    tender = _pay(lane)
    lane.tell(_told(tender, (500, "coin"), (200, "coin")))
    lane.tell(i.PaymentCancelled())
    assert lane.effect(f.EndCash).tender == tender
    lane.tell(_told(tender, (500, "coin"), (200, "coin"), (100, "coin"), is_open=False))
    assert worth(lane.effect(f.PayOut).cash) == 800, "a coin that fell meanwhile, too"
    assert lane.happened(e.CashOwed)[0].owed_for == "given_back"
    assert lane.happened(e.TenderSettled)[-1].outcome == "cancelled"
    assert isinstance(lane.screen.body, s.TenderChoiceBody)


def test_a_machine_that_gives_too_little_tries_other_coins_and_then_staff_owe_the_rest_to_the_cent() -> None:
    lane, due = _lane()
    tender = _pay(lane)
    given = _insert_all(lane, tender, due)
    lane.tell(_told(tender, *given, is_open=False))
    first = lane.effect(f.PayOut)
    lane.tell(i.PayoutTold(first.payout, "short", ()))
    second = lane.effect(f.PayOut)
    assert worth(second.cash) == worth(first.cash)
    assert {each.value for each in second.cash}.isdisjoint({each.value for each in first.cash})
    lane.tell(i.PayoutTold(second.payout, "short", (CashPieces(second.cash[-1].value, "coin", 1),)))
    assert lane.no_effect(f.PayOut)
    left = worth(second.cash) - second.cash[-1].value
    raised = next(r for r in lane.state.interventions if r.kind == "change_owed")
    lane.tell(i.OperatorSignedIn("1", "Rafi", "attendant", "pin"))
    body = lane.screen.body
    assert isinstance(body, s.StaffBody)
    assert dict(body.interventions[0].text.values)["amount"] == Money(left, "BDT")
    lane.tell(i.OperatorActed("approve", target=raised.intervention))
    assert lane.happened(e.CashPaidOut)[-1] == e.CashPaidOut(
        second.payout, "by_staff", Money(left, "BDT"), Money(0, "BDT"), by="1"
    )
    assert lane.state.payouts == ()


def test_what_may_have_come_out_and_may_not_is_for_staff_to_look_at() -> None:
    lane, due = _lane()
    tender = _pay(lane)
    given = _insert_all(lane, tender, due)
    lane.tell(_told(tender, *given, is_open=False))
    lane.tell(i.PayoutTold(lane.effect(f.PayOut).payout, "unknown", ()))
    assert lane.no_effect(f.PayOut), "nothing is given out twice"
    assert [(r.kind, r.reason) for r in lane.state.interventions] == [("change_owed", "unknown")]


def _cut_and_asked(lane: HandLane) -> list[f.Effect]:
    lane.power_cut()
    return [effect for effect in lane.effects if isinstance(effect, f.CashEffect)]


def test_power_lost_while_coins_fall_the_machine_is_asked_what_it_took() -> None:
    lane, due = _lane()
    tender = _pay(lane)
    lane.tell(_told(tender, (500, "coin")))
    assert f.AskCash(tender) in _cut_and_asked(lane)
    lane.tell(_told(tender, (500, "coin"), (200, "coin")), i.CashStands("ok", HELD))
    assert lane.effect(f.TakeCash).tender == tender, "it goes on taking"
    assert lane.screen.body == s.CashMachineBody(
        Money(due, "BDT"), Money(0, "BDT"), Money(700, "BDT"), Money(due - 700, "BDT"), Money(0, "BDT"), "insert",
        notes=True,
        largest=Money(5_000, "BDT"),
        part=True,
    )  # fmt: skip


@pytest.mark.parametrize("outcome", ["not_begun", "paid"])
def test_power_lost_before_the_change_was_confirmed_it_is_asked_about_and_given_once(outcome: str) -> None:
    lane, due = _lane()
    tender = _pay(lane)
    given = _insert_all(lane, tender, due)
    lane.tell(_told(tender, *given, is_open=False))
    paid = lane.effect(f.PayOut)
    assert f.AskPayout(paid.payout) in _cut_and_asked(lane)
    lane.tell(i.PayoutTold(paid.payout, outcome, paid.cash if outcome == "paid" else ()))  # type: ignore[arg-type]  # two of its words
    if outcome == "not_begun":
        assert lane.effect(f.PayOut) == paid
        lane.tell(i.PayoutTold(paid.payout, "paid", paid.cash))
    assert lane.no_effect(f.PayOut)
    assert lane.state.payouts == ()


def test_a_machine_that_never_began_is_no_payment() -> None:
    lane, _ = _lane()
    tender = _pay(lane)
    _cut_and_asked(lane)
    lane.tell(i.CashTold(tender))
    assert lane.happened(e.TenderSettled)[-1].outcome == "cancelled"
    assert lane.happened(e.CashOwed) == []


def test_a_silent_machine_calls_staff_and_goes_on_when_it_answers() -> None:
    lane, _ = _lane()
    tender = _pay(lane)
    lane.tell(i.CashSilent(tender))
    assert [(r.kind, r.blocks) for r in lane.state.interventions] == [("cash_machine", "payment")]
    lane.tell(i.TimerElapsed("cash_status"))
    assert f.AskCash(tender) in lane.effects
    lane.tell(_told(tender, (500, "coin")))
    assert lane.state.interventions == ()


def test_staff_take_a_jammed_machine_s_shopper_over_and_hand_back_what_it_had_counted() -> None:
    lane, _ = _lane()
    tender = _pay(lane)
    lane.tell(_told(tender, (500, "coin")), i.CashStands("coin_jam", HELD))
    raised = lane.state.interventions[0]
    lane.tell(i.OperatorSignedIn("1", "Rafi", "attendant", "pin"), i.OperatorActed("approve", raised.intervention))
    assert lane.happened(e.TenderSettled)[-1].outcome == "cancelled"
    assert lane.happened(e.CashPaidOut)[-1].amount == Money(500, "BDT")
    lane.tell(i.OperatorSignedOut(), i.CheckoutRequested(), i.TenderChosen("cash"))
    assert isinstance(lane.screen.body, s.CashBody), "staff take cash while it is jammed"


def test_money_that_lies_in_it_is_not_thrown_to_whoever_comes_by() -> None:
    lane, _ = _lane()
    tender = _pay(lane)
    lane.tell(_told(tender, (500, "coin")), i.TimerElapsed("cash"))
    assert lane.no_effect(f.EndCash)
    assert [(r.kind, r.reason) for r in lane.state.interventions] == [("cash_machine", "left")]


def test_a_basket_that_is_voided_after_all_gives_back_what_the_machine_was_paid_less_its_change() -> None:
    """A part in cash stands in the journal, as it would where another way to pay was to follow."""
    lane, due = _lane()
    tender = _pay(lane)
    lane.tell(_told(tender, (1_000, "note")))
    part, change = Money(700, "BDT"), Money(300, "BDT")
    assert part.minor < due
    lane.journal.append(e.TenderSettled(tender, "approved", part, received=Money(1_000, "BDT"), change=change))
    lane.power_cut()
    lane.tell(i.CashStands("ok", HELD), i.OperatorSignedIn("2", "Nadia", "supervisor", "pin"))
    lane.tell(i.OperatorActed("cancel_transaction", reason="left_behind"))
    back = lane.happened(e.TenderReversed)[-1]
    assert (back.stage, back.amount, back.reason) == ("done", part, "cash_given_back")
    owed = lane.happened(e.CashOwed)[-1]
    assert (owed.owed_for, owed.amount, owed.tender) == ("given_back", part, tender)
    paid = lane.effect(f.PayOut)
    assert worth(paid.cash) == part.minor
    assert lane.happened(e.TransactionVoided)
    lane.power_cut()
    assert f.AskPayout(paid.payout) in lane.effects, "it outlasts basket and power"
    lane.tell(i.PayoutTold(paid.payout, "paid", paid.cash))
    assert lane.state.payouts == ()


def test_a_doubt_of_the_machine_s_is_staff_s_to_look_at() -> None:
    lane, _ = _lane()
    tender = _pay(lane)
    lane.tell(i.PaymentCancelled(), i.CashTold(tender, _pieces((500, "coin")), doubt="power was lost"))
    assert [(r.kind, r.reason) for r in lane.state.interventions] == [("cash_machine", "doubt")]


def test_counting_is_a_supervisor_s_and_on_record_with_what_lies_there() -> None:
    lane = open_lane()
    lane.tell(i.CashStands("ok", HELD), i.OperatorSignedIn("1", "Rafi", "attendant", "pin"))
    lane.tell(i.OperatorActed("cash_count", target="coin:100", quantity=50))
    assert lane.no_effect(f.CountCash)
    lane.tell(i.OperatorSignedIn("2", "Nadia", "supervisor", "pin"))
    lane.tell(i.OperatorActed("cash_count", target="coin:100", quantity=50))
    assert lane.effect(f.CountCash) == f.CountCash("store", "2", (CashPieces(100, "coin", 50),))
    after = (CashHeld(100, "coin", 50), *HELD[1:])
    lane.tell(i.CashStands("ok", after, "store", "2"))
    assert lane.happened(e.CashCounted)[-1].held == after
    lane.tell(i.OperatorActed("cashbox_emptied"))
    assert lane.effect(f.CountCash).what == "cashbox"


def test_the_rest_is_paid_in_another_way_and_what_is_in_the_machine_stays_paid() -> None:
    lane, due = _lane()
    tender = _pay(lane)
    lane.tell(i.RestOtherwise())
    assert lane.happened(e.TenderSettled) == [], "nothing is in it yet"
    lane.tell(_told(tender, (500, "coin"), (200, "coin")))
    lane.tell(i.RestOtherwise())
    assert lane.effect(f.EndCash).tender == tender
    lane.tell(_told(tender, (500, "coin"), (200, "coin"), (100, "coin"), is_open=False))
    settled = lane.happened(e.TenderSettled)[-1]
    assert (settled.outcome, settled.amount.minor, settled.rounding) == ("partial", 800, None)
    assert lane.no_effect(f.PayOut)
    assert isinstance(lane.screen.body, s.TenderChoiceBody)
    lane.tell(i.TenderChosen("card"))
    charged = lane.effect(f.Charge)
    assert charged.amount == Money(due - 800, "BDT")
    lane.tell(i.TerminalAnswered(charged.tender, "approved", charged.amount))
    completed = lane.happened(e.TransactionCompleted)[0]
    assert sum(each.amount.minor for each in completed.tenders) == completed.total.minor == due
    assert lane.happened(e.CashOwed) == [], "there is no change"


def test_cash_that_makes_the_sale_whole_meanwhile_completes_it_with_its_change() -> None:
    lane, due = _lane()
    tender = _pay(lane)
    lane.tell(_told(tender, (500, "coin")), i.RestOtherwise())
    lane.tell(_told(tender, (500, "coin"), *_notes(due), is_open=False))
    assert lane.happened(e.TransactionCompleted)[0].tenders[0].change == lane.happened(e.CashOwed)[0].amount


def test_the_part_in_the_machine_goes_back_where_the_rest_is_never_paid() -> None:
    lane, _ = _lane()
    tender = _pay(lane)
    lane.tell(_told(tender, (500, "coin")), i.RestOtherwise(), _told(tender, (500, "coin"), is_open=False))
    lane.tell(
        i.OperatorSignedIn("1", "Rafi", "supervisor", "pin"), i.OperatorActed("cancel_transaction", reason="gone")
    )
    owed = lane.happened(e.CashOwed)[-1]
    assert (owed.owed_for, owed.amount.minor) == ("given_back", 500)


def test_the_screen_promises_no_change_of_a_hopper_that_is_jammed_and_names_what_is_taken_past_a_gap() -> None:
    lane, due = _lane()
    _pay(lane)
    lane.tell(i.CashStands("hopper_jam", HELD))
    body = lane.screen.body
    assert isinstance(body, s.CashMachineBody)
    assert body.largest.minor == max((value for value, _ in lane.effect(f.TakeCash).accepts), default=0) == 0
    coins, notes = CashHeld(100, "coin", 15), (1_000, 2_000, due)
    lane.tell(i.CashStands("ok", (coins, *(CashHeld(value, "note", dispensable=False) for value in notes))))
    assert {value for value, _ in lane.effect(f.TakeCash).accepts} == {100, 1_000, due}
    body = lane.screen.body
    assert isinstance(body, s.CashMachineBody)
    assert not body.largest, "what lies between is not taken"
    assert [(least.minor, most.minor) for least, most in body.ranges] == [(100, 1_000), (due, due)]
