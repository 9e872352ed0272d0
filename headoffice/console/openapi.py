"""The OpenAPI document of the programming interface, made from its routes.

``python -m headoffice.console.openapi > docs/api/openapi.yaml`` writes it; a test compares.
Only developers run this module: it needs PyYAML, which head office itself does not.
"""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any, get_args

import msgspec
import yaml
from starlette.routing import Route

from headoffice.console import api, baskets, exits, quotes
from headoffice.console.baskets import BasketWanted
from headoffice.counter_desk import Verdict
from headoffice.quoting.teller import COUPON_STATES, Asked, AskedLine
from kiosk.retail.quote import LeftOut

__all__ = ["ROUTES", "document", "rendered"]

_MINOR = {"type": "integer", "description": "In minor units of the currency."}
_WORD = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON Schema
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """What a request must be, from the class that reads it."""
    (found,), parts = msgspec.json.schema_components([kind], ref_template="#/components/schemas/Quote{name}")
    del found
    schema = {**parts[kind.__name__]}
    schema["description"] = inspect.cleandoc(kind.__doc__ or "")
    del schema["title"]
    text = json.dumps(schema).replace("schemas/QuoteAskedLine", "schemas/QuoteRequestLine")
    plain: dict[str, Any] = json.loads(text)
    return plain


_NAMES = {"type": "object", "additionalProperties": _WORD, "description": "By language."}
_SCHEMAS = {
    "Health": _object(release=_WORD, feed_version=_COUNT, trouble=_list(_WORD)),
    "Totals": _object(
        kiosks=_list(
            _object(
                kiosk=_WORD,
                currency=_WORD,
                transactions=_COUNT,
                total=_MINOR,
                tax=_MINOR,
                discount=_MINOR,
                tenders={"type": "object", "additionalProperties": _MINOR},
            )
        ),
        journals=_list(_object(kiosk=_WORD, epoch=_COUNT, sequence=_COUNT, digest=_WORD)),
        dead_letters=_COUNT,
        lines=_COUNT,
    ),
    "Transaction": _object(
        header=_object(
            uuid=_WORD, store=_WORD, workstation=_WORD, business_day=_WORD, number=_COUNT, currency=_WORD, total=_MINOR
        ),
        lines=_list(_object(line=_COUNT, item_id=_WORD, quantity=_COUNT, net=_MINOR, discount=_MINOR)),
        tenders=_list(_object(tender_id=_WORD, kind=_WORD, amount=_MINOR)),
        taxes=_list(_object(tax_class=_WORD, basis_points=_COUNT, net=_MINOR, tax=_MINOR)),
        digest=_WORD,
    ),
    "ExitRequest": _object(store=_WORD, gate=_WORD, code=_WORD),
    "ExitVerdict": _object(verdict=_WORD),
    "BasketTakeRequest": _of(BasketWanted),
    "BasketTaken": _object(
        verdict={"type": "string", "enum": list(get_args(Verdict))},
        uuid=_WORD,
        reference=_WORD,
        kiosk=_WORD,
        currency=_WORD,
        total=_MINOR,
        lines=_list({"type": "object", "description": "A line item as the lane's journal has it, without offers."}),
    ),
    "QuoteRequest": _of(Asked),
    "QuoteRequestLine": _of(AskedLine),
    "Quote": _object(
        feed_version=_COUNT,
        business_day=_WORD,
        currency=_WORD,
        lines=_list(
            _object(
                item_id=_WORD,
                names=_NAMES,
                quantity=_COUNT,
                grams=_COUNT,
                unit=_WORD,
                unit_price=_MINOR,
                extended=_MINOR,
                offers=_list(_object(offer_id=_WORD, amount=_MINOR, names=_NAMES)),
                net=_MINOR,
                deposit=_MINOR,
                tax_class=_WORD,
                basis_points=_COUNT,
                minimum_age=_COUNT,
            )
        ),
        left_out=_list(_object(line=_COUNT, why={"type": "string", "enum": list(get_args(LeftOut))})),
        subtotal=_MINOR,
        discount=_MINOR,
        taxes=_list(_object(tax_class=_WORD, basis_points=_COUNT, net=_MINOR, duty=_MINOR, tax=_MINOR)),
        total=_MINOR,
        gifts=_list(_object(offer_id=_WORD, item_id=_WORD, units=_COUNT, names=_NAMES)),
        coupons=_list(_object(code=_WORD, state={"type": "string", "enum": list(COUPON_STATES)}, offer_id=_WORD)),
        points=_COUNT,
        proven={"type": "boolean", "description": "The best combination of offers there is."},
    ),
}


ROUTES = (*api.ROUTES, *quotes.ROUTES, *exits.ROUTES, *baskets.ROUTES)
"""All that programs may ask."""


def _method(route: Route) -> str:
    return "post" if route.methods is not None and "POST" in route.methods else "get"


def document() -> dict[str, Any]:
    """The document as plain values."""
    paths = {
        route.path: {_method(route): yaml.safe_load((route.endpoint.__doc__ or "").partition("---")[2])}
        for route in ROUTES
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Head office",
            "version": "1",
            "description": "What the ledger says to programs. A key is made by `python -m headoffice.admin key NAME`.",
        },
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": _SCHEMAS,
        },
    }


def rendered() -> str:
    """The document as it is kept in ``docs/api/openapi.yaml``."""
    head = "# Made by python -m headoffice.console.openapi; edit headoffice/console/api.py or quotes.py instead.\n"
    return head + str(yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110))


if __name__ == "__main__":
    sys.stdout.write(rendered())
