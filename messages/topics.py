"""Every MQTT topic of the house, built and taken apart in one place.

A kiosk writes and reads only below ``kiosk/v1/{kiosk}/`` (the broker's access list holds it to that by the common
name of its certificate) and reads below ``store/v1/{store}/``. Names are checked on the way in and out, so that a
wildcard or a slash in a name can never widen a subscription.

>>> journal_up("lane-01")
'kiosk/v1/lane-01/up/journal'
>>> parse("kiosk/v1/lane-01/up/ask/loyalty")
Topic(channel='ask', owner='lane-01', kind='loyalty', ident='')
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, get_args

from messages.errors import MessageError, Reason

__all__ = [
    "ASK_FILTER",
    "CHANNELS",
    "FEED_FILTER",
    "FRAMES_FILTER",
    "JOURNAL_FILTER",
    "REPORTED_FILTER",
    "STATE_FILTER",
    "TELEMETRY_FILTER",
    "AskKind",
    "Channel",
    "Topic",
    "acknowledgement_down",
    "answer",
    "answers_of",
    "ask",
    "check_name",
    "command",
    "commands_of",
    "feed_down",
    "feed_head",
    "feed_up",
    "frames_up",
    "journal_up",
    "parse",
    "shared_apart",
    "staff_order",
    "state",
    "telemetry_up",
    "twin_desired",
    "twin_reported",
]

Channel = Literal[
    "state",
    "journal",
    "telemetry",
    "acknowledgement",
    "feed_request",
    "feed_chunk",
    "ask",
    "answer",
    "twin_desired",
    "twin_reported",
    "command",
    "feed_head",
    "staff_order",
    "frames",
]
AskKind = Literal[
    "basket",
    "baskets",
    "bought",
    "coupon",
    "loyalty",
    "numbers",
    "payment",
    "place",
    "points",
    "return",
    "sale",
    "serial",
    "stock",
    "value",
]

CHANNELS: dict[Channel, str] = {
    "state": "kiosk/v1/{kiosk}/state",
    "journal": "kiosk/v1/{kiosk}/up/journal",
    "telemetry": "kiosk/v1/{kiosk}/up/telemetry",
    "acknowledgement": "kiosk/v1/{kiosk}/down/ack",
    "feed_request": "kiosk/v1/{kiosk}/up/feed",
    "feed_chunk": "kiosk/v1/{kiosk}/down/feed",
    "ask": "kiosk/v1/{kiosk}/up/ask/{kind}",
    "answer": "kiosk/v1/{kiosk}/down/answer/{kind}",
    "twin_desired": "kiosk/v1/{kiosk}/twin/desired",
    "twin_reported": "kiosk/v1/{kiosk}/twin/reported",
    "command": "kiosk/v1/{kiosk}/cmd/{kind}/{ident}",
    "feed_head": "store/v1/{store}/feed/head",
    "staff_order": "kiosk/v1/{kiosk}/down/staff",
    "frames": "kiosk/v1/{kiosk}/up/frames",
}
"""Channel -> its address, as the AsyncAPI document shows it."""

JOURNAL_FILTER = "$share/ingest/kiosk/v1/+/up/journal"
"""Head office's ingest workers share the journals; order is restored by (kiosk, epoch, sequence)."""
FEED_FILTER = "$share/feed/kiosk/v1/+/up/feed"
ASK_FILTER = "$share/answers/kiosk/v1/+/up/ask/+"
FRAMES_FILTER = "$share/frames/kiosk/v1/+/up/frames"
STATE_FILTER = "kiosk/v1/+/state"
TELEMETRY_FILTER = "kiosk/v1/+/up/telemetry"
REPORTED_FILTER = "kiosk/v1/+/twin/reported"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", re.ASCII)
_ASKS = frozenset(get_args(AskKind))


class Topic(NamedTuple):
    """A topic taken apart. ``owner`` is a kiosk, for ``feed_head`` a store; ``kind`` and ``ident`` where they apply."""

    channel: Channel
    owner: str
    kind: str = ""
    ident: str = ""


def check_name(name: str) -> str:
    """``name`` itself, if it may stand in a topic: 1 to 63 of ``A-Z a-z 0-9 _ . -``, beginning with a letter or
    figure. Raises ``MessageError``.
    """
    if not _NAME.fullmatch(name):
        raise MessageError(Reason.BAD_NAME, f"{name[:80]!r} may not stand in a topic")
    return name


def state(kiosk: str) -> str:
    """Birth and death of a kiosk: QoS 1, retained, and its will."""
    return f"kiosk/v1/{check_name(kiosk)}/state"


