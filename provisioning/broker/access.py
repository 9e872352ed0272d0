"""The broker's access list, made from the topics of ``messages.topics``: who may write and read each channel.

Every line names a channel exactly: a kiosk that may write ``up/#`` could keep any number of retained messages under
names of its own choosing. mosquitto fills in ``%u`` with the common name of the client's certificate and lets nobody in
on a pattern whose name holds ``+``, ``#`` or ``/``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, get_args

from messages.topics import CHANNELS, AskKind, Channel, check_name

__all__ = ["RIGHTS", "Right", "access_list"]

Deed = Literal["read", "write", "readwrite"]


class Right(NamedTuple):
    """What a kiosk may do with its own channel, and head office with everybody's. Empty: nothing."""

    kiosk: Deed
    office: Deed


_UP: Final = Right("write", "read")
_DOWN: Final = Right("read", "write")
RIGHTS: Final[dict[Channel, Right]] = {
    "state": _UP,
    "journal": _UP,
    "telemetry": _UP,
    "acknowledgement": _DOWN,
    "feed_request": _UP,
    "feed_chunk": _DOWN,
    "ask": _UP,
    "answer": _DOWN,
    "twin_desired": _DOWN,
    "twin_reported": _UP,
    "command": Right("readwrite", "readwrite"),
    "feed_head": _DOWN,
    "staff_order": _DOWN,
    "frames": _UP,
}
"""A command is retained until its kiosk clears it, which is a write. A feed head is a number, the same in all shops."""


def access_list(offices: Sequence[str]) -> str:
    """Give mosquitto's ``acl_file``. ``offices`` are the common names of head office's workers.

    Raises ``MessageError`` for a name that may not stand in a topic, ``ValueError`` without any office.
    """
    if not offices:
        message = "an access list without a head office would serve nobody"
        raise ValueError(message)
    lines = ["# Made by provisioning.broker.access. A name is the common name of the client's certificate."]
    for office in offices:
        lines.append(f"user {check_name(office)}")
        lines += [f"topic {RIGHTS[channel].office} {topic}" for channel in CHANNELS for topic in _topics(channel, "+")]
        lines.append("")
    lines.append("# Every kiosk, below its own name.")
    lines += [f"pattern {RIGHTS[channel].kiosk} {topic}" for channel in CHANNELS for topic in _topics(channel, "%u")]
    return "\n".join(lines) + "\n"


def _topics(channel: Channel, kiosk: str) -> list[str]:
    address = CHANNELS[channel].replace("{kiosk}", kiosk).replace("{store}", "+").replace("{ident}", "+")
    if channel in ("ask", "answer"):
        return [address.replace("{kind}", kind) for kind in get_args(AskKind)]
    return [address.replace("{kind}", "+")]
