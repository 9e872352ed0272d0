"""Every act and every role: done by who may, refused and kept on record where they may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import StaffBody, StaffSignInBody
from kiosk.retail.cash import CashHeld
from kiosk.retail.exemption import ExemptionRule
from kiosk.retail.fiscal import FiscalRule
from kiosk.retail.money import Money
from kiosk.retail.rights import ACTS, Act, Reason, Rights, Role, default_roles
from tests.support.lane import HandLane, open_lane
from tests.support.shop import bangladesh, small_shop

MILK, BLADES = "8901234567890", "036000291452"
ROLES = [role.role for role in default_roles()]


def lane_with(rights: Rights) -> HandLane:
    return open_lane(small_shop(replace(bangladesh(), exemption=ExemptionRule(), rights=rights)))


def staff(role: str, operator: str = "op1") -> i.OperatorSignedIn:
    return i.OperatorSignedIn(operator, "Rahima", role, "badge")


def ready_for(act: Act, rights: Rights, role: str) -> tuple[HandLane, i.OperatorActed]:
    """A lane at which only the right is missing, and the act."""
    lane = lane_with(replace(rights, keyed_weight="marked"))
    made_ready(lane, act)
    return lane.tell(staff(role)), acted(lane, act)


def made_ready(lane: HandLane, act: Act) -> None:  # noqa: C901, PLR0912 - one flat table
    match act:
        case "approve" | "refuse":
            lane.scan(BLADES)
        case "cash_received":
            lane.scan(MILK).tell(i.CheckoutRequested(), i.TenderChosen("cash"))
        case "tender_was_approved" | "tender_was_declined":
            tender = lane.scan(MILK).pay_by_card()
            lane.tell(i.TerminalSilent(tender), i.TerminalAnswered(tender, "unknown"))
        case "resume_suspended":
            lane.scan(MILK).tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"))
        case "reprint":
            lane.approve(lane.scan(MILK).pay_by_card())
            lane.tell(i.PrinterAnswered(lane.happened(e.ReceiptRequested)[-1].job, "printed"))
        case "x_report" | "z_report" | "print_z":
            lane.approve(lane.scan(MILK).pay_by_card()).tell(i.ReceiptChosen("paper"))
            lane.tell(i.PrinterAnswered(lane.happened(e.ReceiptRequested)[-1].job, "printed"), i.TimerElapsed("thanks"))
            if act == "print_z":
                lane.tell(i.HeadOfficeCommanded("close_day"))
        case "weight_keyed":
            lane.tell(i.ItemChosen("banana"))
        case "training" | "paper_change" | "device_test":
            pass
        case "fiscal_skip":
            lane.book.policy = replace(lane.book.policy, fiscal=FiscalRule())
            lane.approve(lane.scan(MILK).pay_by_card())
        case "cash_count" | "cashbox_emptied":
            lane.tell(i.CashStands("ok", (CashHeld(100, "coin", 9),)))
        case "open_lane":
            lane.tell(i.HeadOfficeCommanded("close_lane", "cleaning"))
        case _:
            lane.scan(MILK)


def acted(lane: HandLane, act: Act) -> i.OperatorActed:
    """The act with all it needs."""
    target = lane.state.interventions[0].intervention if act in ("approve", "refuse") else ""
    wanted: dict[Act, i.OperatorActed] = {
        "void_line": i.OperatorActed(act, line=1),
        "cash_received": i.OperatorActed(act, amount=Money(10_000, "BDT")),
        "price_override": i.OperatorActed(act, line=1, amount=Money(9000, "BDT"), reason="damaged"),
        "quantity": i.OperatorActed(act, line=1, quantity=150),
        "weight_keyed": i.OperatorActed(act, quantity=1250, reason="scale_out"),
        "no_sale": i.OperatorActed(act, reason="change"),
        "cash_count": i.OperatorActed(act, "coin:100", quantity=50),
        "tax_exempt": i.OperatorActed(act, "00412", reason="diplomatic"),
        "coupon": i.OperatorActed(act, "SPRING"),
    }
    return wanted.get(act, i.OperatorActed(act, target))


def only(role: str, *acts: Act) -> Rights:
    return Rights(roles=(Role(role, acts, override_percent=None),))


@pytest.mark.parametrize("act", ACTS)
def test_whoever_may_do_an_act_does_it_and_is_on_record(act: Act) -> None:
    lane, acted = ready_for(act, only("clerk", act), "clerk")
    lane.tell(acted)
    (done,) = lane.happened(e.StaffActed)
    assert (done.act, done.by, done.role, done.target, done.line) == (act, "op1", "clerk", acted.target, acted.line)
    assert lane.happened(e.StaffActRefused) == []


@pytest.mark.parametrize("act", ACTS)
def test_whoever_may_do_everything_but_an_act_is_told_and_nothing_else_happens(act: Act) -> None:
    lane, acted = ready_for(act, only("clerk", *(other for other in ACTS if other != act)), "clerk")
    before = len(lane.journal)
    lane.tell(acted)
    (refused,) = lane.journal[before:]
    assert isinstance(refused, e.StaffActRefused)
    assert (refused.act, refused.by, refused.why) == (act, "op1", "role")
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "staff.denied_role"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("act", ACTS)
def test_the_default_table_holds_for_every_act_and_role(act: Act, role: str) -> None:
    rights = Rights()
    lane, acted = ready_for(act, rights, role)
    lane.tell(acted)
    judged = act not in ("approve", "refuse") or rights.may_judge(role, "staff_item")
    assert bool(lane.happened(e.StaffActed)) == (rights.may(role, act) and judged)
    assert bool(lane.happened(e.StaffActRefused)) != bool(lane.happened(e.StaffActed))


@pytest.mark.parametrize("act", ACTS)
def test_the_screen_offers_no_act_that_the_role_may_not_do(act: Act) -> None:
    lane, _ = ready_for(act, only("clerk", *(other for other in ACTS if other != act)), "clerk")
    body = lane.tell(i.ViewRequested("staff")).screen.body
    assert isinstance(body, StaffBody)
    assert act not in body.acts


def test_a_role_the_shop_does_not_know_may_do_nothing() -> None:
    for act in ACTS:
        lane, acted = ready_for(act, Rights(), "director")
        lane.tell(acted)
        assert lane.happened(e.StaffActed) == []


def test_a_role_judges_only_the_interventions_it_is_for() -> None:
    rights = Rights(roles=(Role("greeter", ("approve", "refuse"), judges=("help",)),))
    lane, acted = ready_for("approve", rights, "greeter")
    lane.tell(acted)
    assert [refused.why for refused in lane.happened(e.StaffActRefused)] == ["kind"]
    lane.tell(i.HelpPressed())
    asked = next(r.intervention for r in lane.state.interventions if r.kind == "help")
    lane.tell(i.OperatorActed("approve", asked))
    assert [done.target for done in lane.happened(e.StaffActed)] == [asked]


def test_an_intervention_names_the_lowest_role_that_may_clear_it() -> None:
    rights = Rights(roles=(Role("attendant", ACTS, judges=("help",)), Role("supervisor", ACTS)))
    lane = lane_with(rights).scan(BLADES).tell(i.HelpPressed())
    assert [(r.kind, r.may_clear) for r in lane.state.interventions] == [
        ("staff_item", "supervisor"),
        ("help", "attendant"),
    ]


REASONED = Rights(
    reasons=(Reason("damaged", {"en": "Damaged"}), Reason("lost", {"en": "Lost"}, ("reprint",))),
    need_reason=("void_line",),
)


@pytest.mark.parametrize(("reason", "done"), [("", False), ("lost", False), ("whim", False), ("damaged", True)])
def test_an_act_that_needs_a_reason_is_done_for_one_of_the_list(reason: str, done: bool) -> None:  # noqa: FBT001 - a case
    lane, acted = ready_for("void_line", REASONED, "attendant")
    lane.tell(replace(acted, reason=reason))
    assert [(d.act, d.reason) for d in lane.happened(e.StaffActed)] == ([("void_line", reason)] if done else [])
    assert [refused.why for refused in lane.happened(e.StaffActRefused)] == ([] if done else ["reason"])


FOUR_EYES = replace(REASONED, need_reason=(), need_second=("cancel_transaction",))


def test_an_act_for_two_waits_for_the_second_and_names_both() -> None:
    lane, acted = ready_for("cancel_transaction", FOUR_EYES, "attendant")
    lane.tell(acted)
    assert lane.happened(e.TransactionVoided) == []
    body = lane.screen.body
    assert isinstance(body, StaffSignInBody)
    assert body.second_for == "cancel_transaction"
    lane.tell(staff("supervisor", "op2"))
    (done,) = lane.happened(e.StaffActed)
    assert (done.by, done.second) == ("op1", "op2")
    assert len(lane.happened(e.TransactionVoided)) == 1
    assert lane.state.operator is not None
    assert lane.state.operator.operator_id == "op1", "the second came to confirm, not to take over"


@pytest.mark.parametrize(
    "second",
    [
        staff("supervisor", "op1"),
        i.OperatorSignedIn("staff_key", "Staff key", "supervisor", "key"),
        staff("attendant", "op2"),
        staff("technician", "op3"),
    ],
    ids=["themselves", "a key", "no witness", "a role without the right"],
)
def test_not_everybody_is_a_second_person(second: i.OperatorSignedIn) -> None:
    lane, acted = ready_for("cancel_transaction", FOUR_EYES, "attendant")
    lane.tell(acted, second)
    assert lane.happened(e.TransactionVoided) == []
    assert lane.happened(e.StaffActed) == []


@pytest.mark.parametrize("away", [i.ViewRequested("basket"), i.OperatorSignedOut(), i.TimerElapsed("staff")])
def test_an_act_that_nobody_confirms_is_given_up(away: i.Input) -> None:
    lane, acted = ready_for("cancel_transaction", FOUR_EYES, "attendant")
    lane.tell(acted, away, staff("supervisor", "op2"))
    assert lane.happened(e.TransactionVoided) == []


def test_nobody_acts_who_has_not_signed_in() -> None:
    lane = open_lane().scan(MILK)
    before = len(lane.journal)
    lane.tell(*(i.OperatorActed(act, line=1) for act in ACTS))
    assert lane.journal[before:] == []


def test_a_shut_sign_in_is_on_record_and_opens_by_itself() -> None:
    lane = open_lane().tell(i.ViewRequested("staff_sign_in"), i.OperatorRefused(0, "pin", 60_000))
    assert [(k.method, k.wait_ms) for k in lane.happened(e.SignInShut)] == [("pin", 60_000)]
    assert f.StartTimer("sign_in", 60_000) in lane.effects
    assert lane.screen.body == StaffSignInBody(0)
    lane.tell(i.OperatorRefused(0))
    assert len(lane.happened(e.SignInShut)) == 1, "a try at a shut door is no second shutting"
    lane.tell(i.TimerElapsed("sign_in"))
    assert lane.screen.body == StaffSignInBody(None)


def test_whoever_signs_in_leaves_no_count_of_wrong_tries() -> None:
    lane = open_lane().tell(i.OperatorRefused(2), staff("attendant"), i.OperatorSignedOut())
    lane.tell(i.ViewRequested("staff_sign_in"))
    assert lane.screen.body == StaffSignInBody(None)
