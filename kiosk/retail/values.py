"""Frozen values whose methods are written when the first of them is made or compared.

A process of the kiosk knows some four hundred kinds of values and needs a few dozen of them before its first picture is
drawn. The standard library writes and compiles six methods for each as its module is imported; that was a third of the
time from power to the first touch, and some megabytes. ``dataclass`` here makes the same class, and leaves it to the
first value of it to have the methods written, by the standard library. A type checker sees the standard one.

Only ``@dataclass(frozen=True, slots=True)``, and no inheritance among values: whatever else is wanted, the standard
library's own decorator gives.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:
    _WRITTEN = ("__init__", "__repr__", "__eq__", "__hash__")

    def dataclass(*, frozen: bool, slots: bool) -> Callable[[type], type]:
        """Of a class as the standard library's of that name."""
        if not (frozen and slots):
            message = "values here are frozen and have slots"
            raise TypeError(message)
        return _value

    def _value(kind: type) -> type:
        made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(kind)
        for name in _WRITTEN:
            setattr(made, name, _written_first(made, name))
        made.__setattr__, made.__delattr__ = _unchanged, _undeleted
        return made

    def _written_first(made: type, name: str) -> Callable[..., Any]:
        def first(self: Any, *values: Any, **named: Any) -> Any:  # noqa: ANN401 - stands in for any of them
            _write(made)
            return getattr(made, name)(self, *values, **named)

        first.__name__, first.__qualname__ = name, f"{made.__qualname__}.{name}"
        return first

    def _write(made: Any) -> None:  # noqa: ANN401 - a class with the fields of one
        """Take the methods over from a class of the same fields that the standard library makes."""
        asked = ("default", "default_factory", "init", "repr", "hash", "compare", "metadata", "kw_only")
        fields = made.__dataclass_fields__.values()
        space = {one.name: dataclasses.field(**{name: getattr(one, name) for name in asked}) for one in fields}
        space["__annotations__"] = {one.name: one.type for one in fields}
        space["__module__"], space["__qualname__"] = made.__module__, made.__qualname__
        if hasattr(made, "__post_init__"):
            space["__post_init__"] = made.__post_init__
        whole = dataclasses.dataclass(frozen=True)(type(made.__name__, (), space))
        for name in _WRITTEN:
            setattr(made, name, getattr(whole, name))

    def _unchanged(_self: object, name: str, _value: object) -> NoReturn:
        message = f"cannot assign to field {name!r}"
        raise dataclasses.FrozenInstanceError(message)

    def _undeleted(_self: object, name: str) -> NoReturn:
        message = f"cannot delete field {name!r}"
        raise dataclasses.FrozenInstanceError(message)

    def replace(value: Any, /, **changes: Any) -> Any:  # noqa: ANN401 - of the type it is given
        """The standard library's of that name, in a third of its time: ten thousand events are replayed at a start.

        >>> from kiosk.retail.money import Money
        >>> replace(Money(100, "EUR"), minor=250)
        Money(minor=250, currency='EUR')
        """
        kind = type(value)
        known = _COPIED.get(kind)
        if known is None:
            known = _COPIED[kind] = _copied(kind)
        told, place = known
        fields = list(told(value))
        try:
            for name, new in changes.items():
                fields[place[name]] = new
        except KeyError as error:
            message = f"{kind.__name__} has no field {error}"
            raise TypeError(message) from None
        return kind(*fields)

    def _copied(kind: type) -> tuple[Callable[[Any], Any], dict[str, int]]:
        """What tells the fields of such a value all at once, and the place of each."""
        names = [one.name for one in dataclasses.fields(kind)]
        told = operator.attrgetter(*names) if len(names) > 1 else lambda value: [getattr(value, one) for one in names]
        return told, {name: place for place, name in enumerate(names)}

    _COPIED: dict[type, tuple[Callable[[Any], Any], dict[str, int]]] = {}
