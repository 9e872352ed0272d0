"""Makes ``docs/drivers.md``: each driver, what was shown of it, and how far it can be trusted for that.

``python -m tests.conformance.page`` writes it; a test holds it true. What can be seen in the tree is looked for there;
what was seen once, a soak or a judge or a real device, stands in ``evidence.toml`` with its date.
"""

from __future__ import annotations

import ast
import asyncio
import importlib
import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from hal.drivers import CATEGORIES, available
from tests.support.rigs import every, wire_of

__all__ = ["PAGE", "Standing", "level", "main", "page", "standings"]

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "drivers.md"
EVIDENCE: Final = Path(__file__).with_name("evidence.toml")
FEWEST_FAULTS: Final = 4
NO_BYTES: Final = frozenset({"camera", "lights"})
"""Categories whose devices a library speaks to: there is no codec of ours to hold against published bytes."""

_HEAD: Final = """# Drivers, and what was shown of each

Made by `python -m tests.conformance.page`; a test holds it true. [How to connect a device](drivers/README.md).

| level | asks for |
|---|---|
| bronze | a data sheet in the driver's file, a far end with at least one fault, the conformance suite passed |
| silver | bronze, and: published bytes as tests, a codec that was fuzzed, four or more faults got over in the suite |
| gold | silver, and: 10,000 operations with faults survived; an independent judge or a real device of the kind |

`wire`: the far end is at the other end of the real transport. `emulated`: an ordinary machine has no kernel part for
it (HID, evdev, V4L2, GPIO, USB), so the far end stands in for the kernel too. Cameras and lights have no bytes of their
own: a library speaks to them. A simulator has no wire and no level; it is for tests, and never loads unless settings
name it. Nothing here was certified by anybody.

"""


_WHOSE: Final = ("published", "manual", "captured")


@dataclass(frozen=True, slots=True)
class Standing:
    """What was shown of one driver. ``faults``: how many kinds its rig knows, a pulled cable among them."""

    driver: str
    wires: tuple[str, ...]
    fits: str
    sheet: bool
    far_end: bool
    codec: bool
    vectors: bool
    fuzzed: bool
    faults: int
    soaked: str
    judged: str
    metal: str


def level(standing: Standing) -> str:
    """``gold``, ``silver``, ``bronze`` or, for what has not even that, nothing."""
    bronze = standing.sheet and standing.far_end and standing.faults > 0
    codec = standing.codec is False or (standing.vectors and standing.fuzzed)
    silver = bronze and codec and standing.faults >= FEWEST_FAULTS
    gold = silver and bool(standing.soaked) and bool(standing.judged or standing.metal)
    return "gold" if gold else "silver" if silver else "bronze" if bronze else ""


def standings() -> list[Standing]:
    """Every driver with a wire, sorted."""
    evidence = tomllib.loads(EVIDENCE.read_text(encoding="utf-8"))
    shown = {kind: set(_shown(kind)) for kind in ("vectors", "fuzzed")}
    faults = asyncio.run(_faults())
    found = []
    for category in CATEGORIES:
        for model in available(category):
            driver = f"{category}/{model}"
            wires = sorted({wire_of(*which) for which in every() if which[0] == category and _base(which[1]) == model})
            if wires == ["simulated"]:
                continue
            module = importlib.import_module(f"hal.{category}.{model}")
            own: Mapping[str, str] = evidence.get(driver, {})
            found.append(
                Standing(
                    driver=driver,
                    wires=tuple(wires),
                    fits=(module.__doc__ or "").strip().partition("\n")[0],
                    sheet="Sample settings:" in (module.__doc__ or ""),
                    far_end=bool(wires),
                    codec=category not in NO_BYTES,
                    vectors=driver in shown["vectors"],
                    fuzzed=driver in shown["fuzzed"],
                    faults=faults.get(driver, 0),
                    soaked=own.get("soaked", ""),
                    judged=own.get("judged", ""),
                    metal=own.get("metal", ""),
                )
            )
    return sorted(found, key=lambda standing: standing.driver)


