"""The bench page's server: it passes on what the boards tell, turns knobs, and plays stories. Loopback only."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from bench.bagger import Bagger
from bench.boards import Boards
from bench.knobs import KnobRefusedError
from bench.processes import NotReadyError
from bench.receipts import Receipts
from bench.stories import STORIES, Stories
from bench.window import NOVNC

__all__ = ["Bench", "Surroundings", "application"]

_PAGE = Path(__file__).parent / "page"
_CABLES = {
    "scanner": "Scanner",
    "produce_scale": "Scale",
    "printer": "Printer",
    "card_terminal": "Terminal",
    "camera": "Camera",
    "acquirer": "Acquirer",
}
_HOSTS = ("127.0.0.1", "localhost")
_UNREAD = 1000
_KEPT = frozenset({"self", "board", "knob"})
"""No knob's arguments: the words with which one is turned."""
_FOREIGN, _TOO_SLOW = 1008, 1013


class Surroundings(Protocol):
    """What the page is about: the little world."""

    @property
    def country(self) -> str:
        """``bd`` or ``br``."""

    @property
    def boards(self) -> Mapping[str, Path]:
        """Knob sockets by board."""

    @property
    def receipts(self) -> Path:
        """What the printer's far end keeps."""

    @property
    def pictures(self) -> Path:
        """Product pictures."""

    @property
    def screen_port(self) -> int | None:
        """Where a browser can join the virtual display, if there is one."""

    @property
    def office_url(self) -> str:
        """Head office's page."""

    @property
    def powered(self) -> bool:
        """The kiosk has power."""

    def bagged(self) -> Mapping[str, tuple[int, int]]:
        """What packs weigh, where they are bagged: GTIN-14 -> (grams, standard deviation)."""

    def products(self) -> list[dict[str, Any]]:
        """Packs to scan."""

    def coupons(self) -> list[dict[str, str]]:
        """Coupons to scan or to type: ``name`` and ``code``."""

    def produce(self) -> list[dict[str, Any]]:
        """Things to weigh."""

    def cut_power(self) -> None:
        """Kill the kiosk's processes."""

    def restore_power(self) -> None:
        """Start them. Raises ``NotReadyError``."""


