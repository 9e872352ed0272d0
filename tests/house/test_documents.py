"""The documents are true where a machine can tell: links, targets, and the files they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
ROOMS = (
    "bench",
    "docs",
    "hal",
    "headoffice",
    "kiosk",
    "messages",
    "provisioning",
    "requirements",
    "systemd",
    "tests",
    "tools",
    "ui",
)

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


@each_document
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@each_document
def test_every_target_it_names_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = re.findall(r"`make ([a-z-]+)", document.read_text(encoding="utf-8"))
    assert [target for target in named if target not in targets] == []


@each_document
def test_every_file_it_names_exists(document: Path) -> None:
    named = re.findall(
        r"`([\w./-]+\.(?:md|py|sh|toml|yaml|json|txt|service|target|conf))`", document.read_text(encoding="utf-8")
    )
    missing = [
        name for name in named if name.startswith(tuple(f"{room}/" for room in ROOMS)) and not (ROOT / name).exists()
    ]
    assert missing == []


def test_every_document_is_reached_from_the_front_door() -> None:
    reached: set[Path] = set()
    to_read = [ROOT / "README.md"]
    while to_read:
        document = to_read.pop()
        if document in reached:
            continue
        reached.add(document)
        if document.name == "README.md" and document.parent != ROOT:  # it opens its folder, whose listing is the index
            reached.update(document.parent.glob("*.md"))
        if document.suffix == ".md":
            links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
            to_read += [(document.parent / link).resolve() for link in links if "://" not in link]
    assert [path.relative_to(ROOT).as_posix() for path in DOCUMENTS if path not in reached] == []
