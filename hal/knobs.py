"""The knob protocol's device side: newline-delimited JSON on a Unix socket, by which the bench turns a simulator.

A simulator has knobs for what the world does to a device: put a thing on the platter, pull the cable, open the door.
Knobs belong to the world, so they answer while the device is unplugged. The protocol is docs/formats/knobs.md; the
bench holds its own side of it, and the two meet on the wire only.

A knob is an async method with keyword-only arguments annotated ``str``, ``int``, ``bool`` or ``Literal[...]``: its
name is the knob's, the first line of its docstring the help, its signature the arguments.
"""

from __future__ import annotations

import asyncio
import errno
import inspect
import json
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

from hal.device import ClaimedError, DeviceError

__all__ = ["LONGEST_LINE", "Board", "KnobError", "KnobServer", "Turn"]

LONGEST_LINE = 64 * 1024
"""A longer request is refused and its connection closed."""

Turn = Callable[..., Awaitable[object]]
"""Turns one knob; its result is JSON. Raises ``KnobError`` with words for the person at the bench."""

_KINDS: Mapping[object, str] = {str: "text", int: "integer", bool: "boolean"}

_log = logging.getLogger(__name__)


class KnobError(Exception):
    """A knob cannot be turned so; the text says why."""


@dataclass(frozen=True, slots=True)
class Board:
    """The knobs of one device, and ``state``, which tells what a watcher who comes late should draw."""

    name: str
    category: str
    model: str
    knobs: Sequence[Turn]
    state: Callable[[], Mapping[str, object]] = dict


@dataclass(frozen=True, slots=True)
class _Argument:
    name: str
    kind: str
    required: bool
    default: object
    choices: tuple[object, ...]

    def described(self) -> dict[str, object]:
        told: dict[str, object] = {"name": self.name, "kind": self.kind, "required": self.required}
        if not self.required:
            told["default"] = self.default
        if self.choices:
            told["choices"] = list(self.choices)
        return told

    def accept(self, value: object) -> object:
        fits = {
            "text": isinstance(value, str),
            "integer": isinstance(value, int) and not isinstance(value, bool),
            "boolean": isinstance(value, bool),
            "choice": isinstance(value, str) and value in self.choices,
        }[self.kind]
        if not fits:
            wanted = " | ".join(map(str, self.choices)) if self.choices else self.kind
            text = f"{self.name} must be {wanted}, not {value!r:.60}"
            raise KnobError(text)
        return value


def _arguments(turn: Turn) -> tuple[_Argument, ...]:
    hints = get_type_hints(turn)
    told = []
    for parameter in inspect.signature(turn).parameters.values():
        hint = hints[parameter.name]
        is_choice = get_origin(hint) is Literal
        required = parameter.default is inspect.Parameter.empty
        told.append(
            _Argument(
                name=parameter.name,
                kind="choice" if is_choice else _KINDS[hint],
                required=required,
                default=None if required else parameter.default,
                choices=get_args(hint) if is_choice else (),
            )
        )
    return tuple(told)


class _Knob:
    def __init__(self, turn: Turn) -> None:
        self.name: str = getattr(turn, "__name__", "")
        self.help = (inspect.getdoc(turn) or "").partition("\n")[0]
        self.arguments = _arguments(turn)
        self._turn = turn

    def described(self) -> dict[str, object]:
        return {"knob": self.name, "help": self.help, "arguments": [each.described() for each in self.arguments]}

    async def turn(self, given: Mapping[str, object]) -> object:
        unknown = given.keys() - {each.name for each in self.arguments}
        missing = [each.name for each in self.arguments if each.required and each.name not in given]
        if unknown or missing:
            text = f"{self.name}: unknown {sorted(unknown)}, missing {missing}"
            raise KnobError(text)
        return await self._turn(
            **{each.name: each.accept(given[each.name]) for each in self.arguments if each.name in given}
        )


class KnobServer:
    """Serves one board on one socket. An empty ``path`` means no knobs: every call is then without effect."""

    def __init__(self, board: Board, path: str) -> None:
        self._board = board
        self._path = path
        self._knobs = {knob.name: knob for knob in map(_Knob, board.knobs)}
        self._server: asyncio.Server | None = None
        self._watchers: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Listen. Raises ``ClaimedError`` when a living process serves this path, ``DeviceError`` on a bad path."""
        if not self._path or self._server is not None:
            return
        _remove_if_dead(Path(self._path))
        try:
            self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LONGEST_LINE)
        except OSError as error:
            text = f"{self._board.name}: no knob socket at {self._path}: {error}. Choose a shorter or writable path."
            raise DeviceError(text) from error

    async def close(self) -> None:
        """Stop listening, let every watcher go and remove the socket."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        watchers = list(self._watchers.values())
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        _remove(self._path)

    def tell(self, event: str, **args: object) -> None:
        """Tell every watcher. One who does not read is let go, so that nobody waits for him."""
        line = _line({"event": event, "args": args})
        for writer in list(self._watchers):
            if writer.transport.get_write_buffer_size() > LONGEST_LINE:
                writer.transport.abort()
            else:
                writer.write(line)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or self._server is None:
            writer.close()
            return
        self._watchers[writer] = task
        try:
            while line := await reader.readline():
                writer.write(_line(await self._answer(line)))
                await writer.drain()
        except ValueError:
            writer.write(_line({"id": 0, "ok": False, "error": f"a line is at most {LONGEST_LINE} bytes"}))
        except (ConnectionError, asyncio.CancelledError):
            _log.debug("%s: a watcher left", self._board.name)
        finally:
            del self._watchers[writer]
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _answer(self, line: bytes) -> dict[str, object]:
        number = 0
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                return {"id": 0, "ok": False, "error": "a request is a JSON object"}
            given_number = request.get("id", 0)
            number = given_number if isinstance(given_number, int) else 0
            return {"id": number, "ok": True, "result": await self._turn(request)}
        except (ValueError, RecursionError):
            return {"id": number, "ok": False, "error": "a request is one line of JSON in UTF-8"}
        except (KnobError, DeviceError) as error:
            return {"id": number, "ok": False, "error": str(error)}
        except Exception as error:  # noqa: BLE001  a fault in one knob is told to its turner and must not end the others
            _log.exception("%s: a knob failed", self._board.name)
            return {"id": number, "ok": False, "error": f"{type(error).__name__}: {error}"}

    async def _turn(self, request: Mapping[str, object]) -> object:
        name, args = request.get("knob"), request.get("args", {})
        if name == "describe":
            return self._described()
        knob = self._knobs.get(name) if isinstance(name, str) else None
        if knob is None:
            text = f"no knob {name!r:.40}; there are {', '.join(['describe', *self._knobs])}"
            raise KnobError(text)
        if not isinstance(args, dict):
            text = "args is a JSON object"
            raise KnobError(text)
        return await knob.turn(args)

    def _described(self) -> dict[str, object]:
        return {
            "name": self._board.name,
            "category": self._board.category,
            "model": self._board.model,
            "simulated": True,
            "knobs": [knob.described() for knob in self._knobs.values()],
            "state": dict(self._board.state()),
        }


def _line(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _remove(path: str) -> None:
    Path(path).unlink(missing_ok=True)


def _remove_if_dead(path: Path) -> None:
    """A socket file left by a killed process is removed; one that answers belongs to somebody."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        result = probe.connect_ex(str(path))
    if result in {errno.ECONNREFUSED, errno.ENOENT}:
        path.unlink(missing_ok=True)
        return
    text = f"{path} is served by another process; end it or choose another knob socket"
    raise ClaimedError(text)