class Bench:
    """Everything the page talks to."""

    def __init__(self, world: Surroundings) -> None:
        self.world = world
        self.boards = Boards(world.boards, self._told)
        self.bagger = Bagger(self.boards, world.bagged())
        self.receipts = Receipts(world.receipts)
        self.stories = Stories(self, self._tell_story)
        self._pages: set[asyncio.Queue[str | None]] = set()
        self._playing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Follow the boards. Receipts of an earlier day are no news."""
        self.receipts.fresh()
        await self.boards.start()

    async def close(self) -> None:
        """Stop playing, hang up."""
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)
        await self.bagger.close()
        await self.boards.close()

    def opening(self) -> dict[str, Any]:
        """What the page needs to draw itself."""
        return {
            "country": self.world.country,
            "products": self.world.products(),
            "coupons": self.world.coupons(),
            "produce": self.world.produce(),
            "cables": _CABLES,
            "stories": [
                {"id": story.id, "title": story.title} for story in STORIES if self.bagger.bags or not story.bags
            ],
            "bags": self.bagger.bags,
            "screen": self.world.screen_port,
            "office": self.world.office_url,
            "receipts": [receipt.as_shown() for receipt in self.receipts.all()],
        }

    async def act(self, line: str) -> None:
        """Do what a page asks in a line of JSON. Raises ``KnobRefusedError`` with words for the person there."""
        match _read(line):
            case {"do": "turn", "board": str(board), "knob": str(knob), **more}:
                args = more.get("args", {})
                if not isinstance(args, dict) or _KEPT & args.keys():
                    message = f"{board}: {knob} cannot be turned with {args!r:.60}"
                    raise KnobRefusedError(message)
                await (self.bagger.turn(knob, args) if board == "shopper" else self.boards.turn(board, knob, **args))
            case {"do": "power_off"}:
                await self.power_off()
            case {"do": "power_on"}:
                await self.power_on()
            case {"do": "story", "story": str(story)}:
                self._play(story)
            case unknown:
                message = f"the bench does not understand {json.dumps(unknown, ensure_ascii=False):.80}"
                raise KnobRefusedError(message)

    async def power_off(self) -> None:
        """Cut the kiosk's power: every process of it is killed at once."""
        await asyncio.to_thread(self.world.cut_power)
        self._tell_power()

    async def power_on(self) -> None:
        """Give the power back: the kiosk's processes start. Raises ``KnobRefusedError`` when they do not come up."""
        try:
            await asyncio.to_thread(self.world.restore_power)
        except NotReadyError as fault:
            raise KnobRefusedError(str(fault)) from fault
        finally:
            self._tell_power()

    def _tell_power(self) -> None:
        self.broadcast("kiosk", "power", {"on": self.world.powered})

    def broadcast(self, board: str, event: str, args: Mapping[str, Any]) -> None:
        """Tell every open page."""
        for page in list(self._pages):
            self.tell(page, board, event, args)

    def tell(self, page: asyncio.Queue[str | None], board: str, event: str, args: Mapping[str, Any]) -> None:
        """Tell one page. One that does not read is let go: when it comes back it learns how things stand."""
        if page.full():
            while not page.empty():
                page.get_nowait()
            page.put_nowait(None)
            self.close_page(page)
        elif page in self._pages:
            page.put_nowait(json.dumps({"board": board, "event": event, "args": args}, ensure_ascii=False, default=str))

    async def open_page(self) -> asyncio.Queue[str | None]:
        """A page has come: how things stand, and from now on what happens. ``None`` ends it."""
        page: asyncio.Queue[str | None] = asyncio.Queue(_UNREAD)
        self._pages.add(page)
        for board, about in (await self.boards.standing()).items():
            self.tell(page, board, "here", about)
        self.tell(page, "kiosk", "power", {"on": self.world.powered})
        return page

    def close_page(self, page: asyncio.Queue[str | None]) -> None:
        """The page has gone."""
        self._pages.discard(page)

    def _told(self, board: str, event: str, args: Mapping[str, Any]) -> None:
        if board == "printer" and event == "printed":
            for receipt in self.receipts.fresh():
                self.broadcast(board, "receipt", receipt.as_shown())
            self.bagger.printed()
            return
        self.broadcast(board, event, args)

    def _play(self, story: str) -> None:
        if self._playing is not None and not self._playing.done():
            message = "a story is being played"
            raise KnobRefusedError(message)
        self._playing = asyncio.create_task(self.stories.play(story))

    def _tell_story(self, text: str) -> None:
        self.broadcast("bench", "story", {"text": text})


def application(world: Surroundings) -> Starlette:
    """The page's server over a running world. It answers to loopback names only, and knobs to its own page only."""
    bench = Bench(world)

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        await bench.start()
        try:
            yield
        finally:
            await bench.close()

    async def page(_: Request) -> Response:
        return FileResponse(_PAGE / "index.html")

    async def opening(_: Request) -> Response:
        return JSONResponse(await asyncio.to_thread(bench.opening))

    async def talk(socket: WebSocket) -> None:
        if not _from_here(socket):
            await socket.close(_FOREIGN, "only the bench's own page may turn knobs")
            return
        await socket.accept()
        queue = await bench.open_page()
        writer = asyncio.create_task(_write(socket, queue))
        try:
            async for line in socket.iter_text():
                try:
                    await bench.act(line)
                except KnobRefusedError as refused:
                    bench.tell(queue, "bench", "refused", {"text": str(refused)})
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
            Mount("/novnc", StaticFiles(directory=NOVNC, check_dir=False)),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)],
        lifespan=life,
    )


def _from_here(socket: WebSocket) -> bool:
    """A browser says of which page a socket is: a page from elsewhere may not turn knobs. Who says nothing is none."""
    origin = socket.headers.get("origin")
    return origin is None or origin == f"http://{socket.headers.get('host', '')}"


async def _write(socket: WebSocket, queue: asyncio.Queue[str | None]) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        while (line := await queue.get()) is not None:
            await socket.send_text(line)
        await socket.close(_TOO_SLOW)


def _read(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line
