"""``python -m kiosk.i18n.compile``: compile the catalogues, so that a start needs no parsing. Safe to repeat."""

from __future__ import annotations

from kiosk.i18n.catalogues import LANGUAGES, compile_catalogue, source

__all__ = ["main"]


def main() -> None:
    """Write a ``.mo`` beside each ``.po``."""
    for language in LANGUAGES:
        source(language).with_suffix(".mo").write_bytes(compile_catalogue(language))


if __name__ == "__main__":
    main()
