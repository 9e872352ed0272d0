"""The catalogues: one gettext file per language, compiled ahead, read from its source where it was not."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

__all__ = ["LANGUAGES", "catalogue", "compile_catalogue", "source"]

LANGUAGES = ("bn", "en", "pt_BR")
_FOLDER = Path(__file__).parent / "locale"


def source(language: str) -> Path:
    """The ``.po`` file of a language."""
    return _FOLDER / language / "LC_MESSAGES" / "kiosk.po"


@cache
def catalogue(language: str) -> GNUTranslations:
    """The messages of a language. The compiled file is used unless it is missing or older than its source.

    Raises ``LookupError`` for a language without a catalogue.
    """
    if language not in LANGUAGES:
        message = f"no catalogue for {language}"
        raise LookupError(message)
    text = source(language)
    compiled = text.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= text.stat().st_mtime:
        return GNUTranslations(BytesIO(compiled.read_bytes()))
    return GNUTranslations(BytesIO(compile_catalogue(language)))


def compile_catalogue(language: str) -> bytes:
    """The ``.mo`` of a language's source. Raises ``babel.messages.pofile.PoFileError`` for a malformed source."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - a start with compiled catalogues needs neither
    from babel.messages.pofile import read_po  # noqa: PLC0415 - the same

    with source(language).open("rb") as text:
        messages = read_po(text, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, messages)
    return compiled.getvalue()
