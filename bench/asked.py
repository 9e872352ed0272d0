"""What a person asks of a program of the bench: numbers in the environment, and to end."""

from __future__ import annotations

import os
import signal
import sys

__all__ = ["AskedError", "end_in_order", "uninterrupted", "whole_number"]

_ENDS = (signal.SIGTERM, signal.SIGHUP)


class AskedError(Exception):
    """What was asked cannot be done; the text is for who asked."""


def whole_number(name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    """The number in an environment variable, ``default`` where it is not set. Raises ``AskedError``."""
    asked = os.environ.get(name, "").strip() or str(default)
    if not (asked.isascii() and asked.isdecimal() and least <= int(asked) <= most):
        message = f"{name}={asked} is no whole number from {least} to {most}"
        raise AskedError(message)
    return int(asked)


def end_in_order() -> None:
    """SIGTERM, and a terminal that is closed, end the program as Ctrl-C does: what it started is ended with it."""
    for number in _ENDS:
        signal.signal(number, lambda *_: sys.exit(0))


def uninterrupted() -> None:
    """From now on nothing interrupts: for the last steps of an end in order."""
    for number in (signal.SIGINT, *_ENDS):
        signal.signal(number, signal.SIG_IGN)