def page() -> str:
    """The whole page."""
    lines = [
        "| driver | level | wire | data sheet, far end | vectors | fuzzed | faults | soak | judge | real device |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    rows = standings()
    for each in rows:
        base = _tick(held=each.sheet and each.far_end)
        codec = [_tick(held=held) if each.codec else "no codec" for held in (each.vectors, each.fuzzed)]
        seen = (each.soaked or "-", each.judged or "-", each.metal or "-")
        wires = ", ".join(each.wires)
        cells = (f"`{each.driver}`", level(each) or "-", wires, base, *codec, str(each.faults), *seen)
        lines.append(f"| {' | '.join(cells)} |")
    sheets = [f"- `{each.driver}`: {each.fits}" for each in rows]
    return f"{_HEAD}{chr(10).join(lines)}\n\n## What each is for\n\n{chr(10).join(sheets)}\n"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


def _tick(*, held: bool) -> str:
    return "yes" if held else "-"


def _base(model: str) -> str:
    return model.partition(":")[0]


async def _faults() -> dict[str, int]:
    """How many kinds of fault each driver's rigs know."""
    found: dict[str, int] = {}
    for (category, model), make in every().items():
        with tempfile.TemporaryDirectory() as folder:
            async with make(Path(folder)) as rig:
                kinds = len(rig.faults) + (rig.unplug is not None)
        driver = f"{category}/{_base(model)}"
        found[driver] = max(found.get(driver, 0), kinds)
    return found


def _shown(kind: str) -> Iterator[str]:
    """The drivers of which a test in ``tests/hal`` holds this."""
    for file in sorted((ROOT / "tests" / "hal").glob("**/test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = _drivers_by_name(tree)
        for test in ast.walk(tree):
            if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef) and _holds(test, kind):
                used = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
                yield from (driver for name in used & names.keys() for driver in names[name])


def _holds(test: ast.FunctionDef | ast.AsyncFunctionDef, kind: str) -> bool:
    """Vectors: its name says whose bytes they are. Fuzzed: hypothesis gives it its values."""
    if kind == "vectors":
        return test.name.startswith("test_") and any(word in test.name for word in _WHOSE)
    decorators = [each.func if isinstance(each, ast.Call) else each for each in test.decorator_list]
    return any(isinstance(each, ast.Name) and each.id == "given" for each in decorators)


def _drivers_by_name(tree: ast.Module) -> dict[str, set[str]]:
    """Each name of a module that stands for something of a driver: imported from it, or made of what was."""
    names: dict[str, set[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hal."):
            for alias in node.names:
                for module in (node.module or "", f"{node.module}.{alias.name}"):
                    names.setdefault(alias.asname or alias.name, set()).update(_behind(module))
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.ClassDef):
            used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in names}
            made = {driver for name in used for driver in names[name]}
            for name in _made_by(node):
                names.setdefault(name, set()).update(made)
    return names


@cache
def _behind(module: str) -> frozenset[str]:
    """The drivers that a module of ``hal`` is, or is a part of: one that only one driver of a category imports."""
    _, category, *rest = f"{module}.".split(".")
    if category not in CATEGORIES:
        return frozenset()
    if rest[0] in available(category):
        return frozenset({f"{category}/{rest[0]}"})
    users = {
        model
        for model in available(category)
        if re.search(rf"^from {re.escape(module)} import", _source(category, model), re.MULTILINE)
    }
    return frozenset({f"{category}/{model}" for model in users}) if len(users) == 1 else frozenset()


@cache
def _source(category: str, model: str) -> str:
    return (ROOT / "hal" / category / f"{model}.py").read_text(encoding="utf-8")


def _made_by(node: ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
        return
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    yield from (each.id for each in targets if isinstance(each, ast.Name))


if __name__ == "__main__":
    raise SystemExit(main())
