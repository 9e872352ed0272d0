"""No device class silently replaces what a base class of it keeps to itself.

A base calls its own private methods by name: one of the same name in a driver is called instead, and nothing says so.
What a subclass is meant to fill in has a public name, or is abstract.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterator

import hal


def _classes() -> Iterator[type]:
    """Every class that a module of ``hal`` defines; one whose library is not installed cannot be looked at."""
    for found in pkgutil.walk_packages(hal.__path__, "hal."):
        if found.name.endswith("__main__"):
            continue
        try:
            module = importlib.import_module(found.name)
        except ModuleNotFoundError as error:
            if (error.name or "hal").startswith("hal"):
                raise
            continue
        yield from (one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__)


def _private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def _set_in_methods(kind: type) -> set[str]:
    """Private names that a class's own methods set on ``self``."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    places = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    return {one.attr for one in places if isinstance(one.value, ast.Name) and one.value.id == "self"}


def replaced(kind: type) -> set[str]:
    """The private methods of its bases that a class replaces, by a method, a field or an attribute of ``self``."""
    own = {name for name in vars(kind) if _private(name)} | {n for n in _set_in_methods(kind) if _private(n)}
    kept = {
        name
        for base in kind.__mro__[1:]
        for name, value in vars(base).items()
        if base.__module__.partition(".")[0] == kind.__module__.partition(".")[0]
        and _private(name)
        and not getattr(value, "__isabstractmethod__", False)
        and (inspect.isroutine(value) or isinstance(value, property | classmethod | staticmethod))
    }
    return own & kept


def test_no_device_class_replaces_a_private_method_of_its_base() -> None:
    classes = list(_classes())
    assert {"StreamDevice", "AskedDevice", "BlockingDevice", "Driver"} <= {one.__name__ for one in classes}
    assert {f"{one.__module__}.{one.__qualname__}": names for one in classes if (names := replaced(one))} == {}


class Base(ABC):
    """Keeps two things to itself, and asks for one."""

    def _keep(self) -> int:
        return 0

    @property
    def _kept(self) -> int:
        return 1

    @abstractmethod
    def _given(self) -> None:
        """Asked for."""


class Careless(Base):
    """Replaces both without a word."""

    def __init__(self) -> None:
        self._keep = 1  # type: ignore[assignment, method-assign]  # what must be found

    _kept = 2

    def _given(self) -> None:
        """Asked for."""


class Careful(Base):
    """Has names of its own."""

    def _given(self) -> None:
        """Asked for."""

    def _hold(self) -> None:
        """Its own."""


def test_what_is_replaced_is_found_and_what_is_asked_for_is_not() -> None:
    assert replaced(Careless) == {"_keep", "_kept"}
    assert replaced(Careful) == set()
