"""The AsyncAPI 3.0 document of everything that crosses MQTT, made from the topics and the structs.

``python -m messages.asyncapi > docs/api/asyncapi.yaml`` writes it; a test holds the file to what this would write.
AsyncAPI: https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from __future__ import annotations

import re
import sys
from typing import Any, Literal, NamedTuple

import msgspec
import yaml

from messages.asks import (
    BoughtAnswer,
    BoughtAsk,
    CouponAnswer,
    CouponAsk,
    LoyaltyAnswer,
    LoyaltyAsk,
    NumbersAnswer,
    NumbersAsk,
    PaymentAnswer,
    PaymentAsk,
    PointsAnswer,
    PointsAsk,
    SerialAnswer,
    SerialAsk,
    StockAnswer,
    StockAsk,
)
from messages.basket_asks import BasketAnswer, BasketAsk, BasketsAnswer, BasketsAsk
from messages.commands import LaneOrder, StaffOrder
from messages.envelope import Message, event_type
from messages.events import PAYLOADS
from messages.feed import FeedChunk, FeedHead, FeedRequest, FeedRow
from messages.frames import FrameTaken
from messages.journal import Acknowledgement, JournalBatch
from messages.place_asks import PlaceAnswer, PlaceAsk
from messages.return_asks import ReturnAnswer, ReturnAsk, SaleAnswer, SaleAsk
from messages.state import KioskState
from messages.telemetry import Telemetry
from messages.topics import CHANNELS, Channel
from messages.twin import TwinDesired, TwinReported
from messages.value_asks import ValueAnswer, ValueAsk

__all__ = ["document", "main", "rendered"]


class _Use(NamedTuple):
    """How a channel is used: seen from the kiosk, ``send`` is up and ``receive`` is down."""

    action: Literal["send", "receive"]
    messages: tuple[type[Message], ...]
    retained: bool = False
    qos: int = 1


_USES: dict[Channel, _Use] = {
    "state": _Use("send", (KioskState,), retained=True),
    "journal": _Use("send", (JournalBatch,)),
    "telemetry": _Use("send", (Telemetry,), qos=0),
    "acknowledgement": _Use("receive", (Acknowledgement,)),
    "feed_request": _Use("send", (FeedRequest,)),
    "frames": _Use("send", (FrameTaken,), qos=0),
    "feed_chunk": _Use("receive", (FeedChunk,)),
    "ask": _Use(
        "send",
        (
            LoyaltyAsk,
            NumbersAsk,
            PaymentAsk,
            PointsAsk,
            CouponAsk,
            SerialAsk,
            BoughtAsk,
            ValueAsk,
            SaleAsk,
            ReturnAsk,
            StockAsk,
            BasketAsk,
            PlaceAsk,
            BasketsAsk,
        ),
    ),
    "answer": _Use(
        "receive",
        (
            LoyaltyAnswer,
            NumbersAnswer,
            PaymentAnswer,
            PointsAnswer,
            CouponAnswer,
            SerialAnswer,
            BoughtAnswer,
            ValueAnswer,
            SaleAnswer,
            ReturnAnswer,
            StockAnswer,
            BasketAnswer,
            PlaceAnswer,
            BasketsAnswer,
        ),
    ),
    "twin_desired": _Use("receive", (TwinDesired,), retained=True),
    "twin_reported": _Use("send", (TwinReported,), retained=True),
    "command": _Use("receive", (LaneOrder,), retained=True),
    "feed_head": _Use("receive", (FeedHead,), retained=True),
    "staff_order": _Use("receive", (StaffOrder,)),
}


def _summary(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())


def _told(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its description on one line: what a docstring's line breaks are differs between Pythons."""
    return {**schema, "description": " ".join(schema["description"].split())} if "description" in schema else schema


def _channel(name: Channel) -> dict[str, Any]:
    address = CHANNELS[name]
    return {
        "address": address,
        "messages": {
            kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"} for kind in _USES[name].messages
        },
        "parameters": {part: {"description": _PARAMETERS[part]} for part in re.findall(r"\{(\w+)\}", address)},
    }


_PARAMETERS = {
    "kiosk": "The kiosk's name: the common name of its certificate.",
    "store": "The shop's name.",
    "kind": "What is asked, or which command.",
    "ident": "The command's own identifier.",
}


def _operation(name: Channel) -> dict[str, Any]:
    use = _USES[name]
    return {
        "action": use.action,
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{kind.__name__}"} for kind in use.messages],
        "bindings": {"mqtt": {"qos": use.qos, "retain": use.retained, "bindingVersion": "0.2.0"}},
    }


def _message(kind: type[Message]) -> dict[str, Any]:
    return {
        "name": event_type(kind),
        "summary": _summary(kind),
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEvent"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": event_type(kind)},
                        "data": {"$ref": f"#/components/schemas/{kind.__name__}"},
                    },
                },
            ]
        },
    }


_CLOUD_EVENT: dict[str, Any] = {
    "title": "CloudEvent",
    "description": "CloudEvents 1.0, structured mode, JSON.",
    "type": "object",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string"},
        "source": {"type": "string", "format": "uri-reference"},
        "type": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "subject": {"type": "string"},
        "data": {"type": "object"},
    },
}


def document() -> dict[str, Any]:
    """The whole document, as a mapping ready for YAML or JSON."""
    kinds = [kind for use in _USES.values() for kind in use.messages]
    _, schemas = msgspec.json.schema_components(
        [*kinds, FeedRow, *PAYLOADS.values()], ref_template="#/components/schemas/{name}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Self-checkout kiosk",
            "version": "1",
            "description": "What crosses MQTT between a kiosk and head office. Operations are the kiosk's.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {name: _channel(name) for name in CHANNELS},
        "operations": {f"{_USES[name].action}_{name}": _operation(name) for name in CHANNELS},
        "components": {
            "messages": {kind.__name__: _message(kind) for kind in kinds},
            "schemas": {"CloudEvent": _CLOUD_EVENT, **{name: _told(schemas[name]) for name in sorted(schemas)}},
        },
    }


def rendered() -> str:
    """The document as it is kept in ``docs/api/asyncapi.yaml``."""
    head = "# Made by `python -m messages.asyncapi` from messages/; a test keeps it true.\n"
    return head + yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110)


def main() -> int:
    """Write the document to standard output."""
    sys.stdout.write(rendered())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
