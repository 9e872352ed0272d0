"""Languages: gettext catalogues, formats and digits for screen, receipt and head office."""
