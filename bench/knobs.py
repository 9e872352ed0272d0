"""The bench's side of the knob protocol (docs/formats/knobs.md): a client for every board, and boards for far ends.

Newline-delimited JSON on a Unix socket. Asked: ``{"id": 1, "knob": "scan", "args": {"data": "..."}}``; answered:
``{"id": 1, "ok": true, "result": ...}`` or ``{"id": 1, "ok": false, "error": "..."}``; told to every watcher:
``{"event": "light", "args": {...}}``. The knob ``describe`` tells what there is.

The devices' own simulators hold the other side in a room the bench does not enter, so this is a second implementation
on purpose: two that agree show that the page is right.
"""

from __future__ import annotations

import asyncio
import inspect
import itertools
import json
import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["KnobClient", "KnobPanel", "KnobRefusedError", "Knobs"]

_LONGEST_LINE = 1024 * 1024
_UNREAD_EVENTS = 1000

Knobs = Iterable[Callable[..., Awaitable[object]]]


class KnobRefusedError(Exception):
    """A knob could not be turned so; the text is for the person at the bench."""


class KnobClient:
    """One connection to one board. Made by ``connect``; ``closed`` is set when the other side is gone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.closed = asyncio.Event()
        self._writer = writer
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Mapping[str, Any]]] = {}
        self._events: asyncio.Queue[tuple[str, Mapping[str, Any]] | None] = asyncio.Queue(_UNREAD_EVENTS)
        self._listener = asyncio.get_running_loop().create_task(self._listen(reader))

    @classmethod
    async def connect(cls, path: str | Path) -> KnobClient:
        """Connect to the board at ``path``. Raises ``OSError`` while nobody serves it."""
        reader, writer = await asyncio.open_unix_connection(path, limit=_LONGEST_LINE)
        return cls(reader, writer)

    async def turn(self, knob: str, **args: object) -> Any:  # noqa: ANN401  a result is any JSON value
        """Turn a knob and give its result. Raises ``KnobRefusedError``, ``ConnectionError`` when the board is gone."""
        if self.closed.is_set():
            text = "the board is gone"
            raise ConnectionResetError(text)
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(json.dumps({"id": number, "knob": knob, "args": args}).encode() + b"\n")
            answer = await future
        finally:
            del self._waiting[number]
        if answer.get("ok") is not True:
            raise KnobRefusedError(str(answer.get("error", "refused without a word")))
        return answer.get("result")

    async def describe(self) -> Mapping[str, Any]:
        """Name, category, model, knobs with arguments and help, and the state as it stands."""
        return typing.cast("Mapping[str, Any]", await self.turn("describe"))

    async def events(self) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
        """What the board tells by itself, as (event, args), until it is gone. The oldest go when nobody reads."""
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """Hang up, even on a board that was not listened to yet."""
        self._listener.cancel()
        with suppress(asyncio.CancelledError):
            await self._listener
        self.closed.set()
        self._writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                self._take(json.loads(line))
        except (ConnectionError, ValueError):
            return
        finally:
            self.closed.set()
            self._writer.close()
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(ConnectionResetError("the board is gone"))
            self._push(None)

    def _take(self, told: Mapping[str, Any]) -> None:
        if "event" in told:
            self._push((str(told["event"]), told.get("args", {})))
            return
        future = self._waiting.get(told.get("id", 0))
        if future is not None and not future.done():
            future.set_result(told)

    def _push(self, event: tuple[str, Mapping[str, Any]] | None) -> None:
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(event)


class KnobPanel:
    """Serves a far end's knobs: async functions with keyword arguments ``str``, ``int``, ``bool`` or ``Literal``."""

    def __init__(
        self,
        *,
        name: str,
        category: str,
        model: str,
        knobs: Knobs,
        state: Callable[[], Mapping[str, object]] = dict,
    ) -> None:
        self._about = {"name": name, "category": category, "model": model, "simulated": True}
        self._knobs = {str(getattr(knob, "__name__", "")): knob for knob in knobs}
        self._state = state
        self._server: asyncio.Server | None = None
        self._tasks: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._path = Path()

    async def start(self, path: str | Path) -> None:
        """Serve at ``path``; a file left there by a killed process is replaced. Raises ``OSError``."""
        self._path = Path(path)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=_LONGEST_LINE)

    async def close(self) -> None:
        """Let every watcher go and remove the socket."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        tasks = [task for task in self._tasks.values() if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    def tell(self, event: str, **args: object) -> None:
        """Tell every watcher; one who does not read is let go."""
        line = json.dumps({"event": event, "args": args}).encode() + b"\n"
        for writer in list(self._tasks):
            if writer.transport.get_write_buffer_size() > _LONGEST_LINE:
                writer.transport.abort()
            else:
                writer.write(line)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks[writer] = asyncio.current_task()
        with suppress(ConnectionError, ValueError, asyncio.CancelledError):
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        del self._tasks[writer]
        writer.close()

    async def _answer(self, line: bytes) -> dict[str, object]:
        try:
            request = json.loads(line)
            number, knob, args = request.get("id", 0), request["knob"], request.get("args", {})
        except (ValueError, KeyError, AttributeError, RecursionError):
            return {"id": 0, "ok": False, "error": "a request is a JSON object with id, knob and args on one line"}
        try:
            return {"id": number, "ok": True, "result": await self._turn(knob, args)}
        except (KnobRefusedError, OSError) as error:
            return {"id": number, "ok": False, "error": str(error)}

    async def _turn(self, name: object, args: object) -> object:
        if name == "describe":
            return {**self._about, "knobs": [_described(*item) for item in self._knobs.items()], "state": self._state()}
        knob = self._knobs.get(name) if isinstance(name, str) else None
        if knob is None or not isinstance(args, dict):
            text = f"no knob {name!r:.40} with such arguments; describe tells what there is"
            raise KnobRefusedError(text)
        wanted = {each["name"]: each for each in _described(str(name), knob)["arguments"]}
        missing = [each for each, about in wanted.items() if about["required"] and each not in args]
        wrong = [each for each, value in args.items() if each not in wanted or not _fits(value, wanted[each])]
        if missing or wrong:
            text = f"{name}: missing {missing}, unknown or of the wrong kind {wrong}"
            raise KnobRefusedError(text)
        return await knob(**args)


def _described(name: str, knob: Callable[..., Awaitable[object]]) -> dict[str, Any]:
    hints = typing.get_type_hints(knob)
    arguments = []
    for parameter in inspect.signature(knob).parameters.values():
        hint = hints[parameter.name]
        about: dict[str, Any] = {"name": parameter.name, "required": parameter.default is parameter.empty}
        if typing.get_origin(hint) is typing.Literal:
            about |= {"kind": "choice", "choices": list(typing.get_args(hint))}
        else:
            about["kind"] = {str: "text", int: "integer", bool: "boolean"}[hint]
        if not about["required"]:
            about["default"] = parameter.default
        arguments.append(about)
    return {"knob": name, "help": (inspect.getdoc(knob) or "").partition("\n")[0], "arguments": arguments}


def _fits(value: object, about: Mapping[str, Any]) -> bool:
    match about["kind"]:
        case "text":
            return isinstance(value, str)
        case "integer":
            return type(value) is int
        case "boolean":
            return isinstance(value, bool)
        case _:
            return value in about["choices"]
