"""Commands from head office, of two kinds.

A ``LaneOrder`` holds until it is carried out: retained under ``cmd/{kind}/{ident}`` until the kiosk clears it. It may
be delivered again after any restart, so each is known by its number and carried out once.

A ``StaffOrder`` is what an attendant wants at this moment, and is worth nothing later: it is never retained, the broker
drops it when its expiry runs out, and the lane carries each out once. What became of either stands in the lane's
journal, as ``CommandAnswered``.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

import msgspec

from messages.envelope import Count, Message, Text

__all__ = [
    "LANE",
    "MOST_WORDS",
    "PREPARED",
    "LaneOrder",
    "Prepared",
    "StaffDeed",
    "StaffOrder",
    "Words",
]

LANE = "lane"
"""The kind under which ``LaneOrder`` travels: ``cmd/lane/{ident}``."""

StaffDeed = Literal["clear_intervention", "message", "on_the_way", "unlock_sign_in", "restart"]
Prepared = Literal["wait", "bagging", "scan_again", "to_the_desk", "closing", "thanks"]
PREPARED: tuple[Prepared, ...] = get_args(Prepared)
"""What may be said to a shopper in every language; the words are in the catalogue, ``attend.say.{prepared}``."""
MOST_WORDS = 80
"""Characters of a message in an attendant's own words: what two lines of the screen hold in large text."""
Words = Annotated[str, msgspec.Meta(max_length=MOST_WORDS)]


class LaneOrder(Message, frozen=True, kw_only=True):
    """Open or close the lane, or close its business day. ``order`` grows with each order given to this kiosk: an older
    one that comes late is cleared and not carried out. ``reason`` is shown to staff. ``ident``: by which the lane
    answers it in its journal; ``operator_id``: who gives it, where that is a person.
    """

    NAME: ClassVar[str] = "command.lane"

    command: Literal["open_lane", "close_lane", "close_day"]
    order: Count
    reason: Text = ""
    ident: Text = ""
    operator_id: Text = ""


class StaffOrder(Message, frozen=True, kw_only=True):
    """An attendant acts at a lane from a page. ``ident`` names the order; a lane that has answered it knows it again.

    ``expires_ms``: when it is worth nothing any more, UTC milliseconds. ``clear_intervention``: ``intervention`` is
    judged with ``outcome`` and, where refused, a ``reason``. ``message``: ``prepared`` or ``words`` are shown to the
    shopper. ``on_the_way``: the shopper is told that staff are coming. ``unlock_sign_in``: wrong PINs
    and badges are forgotten, and the pad and the reader take the next one. ``restart``: the checkout starts anew, if no
    money is on its way.
    """

    NAME: ClassVar[str] = "command.staff"

    ident: Text
    deed: StaffDeed
    expires_ms: Count
    operator_id: Text
    intervention: Text = ""
    outcome: Literal["", "approved", "refused"] = ""
    reason: Words = ""
    prepared: Literal["", Prepared] = ""
    words: Words = ""
