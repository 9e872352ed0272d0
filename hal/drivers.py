"""Finding a driver by what the settings say: a category and a model, each the name of a file here.

Nothing is registered: ``hal/<category>/<model>.py`` is a driver if it holds ``Settings`` (a frozen dataclass) and
``Driver`` (a class made with a name and those settings). Our own drivers enter by the same door as a stranger's.
"""

from __future__ import annotations

import dataclasses
import importlib
import logging
import re
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_type_hints

from hal.device import Device, DeviceError

__all__ = ["CATEGORIES", "available", "load"]

_log = logging.getLogger(__name__)

CATEGORIES = (
    "camera",
    "card_reader",
    "cash_recycler",
    "fiscal",
    "lights",
    "loyalty_card",
    "printer",
    "scale",
    "scanner",
)

_MODEL = re.compile(r"[a-z][a-z0-9_]{0,40}")


def available(category: str) -> tuple[str, ...]:
    """The models of a category, sorted.

    >>> "simulated" in available("scanner")
    True
    """
    files = Path(__file__).parent.joinpath(_checked_category(category)).glob("*.py")
    return tuple(sorted(file.stem for file in files if file.stem not in {"__init__", "contract"}))


def load(category: str, model: str, name: str, settings: Mapping[str, object]) -> Device:
    """Make the driver ``hal/<category>/<model>.py`` for the device ``name``.

    Raises ``DeviceError``, in words for the person who wrote the settings, on an unknown category, model or setting,
    on a missing one, on one of the wrong type, and on a driver that cannot be loaded or made: a library it needs is not
    installed, or it has a fault of its own.
    """
    if not _MODEL.fullmatch(model) or model not in available(category):
        text = f"{name}: no {category} driver {model!r:.60}; there are {', '.join(available(category))}"
        raise DeviceError(text)
    try:
        module = importlib.import_module(f"hal.{category}.{model}")
        return cast("Device", module.Driver(name, _settings(module.Settings, name, settings)))
    except DeviceError:
        raise
    except Exception as error:  # a driver, a stranger's perhaps: whatever its fault, it costs this device and no more
        _log.exception("%s: driver %s", name, model)
        text = f"{name}: its driver {model!r} cannot be loaded: {str(error) or type(error).__name__}"
        raise DeviceError(text) from error


def _checked_category(category: str) -> str:
    if category not in CATEGORIES:
        text = f"no device category {category!r:.60}; there are {', '.join(CATEGORIES)}"
        raise DeviceError(text)
    return category


def _settings(kind: Any, name: str, given: Mapping[str, object]) -> object:  # noqa: ANN401  the driver's own class
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    unknown = sorted(given.keys() - fields.keys())
    missing = sorted(
        field.name
        for field in fields.values()
        if field.name not in given
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    )
    wrong = sorted(key for key, value in given.items() if key in hints and not _fits(value, hints[key]))
    if unknown or missing or wrong:
        text = f"{name}: settings unknown: {unknown}, missing: {missing}, of the wrong type or value: {wrong}"
        raise DeviceError(text)
    try:
        return kind(**given)
    except ValueError as error:
        text = f"{name}: {error}"
        raise DeviceError(text) from error


def _fits(value: object, hint: object) -> bool:
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return value in typing.get_args(hint)
    if origin in {types.UnionType, typing.Union}:
        return any(_fits(value, each) for each in typing.get_args(hint))
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint) if isinstance(hint, type) else False
