"""The provider's notices: posted to the shop's head office, signed, and posted again until they are taken."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import json
import time
from typing import Literal
from urllib.parse import urlsplit

__all__ = ["Manner", "Notices"]

Manner = Literal["once", "twice", "off", "forged", "stale"]

_PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_TAKEN = range(200, 300)
_STALE_S = 3600


class Notices:
    """``hook`` is where they go; empty: nowhere. ``manner`` says how they are sent, ``delay_s`` how late."""

    def __init__(self, hook: str, secret: str) -> None:
        self._hook, self._secret = urlsplit(hook), secret.encode()
        self.manner: Manner = "once"
        self.delay_s = 0.0
        self.sent: list[bytes] = []
        self.taken = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, event: int, reference: str) -> None:
        """Begin to tell of a charge."""
        body = json.dumps({"event": f"e-{event}", "reference": reference}).encode()
        self.sent.append(body)
        for _ in range({"off": 0, "twice": 2}.get(self.manner, 1)):
            self._spawn(body)

    def replay(self) -> int:
        """Send everything once more, the newest first; how much that is."""
        for body in reversed(self.sent):
            self._spawn(body)
        return len(self.sent)

    async def close(self) -> None:
        """Send no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, body: bytes) -> None:
        if self._hook.hostname:
            task = asyncio.get_running_loop().create_task(self._deliver(body))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, body: bytes) -> None:
        await asyncio.sleep(self.delay_s)
        for pause in (*_PAUSES_S, 0.0):
            if await asyncio.to_thread(self._post, body):
                self.taken += 1
                return
            await asyncio.sleep(pause)

    def _post(self, body: bytes) -> bool:
        at = int(time.time()) - (_STALE_S if self.manner == "stale" else 0)
        signed = hmac.new(self._secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        mark = f"t={at},v1={'0' * 64 if self.manner == 'forged' else signed}"
        connection = http.client.HTTPConnection(self._hook.hostname or "", self._hook.port, timeout=5)
        try:
            connection.request("POST", self._hook.path, body, {"X-Signature": mark, "Content-Type": "application/json"})
            return connection.getresponse().status in _TAKEN
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
