"""The OpenAPI document of the programming interface, made from its routes.

``python -m headoffice.console.openapi > docs/api/openapi.yaml`` writes it; a test compares.
Only developers run this module: it needs PyYAML, which head office itself does not.
"""

from __future__ import annotations

import sys
from typing import Any

import yaml

from headoffice.console import api

__all__ = ["document", "rendered"]

_MINOR = {"type": "integer", "description": "In minor units of the currency."}
_WORD = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


def _object(**properties: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON Schema
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


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
}


def document() -> dict[str, Any]:
    """The document as plain values."""
    paths = {
        route.path: {"get": yaml.safe_load((route.endpoint.__doc__ or "").partition("---")[2])} for route in api.ROUTES
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
    head = "# Made by python -m headoffice.console.openapi; edit headoffice/console/api.py instead.\n"
    return head + str(yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110))


if __name__ == "__main__":
    sys.stdout.write(rendered())
