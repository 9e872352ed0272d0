"""A member's card at the loyalty reader, from the stripe to the tier on the screen; a bank card, to a word."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from headoffice.keyed import keyed_hash
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.retail.book import Member
from kiosk.settings import Phone
from kiosk.workstation.identity import Hasher
from kiosk.workstation.intake import Intake
from samples.catalogue import SampleMember, load_shop
from tests.support.kiosk import SHOP_KEY, Lane, Running, lane
from tests.support.rigs import opened
from tests.support.rigs.loyalty_card.hid_msr import stripe_reader
from tests.support.shop import MemoryBook, bangladesh, small_shop
from tests.support.waiting import wait_until, wait_until_async

MEMBER: SampleMember = load_shop("bd").members[0]
KEYED = keyed_hash(bytes.fromhex(SHOP_KEY), "card", MEMBER.card_number)
READER = """
[devices.loyalty_card]
category = "loyalty_card"
model = "simulated"
settings = {{ knob_socket = "{folder}/loyalty_card" }}
"""


def _book() -> MemoryBook:
    """The small shop, with a member of the sample shop's in its directory, by head office's own hash."""
    book = small_shop()
    return replace(book, members={KEYED: Member(MEMBER.member_id, MEMBER.tier)})


def _with_a_reader(at: Lane) -> Lane:
    at.settings.write_text(at.settings.read_text("utf-8") + READER.format(folder=at.folder), "utf-8")
    return at


def _notice(kiosk: Running) -> str:
    notice = kiosk.screens[-1].notice
    return notice.text.message if notice is not None else ""


def test_a_member_s_card_attaches_them_and_a_bank_card_is_told_where_it_pays() -> None:
    with lane(_book()) as at, _with_a_reader(at).kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        wait_until(lambda: at.state_of("loyalty_card")["enabled"], what="the reader is enabled")
        at.turn("loyalty_card", "present", data=MEMBER.card_number, kind="magnetic")
        wait_until(lambda: at.happened(e.LoyaltyAttached), what="a member")
        (attached,) = at.happened(e.LoyaltyAttached)
        assert (attached.member_id, attached.method) == (MEMBER.member_id, "card")
        assert kiosk.sees(s.BasketBody).member_tier == MEMBER.tier
        at.turn("loyalty_card", "refuse", reason="bank_card")
        wait_until(lambda: _notice(kiosk) == "loyalty.bank_card", what="where a bank card pays")
        assert not any(MEMBER.card_number in repr(event) for event in at.journal())


def test_a_swiped_stripe_reaches_the_directory_by_the_hash_that_head_office_gave() -> None:
    async def run() -> None:
        put: list[i.Input] = []
        intake = Intake(
            put=put.append,
            mono_ms=lambda: 0,
            hasher=Hasher(SHOP_KEY),
            phone=Phone(),
            policy=bangladesh,
            operators=tuple,
        )
        async with stripe_reader() as (driver, inside, _device):
            seen = await opened(driver)
            await inside.present(data=MEMBER.card_number)
            await inside.swipe(track2=";4111111111111111=30121010000000000000?")
            await wait_until_async(lambda: len(seen.events) == 3, what="ready and two cards")
            for event in seen.events:
                intake.event(event)
        assert put == [i.LoyaltyPresented(KEYED, "card"), i.LoyaltyRefused("bank_card")]
        member = _book().member(KEYED)
        assert member is not None
        assert member.member_id == MEMBER.member_id

    asyncio.run(run())
