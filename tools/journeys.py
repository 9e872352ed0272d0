"""Write ``docs/use/journeys.md``: what people do at the kiosk, the journey that shows each, and what is not shown yet.

``python -m tools.journeys`` prints the lists, ``--write`` puts them into the page; a test holds the page true.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = [
    "JOURNEYS",
    "PAGE",
    "Journey",
    "beside",
    "covered",
    "journeys_there",
    "main",
    "page",
    "planned",
    "written_into",
]

_HERE: Final = Path(__file__).resolve().parents[1]
JOURNEYS: Final = _HERE / "tests" / "journeys"
PAGE: Final = _HERE / "docs" / "use" / "journeys.md"
_BEGIN: Final = "<!-- lists -->\n"
_END: Final = "<!-- /lists -->"


@dataclass(frozen=True, slots=True)
class Journey:
    """A sentence and the test that shows it (``file.test``); an empty one: none does yet, and ``why``."""

    group: str
    sentence: str
    test: str
    why: str = ""


def planned() -> tuple[Journey, ...]:
    """Every sentence of the plan, in its order."""
    told = tomllib.loads((JOURNEYS / "sentences.toml").read_text(encoding="utf-8"))
    return tuple(Journey(group["name"], *sentence) for group in told["group"] for sentence in group["sentences"])


def covered() -> tuple[Journey, ...]:
    """Those that a journey shows."""
    return tuple(journey for journey in planned() if journey.test)


def journeys_there() -> dict[str, str]:
    """The tests of the journeys' folder (``file.test``) and each as a sentence."""
    found = {}
    for file in sorted(JOURNEYS.glob("test_*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                said = node.name.removeprefix("test_").replace("_", " ")
                found[f"{file.stem}.{node.name}"] = said[0].upper() + said[1:]
    return found


def beside() -> dict[str, str]:
    """Journeys that show what no sentence of the plan says."""
    named = {journey.test for journey in planned()}
    return {test: said for test, said in journeys_there().items() if test not in named}


def page() -> str:
    """The lists in Markdown."""
    every = planned()
    lines = [f"{len(covered())} of the plan's {len(every)} sentences are shown by a journey.", ""]
    for group in dict.fromkeys(journey.group for journey in every):
        rows = [journey for journey in every if journey.group == group and journey.test]
        lines += [f"## {group}", "", "| sentence | journey |", "|---|---|"]
        lines += [f"| {journey.sentence} | {_linked(journey.test)} |" for journey in rows]
        lines.append("")
    lines += ["## Beside the plan", "", "| sentence | journey |", "|---|---|"]
    lines += [f"| {said} | {_linked(test)} |" for test, said in beside().items()]
    lines += ["", "## Not shown yet", ""]
    lines += ["| sentence | why |", "|---|---|"]
    lines += [f"| {journey.group}: {journey.sentence} | {journey.why} |" for journey in every if not journey.test]
    return "\n".join(lines) + "\n"


def _linked(test: str) -> str:
    file = test.partition(".")[0]
    return f"[{file}](../../tests/journeys/{file}.py)"


def written_into(whole: str) -> str:
    """The page with its lists as they are now. Raises ``ValueError``: it has no place for them."""
    before, begin, rest = whole.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        message = f"{PAGE.name} has no {_BEGIN.strip()} and {_END}"
        raise ValueError(message)
    return f"{before}{begin}{page()}{end}{after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the lists, or write them into the page."""
    parser = argparse.ArgumentParser(prog="python -m tools.journeys", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"put the lists into docs/use/{PAGE.name}")
    if parser.parse_args(arguments).write:
        PAGE.write_text(written_into(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(page())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
