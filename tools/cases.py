"""``make cases CASES=folder``: judge every case of a folder with the kiosk's own price engine.

Reads ``*cases*.json``; which reader judges a file is told by its name (``tax``, ``barcode``, ``promotion``). Exits
non-zero when a case fails, a file cannot be read or nothing was found.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools import barcode_cases, promotion_cases, tax_cases
from tools.case_verdict import Case, NotApplicableError, Verdict
from tools.report import Report

__all__ = ["judge_file", "main"]

_Judge = Callable[[Case, Case | None], Verdict]


_JUDGES: dict[str, _Judge] = {
    "tax": tax_cases.judge,
    "barcode": barcode_cases.judge,
    "promotion": promotion_cases.judge,
}


def judge_file(path: Path) -> list[Verdict]:
    """The verdict on each case of a file, in order.

    A case that breaks its reader has failed. Raises ``ValueError`` for a file that is no case file.
    """
    judge = next((judge for word, judge in _JUDGES.items() if word in path.name), None)
    document = json.loads(path.read_text(encoding="utf-8"), parse_float=str)
    if judge is None or not isinstance(document, dict) or not isinstance(document.get("cases"), list):
        message = "no reader for a file of this name, or no list of cases in it"
        raise ValueError(message)
    verdicts: list[Verdict] = []
    earlier: Case | None = None
    for number, case in enumerate(document["cases"], start=1):
        try:
            verdicts.append(judge(case, earlier))
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            name = str(case.get("id", number)) if isinstance(case, dict) else str(number)
            verdicts.append(Verdict(name, "failed", detail=f"cannot be read: {type(fault).__name__}: {fault}"))
        earlier = _taken_over(case, earlier)
    return verdicts


def _taken_over(case: Any, earlier: Case | None) -> Case | None:  # noqa: ANN401 - as it was read
    """What the next case may build on."""
    try:
        return tax_cases.whole(case, earlier)
    except (NotApplicableError, KeyError, TypeError):
        return None


def run(folder: Path, report: Report) -> None:
    """Judge all files of ``folder`` into ``report``."""
    files = sorted(folder.glob("*cases*.json")) if folder.is_dir() else []
    report.require("there are cases to judge", held=bool(files), detail="" if files else str(folder))
    count: Counter[str] = Counter()
    for path in files:
        try:
            verdicts = judge_file(path)
        except ValueError as fault:
            report.require(f"{path.name} can be read", held=False, detail=str(fault))
            continue
        count.update(verdict.outcome for verdict in verdicts)
        failed = [verdict for verdict in verdicts if verdict.outcome == "failed"]
        report.require(f"no case of {path.name} fails", held=not failed, detail=", ".join(v.case_id for v in failed))
        rows = [(v.case_id, v.outcome, v.reason.value if v.reason else "", v.detail) for v in verdicts]
        report.table(path.name, ("case", "verdict", "reason", "detail"), rows)
        for row in rows:
            print("  ".join(part for part in (f"{row[0]:<6}{row[1]:<15}", row[2], row[3]) if part), flush=True)
        reasons = Counter(verdict.reason.value for verdict in verdicts if verdict.reason)
        report.table(f"{path.name}: why not applicable", ("reason", "cases"), reasons.most_common())
    for outcome in ("passed", "failed", "not_applicable"):
        report.figure(outcome, count[outcome])


def main() -> int:
    """Judge the folder named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.cases", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    with Report("cases") as report:
        run(folder, report)
        return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
