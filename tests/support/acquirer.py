"""The bench's payment service provider on a thread of this process, and an acquirer in memory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from bench.far_ends.acquirer.rest import Provider
from headoffice.acquirers.contract import AcquirerSilentError, Charge, NoticeRefusedError, RefundStage

__all__ = ["KEY", "SECRET", "FakeAcquirer", "RunningProvider", "provider"]

T = TypeVar("T")

KEY, SECRET = "bench-key", "bench-secret-of-the-notices"


class RunningProvider:
    """A provider whose knobs may be turned from the test's own thread."""

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop, *, hook: str, codes: bool) -> None:
        self._loop = loop
        self.it = Provider(folder / "charges.jsonl", key=KEY, secret=SECRET, hook=hook, codes=codes)
        self.url = ""

    def do(self, deed: Coroutine[Any, Any, T]) -> T:
        """Have it done on the provider's loop."""
        return asyncio.run_coroutine_threadsafe(deed, self._loop).result(15)


@contextmanager
def provider(folder: Path, *, hook: str = "", codes: bool = True) -> Iterator[RunningProvider]:
    """A provider that listens on loopback."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="provider", daemon=True)
    thread.start()
    running = RunningProvider(folder, loop, hook=hook, codes=codes)
    try:
        running.url = running.do(running.it.start())
        yield running
    finally:
        running.do(running.it.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@dataclass(slots=True)
class FakeAcquirer:
    """An ``Acquirer`` in memory. ``reach`` may raise ``AcquirerSilentError``: before what is done, or after it."""

    make: Callable[[str, int, str], str]
    charges: dict[str, Charge] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    silent: str = ""
    stage: RefundStage = "done"

    def create(self, request: str, amount_minor: int, currency: str, *, seconds: int) -> Charge:
        """As the contract says."""
        with self._reach("create"):
            payload = self.make(request, amount_minor, currency)
            self.charges.setdefault(request, Charge("waiting", payload, seconds * 1000, currency=currency))
        return self.charges[request]

    def look(self, request: str) -> Charge | None:
        """As the contract says."""
        with self._reach("look"):
            return self.charges.get(request)

    def cancel(self, request: str) -> Charge | None:
        """As the contract says."""
        with self._reach("cancel"):
            charge = self.charges.get(request)
            if charge is not None and charge.status == "waiting":
                self.charges[request] = replace(charge, status="cancelled")
        return self.charges.get(request)

    def refund(self, request: str, amount_minor: int, currency: str, *, refund: str = "") -> RefundStage:
        """As the contract says."""
        with self._reach("refund"):
            if self.stage == "done" and (refund or request) not in self.refunds:
                charge = self.charges[request]
                assert 0 < amount_minor <= charge.paid_minor - charge.refunded_minor, currency
                self.refunds[refund or request] = amount_minor
                self.charges[request] = replace(charge, refunded_minor=charge.refunded_minor + amount_minor)
        return self.stage

    def noticed(self, headers: Mapping[str, str], body: bytes, now_s: int) -> str:
        """No signature; the body is the request."""
        if "x-signature" not in headers:
            raise NoticeRefusedError(str(now_s))
        return body.decode()

    def pay(self, request: str, amount_minor: int) -> None:
        """The shopper pays, whatever became of the charge."""
        charge = self.charges[request]
        if charge.status != "paid":
            self.charges[request] = replace(
                charge, status="paid", paid_minor=amount_minor, reference="E2E", scheme="Pix"
            )

    def ends(self, request: str, status: Any) -> None:  # noqa: ANN401 - one of the contract's
        """The acquirer ends a charge that waits."""
        if self.charges[request].status == "waiting":
            self.charges[request] = replace(self.charges[request], status=status)

    @contextmanager
    def _reach(self, deed: str) -> Iterator[None]:
        self.calls.append(deed)
        if self.silent == "before":
            raise AcquirerSilentError(deed)
        yield
        if self.silent == "after":
            raise AcquirerSilentError(deed)
