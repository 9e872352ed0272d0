"""``python -m tools.tender_matrix``: the table of what can be paid with while something is away, into its page.

One row for each kind of tender, one column for each thing that may be away; where a country's pack says otherwise than
the trade's habit, its countries are named. A test holds the page to what this would write.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import resources
from pathlib import Path
from typing import Final, get_args

from kiosk.retail.tender_needs import NEEDS, Need, lacking
from kiosk.retail.transaction import TenderKind

__all__ = ["PAGE", "main", "rendered"]

PAGE: Final = Path(__file__).parents[1] / "docs" / "use" / "tenders.md"
_WORDS: Final = {"terminal": "terminal away", "head_office": "head office away", "printer": "printer away"}
_PLACE: Final = re.compile(r"(<!-- matrix: [^\n]* -->\n).*?(<!-- end -->)", re.DOTALL)


def _packs() -> dict[str, dict[TenderKind, tuple[Need, ...]]]:
    """What each country's pack says of tenders' needs."""
    found = {}
    for entry in sorted(resources.files("kiosk.countries").iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".toml"):
            told = tomllib.loads(entry.read_text(encoding="utf-8")).get("policy", {}).get("tender_needs", {})
            found[entry.name.removesuffix(".toml").upper()] = {kind: tuple(needs) for kind, needs in told.items()}
    return found


def rendered() -> str:
    """The table, in Markdown."""
    packs = _packs()
    lines = ["| kind | " + " | ".join(_WORDS[need] for need in NEEDS) + " |", "|---" * (len(NEEDS) + 1) + "|"]
    for kind in (each for each in get_args(TenderKind) if each != "credit_note"):  # nobody pays with one
        cells = []
        for need in NEEDS:
            habit = lacking(kind, {}, {need}) is None
            other = [country for country, told in packs.items() if (lacking(kind, told, {need}) is None) != habit]
            word = "yes" if habit else "no"
            cells.append(f"{word} ({', '.join(other)}: {'no' if habit else 'yes'})" if other else word)
        lines.append(f"| `{kind}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_PLACE.sub(lambda found: f"{found[1]}{rendered()}{found[2]}", page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
