"""``python -m headoffice.admin import``: a file looked through or taken, told in lines for a person."""

from __future__ import annotations

import argparse
import csv
import getpass
import io
import sys
from collections.abc import Callable
from pathlib import Path

from headoffice.database import Database
from headoffice.imports.intake import Intake
from headoffice.imports.kinds import KINDS, Kind
from headoffice.imports.report import Flaw, Report, errors_as_csv
from headoffice.imports.sheet import MAXIMUM_BYTES, FileRefusedError
from kiosk.i18n.catalogues import LANGUAGES
from kiosk.i18n.translate import Translator

__all__ = ["add_parsers", "refusal_in_words", "run", "sayer", "template"]

_SHOWN = 20
_TOLD_EVERY = 5_000
_DONE, _REFUSED = 0, 1


def add_parsers(deeds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """``import`` and ``import-template``."""
    takes = deeds.add_parser("import", help="take in a retailer's own data from a CSV or XLSX file, all or nothing")
    takes.add_argument("kind", choices=KINDS)
    takes.add_argument("file", type=Path)
    takes.add_argument("--dry-run", action="store_true", help="only tell what would change")
    takes.add_argument("--partial", action="store_true", help="take the good rows though others are refused")
    takes.add_argument("--errors", type=Path, metavar="FILE", help="write the refused rows there, to be mended")
    takes.add_argument("--language", choices=LANGUAGES, default="en", help="of what is told (default %(default)s)")
    takes.add_argument("--delimiter", default="", help="between cells; sniffed unless told")
    takes.add_argument("--encoding", default="", help="of the text; UTF-8 or Windows-1252 unless told")
    takes.add_argument("--decimal", choices=(".", ","), default="", help="before a fraction; sniffed unless told")
    shows = deeds.add_parser("import-template", help="a file to begin from, with its columns and an example")
    shows.add_argument("kind", choices=KINDS)


def sayer(translator: Translator) -> Callable[[Flaw], str]:
    """How a flaw is told in a language."""

    def say(flaw: Flaw) -> str:
        return translator.t(f"console.import.wrong.{flaw.wrong}", detail=flaw.detail)

    return say


def refusal_in_words(translator: Translator, error: FileRefusedError) -> str:
    """Why a file as a whole is not taken, in a language."""
    return translator.t(f"console.import.refused.{error.reason}", detail=error.detail)


def template(kind: Kind) -> str:
    """The file to begin from: the columns and an example, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(kind.columns)
    writer.writerows(kind.samples)
    return "\ufeff" + out.getvalue()


def run(database: Database, told: argparse.Namespace, clock: Callable[[], int]) -> int:
    """Do what was asked; 0 when everything is good, 1 when rows or the file are refused."""
    translator = Translator(told.language)
    try:
        with told.file.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        sys.stderr.write(f"headoffice: {told.file}: {error.strerror}\n")
        return _REFUSED
    intake = Intake(database, clock=clock)
    shape = {"delimiter": told.delimiter, "encoding": told.encoding, "decimal": told.decimal}
    try:
        if told.dry_run:
            report = intake.look(told.kind, content, **shape, progress=_progress)
        else:
            by, file = getpass.getuser(), told.file.name
            report = intake.take(
                told.kind, content, by=by, file=file, partial=told.partial, **shape, progress=_progress
            )
    except FileRefusedError as error:
        sys.stderr.write(f"headoffice: {refusal_in_words(translator, error)}\n")
        return _REFUSED
    _tell(report, translator, dry=told.dry_run, partial=told.partial)
    if told.errors is not None and report.refused:
        told.errors.write_text(errors_as_csv(report, sayer(translator)), encoding="utf-8", newline="")
    return _REFUSED if report.refused else _DONE


def _tell(report: Report, translator: Translator, *, dry: bool, partial: bool) -> None:
    say = sayer(translator)
    for flaw in [*report.errors[:_SHOWN], *report.doubts[:_SHOWN]]:
        sys.stdout.write(f"{flaw.row}\t{flaw.column}\t{flaw.value}\t{say(flaw)}\n")
    for hidden in (len(report.errors) - _SHOWN, len(report.doubts) - _SHOWN):
        if hidden > 0:
            sys.stdout.write(f"… {hidden}\n")
    counts = {"fresh": report.counts["fresh"], "changed": report.counts["changed"], "same": report.counts["same"]}
    sys.stdout.write(translator.t("console.import.looked", **counts, refused=report.refused) + "\n")
    if dry:
        said = translator.t("console.import.only_looked")
    elif report.refused and not partial:
        said = translator.t("console.import.nothing_taken")
    else:
        said = translator.t("console.import.done") if report.works else translator.t("console.import.no_news")
    sys.stdout.write(said + "\n")


def _progress(done: int, whole: int) -> None:
    if done % _TOLD_EVERY == 0:
        sys.stderr.write(f"{done} of {whole} rows\n")
