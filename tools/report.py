"""The report every target leaves: what was measured, what had to hold, and one closing line.

>>> import io, pathlib, tempfile
>>> folder = pathlib.Path(tempfile.mkdtemp())
>>> report = Report("replay", folder=folder)
>>> report.figure("baskets", 9835)
>>> report.require("no sale is lost", held=True)
>>> report.close()
replay: baskets=9835
0
>>> sorted(path.name for path in folder.iterdir())
['replay.json', 'replay.md']

A breach of correctness (``require`` with ``held=False``) makes the exit code 1. Speed (``speed``) is only told, as met
or missed: a slow machine is no fault of the program.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

__all__ = ["REPORTS", "Figure", "Report", "Speed", "Table", "machine"]

REPORTS = Path(__file__).resolve().parents[1] / "build" / "reports"
"""Where reports go: outside version control, beside what else is built."""

Figure = int | float | str
"""A figure's value. A string holds no blank, or the closing line could not be taken apart again."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that had to hold. ``detail`` says what was seen instead."""

    what: str
    held: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Speed:
    """A measurement beside its target, both in ``unit``; ``met`` says on which side of it the measurement fell."""

    what: str
    measured: float
    target: float
    unit: str
    met: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a title; every row has as many cells as ``header``."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Report(AbstractContextManager["Report"]):
    """Collects a target's results and writes them when closed.

    ``target`` is the make target's name. As a context manager it also writes a report, with the failure in it, when the
    run ends in an exception; the exception goes on.
    """

    def __init__(self, target: str, *, folder: Path = REPORTS) -> None:
        self.target = target
        self._folder = folder
        self._figures: dict[str, Figure] = {}
        self._requirements: list[Requirement] = []
        self._speeds: list[Speed] = []
        self._tables: list[Table] = []
        self._notes: list[str] = []
        self._began = datetime.now(UTC)
        self._clock = time.monotonic()
        self._closed = False

    def figure(self, key: str, value: Figure) -> None:
        """Put ``key=value`` on the closing line, in the order of the calls; a second call with the key replaces it.

        Raises ``ValueError`` for a key or value that holds a blank or ``=``.
        """
        if any(character.isspace() or character == "=" for character in f"{key}{value}"):
            message = f"a figure may hold neither blank nor '=': {key!r}, {value!r}"
            raise ValueError(message)
        self._figures[key] = value

    def require(self, what: str, *, held: bool, detail: str = "") -> None:
        """State what had to hold; if it did not, say so at once and fail the target at its end."""
        self._requirements.append(Requirement(what, held, detail))
        if not held:
            print(f"{self.target}: BREACH: {what}{': ' if detail else ''}{detail}", flush=True)

    def speed(self, what: str, measured: float, target: float, unit: str, *, at_most: bool = True) -> None:
        """State a measurement and its target, an upper bound unless ``at_most`` is false."""
        met = measured <= target if at_most else measured >= target
        self._speeds.append(Speed(what, measured, target, unit, met))
        bound = "at most" if at_most else "at least"
        verdict = "met" if met else "missed"
        print(f"{self.target}: {what}: {measured:.4g} {unit} ({bound} {target:g} {unit}: {verdict})", flush=True)

    def table(self, title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Add a table. Raises ``ValueError`` when a row has not as many cells as the header."""
        cells = tuple(tuple(str(cell) for cell in row) for row in rows)
        if any(len(row) != len(header) for row in cells):
            message = f"table {title!r}: a row differs in length from its header"
            raise ValueError(message)
        self._tables.append(Table(title, tuple(header), cells))

    def note(self, text: str) -> None:
        """Add a sentence to the report."""
        self._notes.append(text)

    @property
    def speeds(self) -> tuple[Speed, ...]:
        """What was measured beside a target so far."""
        return tuple(self._speeds)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables so far."""
        return tuple(self._tables)

    @property
    def passed(self) -> bool:
        """Whether everything that had to hold so far did."""
        return all(requirement.held for requirement in self._requirements)

    def progress(self, text: str) -> None:
        """Tell whoever waits how far the run is; nothing of it is kept."""
        print(f"{self.target}: {text}", flush=True)

    def close(self) -> int:
        """Write both files, print the closing line, and give the exit code: 0, or 1 after a breach."""
        self._folder.mkdir(parents=True, exist_ok=True)
        document = json.dumps(self._document(), ensure_ascii=False, indent=2)
        (self._folder / f"{self.target}.json").write_text(document + "\n", encoding="utf-8")
        (self._folder / f"{self.target}.md").write_text("\n".join(self._markdown()) + "\n", encoding="utf-8")
        print(self._closing_line(), flush=True)
        self._closed = True
        return 0 if self.passed else 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if fault is not None and not self._closed:
            self.require("the run reaches its end", held=False, detail=f"{type(fault).__name__}: {fault}")
            self.close()

    def _closing_line(self) -> str:
        pairs = [f"{key}={_plain(value)}" for key, value in self._figures.items()]
        breaches = sum(not requirement.held for requirement in self._requirements)
        if breaches:
            pairs.append(f"breaches={breaches}")
        return " ".join([f"{self.target}:", *pairs])

    def _document(self) -> dict[str, object]:
        return {
            "target": self.target,
            "passed": self.passed,
            "began": self._began.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - self._clock, 1),
            "machine": machine(),
            "figures": self._figures,
            "requirements": [asdict(requirement) for requirement in self._requirements],
            "speeds": [asdict(speed) for speed in self._speeds],
            "tables": [asdict(table) for table in self._tables],
            "notes": self._notes,
        }

    def _markdown(self) -> list[str]:
        lines = [f"# {self.target}: {'passed' if self.passed else 'FAILED'}", "", f"{self._began:%Y-%m-%d %H:%M} UTC"]
        lines += ["", *self._notes] if self._notes else []
        if self._figures:
            lines += _table("Figures", ("figure", "value"), [(k, _plain(v)) for k, v in self._figures.items()])
        if self._requirements:
            verdicts = [(r.what, "held" if r.held else "BROKEN", r.detail) for r in self._requirements]
            lines += _table("What had to hold", ("what", "verdict", "seen"), verdicts)
        if self._speeds:
            speeds = [
                (s.what, f"{s.measured:.4g} {s.unit}", f"{s.target:g} {s.unit}", "met" if s.met else "missed")
                for s in self._speeds
            ]
            lines += _table("Speed", ("what", "measured", "target", "verdict"), speeds)
        for table in self._tables:
            lines += _table(table.title, table.header, table.rows)
        return lines


def _plain(value: Figure) -> str:
    """A figure as the closing line shows it: a float to four significant digits, anything else as it is."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table under a heading; a bar or a line break in a cell does not end the cell."""
    body = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return ["", f"## {title}", "", "| " + " | ".join(header) + " |", "|" + "---|" * len(header), *body]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def machine() -> dict[str, str | int]:
    """What the figures were measured on; nothing that names the machine."""
    return {
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "architecture": platform.machine(),
        "cores": os.cpu_count() or 0,
    }
