"""The table in ``docs/performance.md``, renewed from a run."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools.report import Report, machine

__all__ = ["DOCUMENT", "renew"]

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
_CPU = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)


def renew(report: Report, document: Path = DOCUMENT, part: str = "measured") -> None:
    """Put this run's results between the document's markers of ``part``. Raises ``ValueError`` where it has none."""
    between = re.compile(rf"(<!-- {part} -->\n).*?(<!-- end -->)", re.DOTALL)
    text = document.read_text(encoding="utf-8")
    if not between.search(text):
        message = f"{document.name} has no markers for what was measured"
        raise ValueError(message)
    body = "\n".join([_when(), "", *_speeds(report), *_tables(report)])
    document.write_text(between.sub(lambda found: f"{found[1]}{body}\n{found[2]}", text), encoding="utf-8")


def _when() -> str:
    about = machine()
    file = Path("/proc/cpuinfo")
    found = _CPU.search(file.read_text(encoding="utf-8")) if file.exists() else None
    processor = f", {found[1].strip()}" if found else ""
    cores = f"{about['cores']} cores, {about['architecture']}{processor}, software rendering"
    measured = f"Measured {datetime.now(UTC):%Y-%m-%d} on {cores}, {about['implementation']} {about['python']}"
    return f"{measured}; load average at the end {os.getloadavg()[0]:.1f}, this run's own part included."


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _rows(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    return [_row(*header), "|" + "---|" * len(header), *(_row(*cells) for cells in rows), ""]


def _speeds(report: Report) -> list[str]:
    rows = [
        (
            speed.what,
            f"{speed.measured:.4g} {speed.unit}",
            f"{speed.target:g} {speed.unit}",
            "met" if speed.met else "missed",
        )
        for speed in report.speeds
    ]
    return _rows(("what", "measured", "target", "verdict"), rows)


def _tables(report: Report) -> list[str]:
    return [line for table in report.tables for line in (f"{table.title}:", "", *_rows(table.header, table.rows))]
