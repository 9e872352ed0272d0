"""The bench page's server: it passes on what the boards tell, turns knobs, and plays stories. Loopback only."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from bench.boards import Boards
from bench.knobs import KnobRefusedError
from bench.receipts import Receipts
from bench.stories import STORIES, Stories
from bench.world import World

__all__ = ["application"]

_PAGE = Path(__file__).parent / "page"
_NOVNC = Path("/usr/share/novnc")
_CABLES = {"scanner": "Scanner", "produce_scale": "Scale", "printer": "Printer", "card_reader": "Terminal"}


class Bench:
    """Everything the page talks to."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.boards = Boards(world.boards, self._told)
        self.receipts = Receipts(world.receipts)
        self.stories = Stories(self, self._tell_story)
        self._pages: set[asyncio.Queue[str]] = set()
        self._playing: asyncio.Task[None] | None = None
        self._power: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Follow the boards."""
        await self.boards.start()

    async def close(self) -> None:
        """Stop playing, hang up."""
        for task in (self._playing, self._power):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await self.boards.close()

    def opening(self) -> dict[str, Any]:
        """What the page needs to draw itself."""
        return {
            "country": self.world.country,
            "products": self.world.products(),
            "produce": self.world.produce(),
            "cables": _CABLES,
            "stories": [{"id": story.id, "title": story.title} for story in STORIES],
            "screen": self.world.screen_port,
            "office": self.world.office_url,
            "receipts": [receipt.as_shown() for receipt in self.receipts.all()],
        }

    async def act(self, wanted: Mapping[str, Any]) -> None:
        """Do what a page asks. Raises ``KnobRefusedError``, ``KeyError`` for what is no request."""
        match wanted["do"]:
            case "turn":
                await self.boards.turn(str(wanted["board"]), str(wanted["knob"]), **dict(wanted.get("args", {})))
            case "power_off":
                await self.power_off()
            case "power_on":
                await self.power_on()
            case "story":
                self._play(str(wanted["story"]))
            case unknown:
                message = f"nothing here does {unknown!r:.40}"
                raise KnobRefusedError(message)

    async def power_off(self) -> None:
        """Cut the kiosk's power: every process of it is killed at once."""
        await asyncio.to_thread(self.world.cut_power)
        self.broadcast("kiosk", "power", {"on": False})

    async def power_on(self) -> None:
        """Give the power back: the kiosk's processes start."""
        await asyncio.to_thread(self.world.restore_power)
        self.broadcast("kiosk", "power", {"on": True})

    def broadcast(self, board: str, event: str, args: Mapping[str, Any]) -> None:
        """Tell every open page."""
        line = json.dumps({"board": board, "event": event, "args": args}, ensure_ascii=False, default=str)
        for page in list(self._pages):
            with contextlib.suppress(asyncio.QueueFull):
                page.put_nowait(line)

    async def open_page(self) -> asyncio.Queue[str]:
        """A page has come: how things stand, and from now on what happens."""
        queue: asyncio.Queue[str] = asyncio.Queue(1000)
        self._pages.add(queue)
        for board, about in (await self.boards.standing()).items():
            queue.put_nowait(json.dumps({"board": board, "event": "here", "args": about}, default=str))
        queue.put_nowait(json.dumps({"board": "kiosk", "event": "power", "args": {"on": self.world.powered}}))
        return queue

    def close_page(self, queue: asyncio.Queue[str]) -> None:
        """The page has gone."""
        self._pages.discard(queue)

    def _told(self, board: str, event: str, args: Mapping[str, Any]) -> None:
        if board == "printer" and event == "printed":
            for receipt in self.receipts.fresh():
                self.broadcast(board, "receipt", receipt.as_shown())
            return
        self.broadcast(board, event, args)

    def _play(self, story: str) -> None:
        if self._playing is not None and not self._playing.done():
            message = "a story is being played"
            raise KnobRefusedError(message)
        self._playing = asyncio.create_task(self.stories.play(story))

    def _tell_story(self, text: str) -> None:
        self.broadcast("bench", "story", {"text": text})


def application(world: World) -> Starlette:
    """The page's server over a running world."""
    bench = Bench(world)

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        await bench.start()
        yield
        await bench.close()

    async def page(_: Request) -> Response:
        return FileResponse(_PAGE / "index.html")

    async def opening(_: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(bench.opening))

    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        queue = await bench.open_page()
        writer = asyncio.create_task(_write(socket, queue))
        try:
            while True:
                await _serve(bench, queue, await socket.receive_text())
        except WebSocketDisconnect:
            return
        finally:
            bench.close_page(queue)
            writer.cancel()

    return Starlette(
        routes=[
            Route("/", page),
            Route("/api/start", opening),
            WebSocketRoute("/ws", talk),
            Mount("/static", StaticFiles(directory=_PAGE)),
            Mount("/pictures", StaticFiles(directory=world.pictures)),
            Mount("/receipts", StaticFiles(directory=world.receipts)),
            Mount("/novnc", StaticFiles(directory=_NOVNC, check_dir=False)),
        ],
        lifespan=life,
    )


async def _write(socket: WebSocket, queue: asyncio.Queue[str]) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        while True:
            await socket.send_text(await queue.get())


async def _serve(bench: Bench, queue: asyncio.Queue[str], line: str) -> None:
    try:
        await bench.act(json.loads(line))
    except (KnobRefusedError, KeyError, ValueError, TypeError, OSError) as refused:
        with contextlib.suppress(asyncio.QueueFull):
            queue.put_nowait(json.dumps({"board": "bench", "event": "refused", "args": {"text": str(refused)}}))
