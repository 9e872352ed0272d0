"""What the provider remembers: one append-only file, a line of JSON a deed, on disk before anybody is answered.

``what`` is ``created``, ``paid``, ``declined``, ``expired``, ``cancelled`` or ``refunded``; with ``reference``,
``amount_minor``, ``currency`` and ``time``. It is the independent account of what was charged and given back.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["Charge", "Memory"]


@dataclass(slots=True)
class Charge:
    """One charge. ``refunds`` are the names of refunds that were done."""

    reference: str
    amount_minor: int
    currency: str
    payload: str
    expires: float
    status: str = "waiting"
    paid_minor: int = 0
    refunded_minor: int = 0
    bank_reference: str = ""
    refunds: tuple[str, ...] = ()


class Memory:
    """All charges, and the file they are folded from."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.charges: dict[str, Charge] = {}
        file.parent.mkdir(parents=True, exist_ok=True)
        content = file.read_bytes() if file.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:  # a line torn by a power cut was never answered
            os.truncate(file, len(whole))
        for line in whole.splitlines():
            self._apply(json.loads(line))

    def note(self, what: str, reference: str, **told: object) -> Charge:
        """Write one deed down, and give the charge as it stands then."""
        deed = {
            "what": what,
            "reference": reference,
            **told,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        with self._file.open("ab") as out:
            out.write(json.dumps(deed).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        self._apply(deed)
        return self.charges[reference]

    def standing(self, reference: str) -> Charge | None:
        """A charge as it stands now: one whose time is up has expired."""
        charge = self.charges.get(reference)
        if charge is not None and charge.status == "waiting" and time.time() >= charge.expires:
            charge = self.note("expired", reference)
        return charge

    def newest(self, *statuses: str) -> Charge | None:
        """The charge that was begun last of those that stand so."""
        standing = (self.standing(reference) for reference in reversed(list(self.charges)))
        return next((charge for charge in standing if charge is not None and charge.status in statuses), None)

    def _apply(self, deed: dict[str, Any]) -> None:
        what, reference = deed["what"], deed["reference"]
        if what == "created":
            told = {key: deed[key] for key in ("amount_minor", "currency", "payload", "expires")}
            self.charges[reference] = Charge(reference, **told)
            return
        charge = self.charges[reference]
        if what == "refunded":
            charge.refunded_minor += deed["amount_minor"]
            charge.refunds = (*charge.refunds, deed["refund"])
            return
        charge.status = what
        if what == "paid":
            charge.paid_minor, charge.bank_reference = deed["amount_minor"], deed["bank_reference"]
