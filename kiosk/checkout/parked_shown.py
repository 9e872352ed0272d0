"""What is on show of baskets that are put aside: the slip before its shopper, and the list that staff choose from."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout import screen as s
from kiosk.checkout.deciding.slips import code_of
from kiosk.checkout.parked import ParkedRow
from kiosk.checkout.state import State, Transaction
from kiosk.retail.policy import Policy

__all__ = ["parked_body", "slip_body"]

_MINUTE_MS = 60_000


def slip_body(state: State, policy: Policy) -> s.SlipBody | None:
    """The slip that somebody stands before; ``None``: nobody does."""
    slip = state.slip
    basket = next((b for b in state.suspended if slip is not None and b.opened.transaction.uuid == slip.uuid), None)
    if slip is None or basket is None or basket.parked is None or state.live.view != "slip":
        return None
    aside, come_to, named = basket.parked, basket.comes_to, basket.opened.transaction
    stage: Literal["printing", "printed", "failed"] = slip.outcome or "printing"
    return s.SlipBody(
        named.reference,
        come_to.total,
        come_to.count,
        aside.reason == "counter",
        stage,
        code_of(state, policy, basket) if stage == "failed" else "",
        (aside.expires_ms - aside.utc_ms) // _MINUTE_MS if aside.expires_ms else 0,
    )


def parked_body(state: State) -> s.ParkedBody:
    """This lane's, newest first, as head office sees them where it has told; then those of other lanes."""
    shown = state.live.parked
    told = {row.uuid: row for row in shown.rows}
    own = tuple(told.get(row.uuid, row) for row in map(_own, reversed(state.suspended)))
    here = {row.uuid for row in own}
    others = tuple(row for row in shown.rows if row.uuid not in here and row.state in ("free", "given"))
    stage: Literal["asking", "told", "offline"] = "offline" if shown.offline else "told"
    if shown.correlation:
        stage = "asking"
    return s.ParkedBody(own + others, stage, shown.utc_ms, busy=bool(state.live.basket_asked.correlation))


def _own(basket: Transaction) -> ParkedRow:
    named, come_to, aside = basket.opened.transaction, basket.comes_to, basket.parked
    return ParkedRow(
        uuid=named.uuid,
        workstation=named.workstation,
        reference=named.reference,
        utc_ms=aside.utc_ms if aside is not None else 0,
        lines=len(basket.live_lines),
        total=come_to.total,
        reason=aside.reason if aside is not None else "",
        expires_ms=aside.expires_ms if aside is not None else 0,
        state="own",
    )
