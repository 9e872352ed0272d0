"""Rows as a file that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

__all__ = ["as_csv"]


async def as_csv(name: str, columns: Sequence[str], rows: Callable[[], Iterable[Sequence[object]]]) -> Response:
    """The answer that is saved as ``name``; ``rows`` is called off the event loop."""

    def write() -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows([_plain(value) for value in row] for row in rows())
        return out.getvalue()

    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(await run_in_threadpool(write), media_type="text/csv; charset=utf-8", headers=headers)


def _plain(value: object) -> object:
    """A text that a spreadsheet would take for a formula is one no more."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
