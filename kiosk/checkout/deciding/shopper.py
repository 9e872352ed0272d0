"""The shopper's own way through the visit: arriving, language, views, loyalty, help, walking away."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import (
    burning,
    diagnosing,
    earning,
    entry,
    fiscal,
    lookalikes,
    payment,
    qr,
    receipt,
    restricting,
    slips,
    takeover,
    ways,
)
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Phase
from kiosk.checkout.text import text
from kiosk.checkout.visit_state import MAXIMUM_SUSPENDED
from kiosk.retail.book import Member
from kiosk.retail.item import Item

__all__ = [
    "arrive",
    "help_pressed",
    "language",
    "loyalty",
    "member_answered",
    "park",
    "produce_seen",
    "show_view",
    "timer",
    "walked_away",
]

PRODUCE_MS = 300
"""The pick list waits so long for the camera's guesses, and is then drawn once."""
MAXIMUM_SUGGESTIONS = 5
_CONVENTIONAL_DIGITS = 4
_OF_STAFF = frozenset({"staff", "staff_sign_in", "devices", "refund", "parked"})


def arrive(desk: Desk, arrived: i.ShopperArrived) -> None:
    """Somebody touched the attract screen (or the last goodbye)."""
    if desk.phase is Phase.FINISHING and not receipt.next_shopper(desk):
        return
    if desk.phase is not Phase.IDLE:
        return
    desk.next_visit()
    language(desk, arrived.language)
    desk.happened(e.ViewShown("basket"), e.NoticeShown(None))


def language(desk: Desk, wanted: str) -> None:
    """Speak another language from now on."""
    if wanted in desk.policy.languages and wanted != desk.state.language:
        desk.happened(e.LanguageSet(wanted))


def show_view(desk: Desk, wanted: i.ViewRequested) -> None:
    """Move about. Nothing moves while money is on its way, or an item waits for staff."""
    basket = desk.basket
    if desk.state.live.second is not None:
        desk.happened(e.SecondAwaited(None))
        return
    if wanted.view == "staff_sign_in":
        desk.happened(e.ViewShown("staff" if desk.state.operator is not None else "staff_sign_in"))
        return
    if wanted.view == "parked":
        takeover.listed(desk)
        return
    if wanted.view in ("staff", "devices"):
        diagnosing.show_view(desk, wanted)
        return
    if wanted.view == "tender_choice":
        payment.request_checkout(desk)
        return
    if wanted.view == "basket" and desk.state.live.view in _OF_STAFF:
        desk.happened(e.ViewShown("attract" if basket is None else "basket"), e.NoticeShown(None))
        return
    if basket is not None and basket.open_tender is not None:
        return
    if wanted.view == "quantity" and not _counted(desk, wanted.line):
        return
    desk.happened(e.ViewShown(wanted.view, wanted.line), e.NoticeShown(None))
    if wanted.view == "look_up":
        asked = desk.mint()
        desk.happened(e.SuggestionsShown(asked))
        desk.do(f.AskProduce(asked, PRODUCE_MS))


def produce_seen(desk: Desk, seen: i.ProduceSeen) -> None:
    """What the camera guesses comes first in the look-up, where it is sold; an answer to an earlier asking is none."""
    if lookalikes.seen(desk, seen):
        return
    if seen.correlation != desk.state.live.suggestions.correlation or not seen.correlation:
        return
    items = [item for number in seen.numbers for item in _under(desk, number)]
    suggested = tuple(dict.fromkeys(item.item_id for item in items))[:MAXIMUM_SUGGESTIONS]
    desk.happened(e.SuggestionsShown("", suggested, items[0].department if items else ""))


def _under(desk: Desk, number: str) -> list[Item]:
    """What the book sells under a price look-up number, and grown organically under 9 and that number (IFPS)."""
    numbers = (number, f"9{number}") if len(number) == _CONVENTIONAL_DIGITS else (number,)
    return [item for item in map(desk.book.by_plu, numbers) if item is not None]