def journal_up(kiosk: str) -> str:
    """Journal batches, QoS 1."""
    return f"kiosk/v1/{check_name(kiosk)}/up/journal"


def telemetry_up(kiosk: str) -> str:
    """Health figures, QoS 0 with an expiry."""
    return f"kiosk/v1/{check_name(kiosk)}/up/telemetry"


def frames_up(kiosk: str) -> str:
    """Pictures for staff, QoS 0 with an expiry."""
    return f"kiosk/v1/{check_name(kiosk)}/up/frames"


def acknowledgement_down(kiosk: str) -> str:
    """Head office's cumulative acknowledgements, QoS 1."""
    return f"kiosk/v1/{check_name(kiosk)}/down/ack"


def feed_up(kiosk: str) -> str:
    """The kiosk asks for the feed, QoS 1."""
    return f"kiosk/v1/{check_name(kiosk)}/up/feed"


def feed_down(kiosk: str) -> str:
    """Numbered chunks of the feed, QoS 1."""
    return f"kiosk/v1/{check_name(kiosk)}/down/feed"


def ask(kiosk: str, kind: AskKind) -> str:
    """A question with a deadline, QoS 1 with an expiry."""
    return f"kiosk/v1/{check_name(kiosk)}/up/ask/{kind}"


def answer(kiosk: str, kind: AskKind) -> str:
    """Where its answer is expected. Head office derives this from the asker's topic, not from what the asker says."""
    return f"kiosk/v1/{check_name(kiosk)}/down/answer/{kind}"


def answers_of(kiosk: str) -> str:
    """The filter for all answers to a kiosk."""
    return f"kiosk/v1/{check_name(kiosk)}/down/answer/+"


def twin_desired(kiosk: str) -> str:
    """Settings wanted for one workstation: QoS 1, retained."""
    return f"kiosk/v1/{check_name(kiosk)}/twin/desired"


def twin_reported(kiosk: str) -> str:
    """Settings that hold there: QoS 1, retained."""
    return f"kiosk/v1/{check_name(kiosk)}/twin/reported"


def command(kiosk: str, kind: str, ident: str) -> str:
    """One command, retained until the kiosk clears it with an empty message."""
    return f"kiosk/v1/{check_name(kiosk)}/cmd/{check_name(kind)}/{check_name(ident)}"


def commands_of(kiosk: str, kind: str) -> str:
    """The filter for all of a kiosk's commands of one kind."""
    return f"kiosk/v1/{check_name(kiosk)}/cmd/{check_name(kind)}/+"


def staff_order(kiosk: str) -> str:
    """What an attendant at a page orders: QoS 1, never retained, with an expiry."""
    return f"kiosk/v1/{check_name(kiosk)}/down/staff"


def feed_head(store: str) -> str:
    """The newest feed version of a shop: QoS 1, retained."""
    return f"store/v1/{check_name(store)}/feed/head"


def shared_apart(name: str, secret: str) -> str:
    """A filter of ours under a share that only who knows ``secret`` can join; a filter without a share as it is.

    A broker deals a shared subscription's messages out to whoever joined it, and drops those that the one whose turn it
    is may not read: a share anybody can name is one that any client can starve.

    >>> shared_apart(JOURNAL_FILTER, "4f2a")
    '$share/ingest-4f2a/kiosk/v1/+/up/journal'
    """
    marker, _, rest = name.partition("/")
    if marker != "$share" or not secret:
        return name
    group, _, topic = rest.partition("/")
    return f"{marker}/{group}-{check_name(secret)}/{topic}"


def _pattern(address: str) -> re.Pattern[str]:
    owner = address.replace("{kiosk}", "{owner}").replace("{store}", "{owner}")
    return re.compile(re.sub(r"\{(\w+)\}", rf"(?P<\1>{_NAME.pattern})", owner), re.ASCII)


_PATTERNS: tuple[tuple[Channel, re.Pattern[str]], ...] = tuple((c, _pattern(a)) for c, a in CHANNELS.items())


def parse(topic: str) -> Topic:
    """Which channel a received topic is, and whose. Raises ``MessageError`` for any other topic."""
    for channel, pattern in _PATTERNS:
        if found := pattern.fullmatch(topic):
            parts = found.groupdict()
            kind = parts.get("kind", "")
            if channel in {"ask", "answer"} and kind not in _ASKS:
                break
            return Topic(channel, parts["owner"], kind, parts.get("ident", ""))
    raise MessageError(Reason.BAD_TOPIC, f"{topic[:120]!r} is no topic of ours")
