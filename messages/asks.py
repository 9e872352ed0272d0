"""Questions a kiosk asks head office, each with a deadline, and the answers.

Published on ``up/ask/{kind}`` with MQTT 5's response topic, correlation data and message expiry; ``correlation`` stands
in the message too, for a bridge may drop properties. Head office answers on the asker's own ``down/answer/{kind}``.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from messages.envelope import Count, Message, Text

__all__ = ["LoyaltyAnswer", "LoyaltyAsk", "NumbersAnswer", "NumbersAsk"]


class LoyaltyAsk(Message, frozen=True, kw_only=True):
    """Asks who is behind this keyed hash of a card or phone number (lower-case hex)."""

    NAME: ClassVar[str] = "ask.loyalty"

    correlation: Text
    keyed_hash: Annotated[str, msgspec.Meta(max_length=128)]


class LoyaltyAnswer(Message, frozen=True, kw_only=True):
    """An opaque member id and a tier; empty: nobody."""

    NAME: ClassVar[str] = "answer.loyalty"

    correlation: Text
    member_id: Text = ""
    tier: Text = ""


class NumbersAsk(Message, frozen=True, kw_only=True):
    """A new epoch asks what head office knows of its workstation before it sells. ``epoch`` is the asker's own."""

    NAME: ClassVar[str] = "ask.numbers"

    correlation: Text
    store: Text
    workstation: Text
    epoch: Count


class NumbersAnswer(Message, frozen=True, kw_only=True):
    """The highest numbers of the workstation over all earlier epochs; zeros and an empty day where it is new."""

    NAME: ClassVar[str] = "answer.numbers"

    correlation: Text
    series: Count = 0
    last_number: Count = 0
    last_legal: Count = 0
    business_day: Text = ""