def _counted(desk: Desk, number: int | None) -> bool:
    lines = desk.basket.live_lines if desk.basket is not None else ()
    return any(line.line == number and line.weight is None for line in lines)


def help_pressed(desk: Desk) -> None:
    """Call staff; pressed again, they need not come."""
    raised = desk.intervention("help")
    if raised is not None:
        desk.clear(raised, "withdrawn", "shopper")
        desk.happened(e.NoticeShown(None))
        return
    desk.raise_intervention("help", blocks="nothing")
    desk.happened(e.NoticeShown(text("help.called"), "info", "help"))
    desk.do(f.Beep("help"), f.StartTimer("notice", 6_000))


# --- loyalty -----------------------------------------------------------------------------------------------------


def loyalty(desk: Desk, presented: i.LoyaltyPresented) -> None:
    """A loyalty card or phone number: known here, or asked of head office."""
    if desk.phase is Phase.OUT_OF_SERVICE or (desk.phase is Phase.FINISHING and not receipt.next_shopper(desk)):
        return
    if desk.basket is not None and desk.basket.open_tender is not None:
        desk.refuse(text("pay.scan_refused"))
        return
    if desk.basket is not None and earning.burned(desk.basket)[0]:
        desk.refuse(text("points.member_stays"))
        return
    if _paying(desk):
        desk.refuse(text("loyalty.paying"))
        return
    member = desk.book.member(presented.keyed_hash)
    if member is not None:
        _attach(desk, member, presented.method)
        if not desk.state.live.online or presented.method != "card" or desk.basket is None:
            return
    asked = e.MemberAsked(desk.mint(), presented.method, member.member_id if member is not None else "")
    desk.happened(asked)
    desk.do(f.AskMember(asked.correlation, presented.keyed_hash, desk.policy.timeouts.ask))


def loyalty_refused(desk: Desk, refused: i.LoyaltyRefused) -> None:
    """A card that is none of ours: what to do instead."""
    if desk.phase is not Phase.OUT_OF_SERVICE:
        desk.refuse(text(f"loyalty.{refused.reason}"))


def member_answered(desk: Desk, answer: i.MemberAnswered) -> None:
    """Head office knows the member, or nobody, or could not be asked."""
    asked = desk.state.live.member_ask
    if asked is None or asked.correlation != answer.correlation:
        return
    desk.happened(e.MemberAsked(""))
    if asked.member_id:
        if desk.basket is not None and desk.basket.member_id == asked.member_id == answer.member_id:
            burning.told(desk, answer.points)
            _tell_more(desk, answer)
    elif answer.member_id and _paying(desk):
        desk.refuse(text("loyalty.paying"))
    elif answer.member_id:
        found = Member(
            answer.member_id,
            answer.tier,
            points=answer.points,
            points_utc_ms=desk.moment.utc_ms,
            segments=answer.segments,
        )
        _attach(desk, found, asked.method)
        _tell_more(desk, answer)
    else:
        desk.refuse(text("loyalty.offline" if answer.offline else "loyalty.unknown"))


def _paying(desk: Desk) -> bool:
    """Money is on its way or was paid: who buys, and with it what things cost, is settled."""
    return desk.basket is not None and bool(desk.basket.paid or desk.basket.open_tender is not None)


def _tell_more(desk: Desk, told: i.MemberAnswered) -> None:
    """What only head office knows of a member; nothing changes once money is being paid."""
    basket = desk.basket
    if basket is None or basket.member_id != told.member_id or _paying(desk):
        return
    desk.happened(e.MemberTold(told.visit, told.segments, told.used))
    entry.settle_offers(desk)


def _attach(desk: Desk, member: Member, method: e.LoyaltyMethod) -> None:
    """What a member has is told to whoever holds the card; a number anybody may type only earns."""
    if desk.phase in (Phase.FINISHING, Phase.OUT_OF_SERVICE):
        return
    entry.open_transaction(desk)
    points, as_of = (member.points, member.points_utc_ms) if method == "card" else (None, 0)
    desk.happened(e.LoyaltyAttached(member.member_id, member.tier, method, points, as_of, member.segments))
    entry.settle_offers(desk)
    restricting.judge_member(desk)
    desk.happened(e.ViewShown("basket"))
    desk.say(text("loyalty.welcome" if method == "card" else "loyalty.points_only"))
    desk.do(f.Beep("scan"))


# --- walking away ------------------------------------------------------------------------------------------------


def timer(desk: Desk, name: str) -> None:  # noqa: C901, PLR0912 - one flat table
    """A timer that an effect started has run out."""
    match name:
        case "idle":
            _warn(desk)
        case "leaving":
            walked_away(desk)
        case "notice":
            desk.happened(e.NoticeShown(None))
        case "slip":
            slips.timed_out(desk)
        case slips.TIMER:
            slips.expire(desk)
        case "thanks":
            receipt.leave(desk)
        case "receipt":
            receipt.timed_out(desk)
        case "card" | "card_status":
            payment.ask_again(desk)
        case "qr":
            qr.count_down(desk)
        case "left":
            payment.leave(desk)
        case "doubt":
            payment.ask_doubtful(desk)
        case "reversal":
            payment.reversals_again(desk, "card", "qr", "voucher", *ways.HELD)
        case "fiscal" | "fiscal_owed" | "fiscal_limit" | "fiscal_day" | "fiscal_cancel":
            fiscal.timer(desk, name)
        case _:
            pass


def _present(desk: Desk) -> bool:
    """Somebody has begun something that a next shopper must not find."""
    state = desk.state
    begun = bool(state.language) or state.large_text or state.high_contrast or state.live.view != "attract"
    between = desk.phase in (Phase.IDLE, Phase.OUT_OF_SERVICE)
    return desk.phase in (Phase.SCANNING, Phase.TENDERING) or (between and begun)


def _warn(desk: Desk) -> None:
    basket = desk.basket
    if not _present(desk) or (basket is not None and basket.open_tender is not None):
        return
    if desk.state.operator is not None:
        return
    desk.happened(e.LeavingShown(leaving=True))
    desk.do(f.StartTimer("leaving", desk.policy.timeouts.warning))


def walked_away(desk: Desk) -> None:
    """Nobody came back: park an unpaid basket, call staff about a part-paid one, clear an empty screen."""
    if not desk.state.live.leaving:
        return
    basket = desk.basket
    if basket is None:
        desk.withdraw_interventions("system")
        desk.happened(e.ShopperLeft())
        return
    if basket.paid or basket.returns is not None:
        desk.happened(e.LeavingShown(leaving=False))
        if desk.intervention("help") is None:
            desk.raise_intervention("help", blocks="nothing")
        return
    if basket.live_lines:
        park(desk, "system", "walked_away")
    else:
        desk.withdraw_interventions("system")
        desk.happened(e.TransactionVoided(basket.opened.transaction.uuid, "system", "empty"))


def park(desk: Desk, by: str, reason: str) -> None:
    """Suspend the unpaid basket; the oldest parked one makes room."""
    basket = desk.basket
    if basket is None:
        return
    desk.withdraw_interventions(by)
    if len(desk.state.suspended) >= MAXIMUM_SUSPENDED:
        oldest = desk.state.suspended[0].opened.transaction.uuid
        desk.happened(e.TransactionVoided(oldest, "system", "never_taken_up"))
    named, lines = basket.opened.transaction, takeover.portable(basket)
    now, slip = desk.moment.utc_ms, slips.job_for(desk, reason)
    expires = desk.policy.parking.expires_ms(reason, now)
    come_to = basket.comes_to
    desk.happened(
        e.TransactionSuspended(
            named.uuid,
            by,
            reason,
            now,
            lines,
            expires,
            slip,
            named.reference,
            come_to.total,
            come_to.count,
            basket.opened.local,
        )
    )
    slips.send(desk)
    slips.watch(desk)
