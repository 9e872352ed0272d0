"""Making a recogniser from a folder of photographs and a manifest that says what each shows.

The manifest is a CSV file with the columns ``file`` (below the folder), ``split`` (``train``, ``test``; all is for
training where the column is missing) and the label: ``plu``, or ``fine`` where there is no such column. A second CSV
file (``fine``, ``plu``) may say which price look-up number a label stands for; one that it leaves out keeps its label.

The space: principal components of all features (at most 512), whitened by the scatter of photographs within their keys,
shrunk towards a sphere (regularised discriminant analysis, Friedman 1989), and of that the 128 widest directions.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hal.camera.produce.features import Network, Picture, PictureError, checked, together, views
from hal.camera.produce.recogniser import GUESSES, OpenCvNetwork, Recogniser, Space, likeness

__all__ = ["ManifestError", "Photograph", "Trained", "read_keys", "read_manifest", "read_picture", "train"]

_COMPONENTS: Final = 512
_WIDEST: Final = 128
_SHRINKAGE: Final = 0.3
_FOLDS: Final = 4
_SHARPNESSES: Final = tuple(2.0**step for step in range(9))


class ManifestError(ValueError):
    """The manifest or the list of keys cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """A file and what it shows."""

    path: Path
    key: str
    split: str


@dataclass(frozen=True, slots=True)
class Trained:
    """A recogniser, and what it got right of photographs that were kept from it (shares; cross-validated)."""

    recogniser: Recogniser
    photographs: int
    top_1: float
    top_5: float


def read_keys(path: Path) -> Mapping[str, str]:
    """Price look-up numbers by label. Raises ``ManifestError``."""
    return {row["fine"]: row["plu"] for row in _rows(path, {"fine", "plu"}) if row["plu"]}


def read_manifest(folder: Path, manifest: Path, keys: Mapping[str, str] | None = None) -> tuple[Photograph, ...]:
    """What the manifest names, in its order. Raises ``ManifestError``, also for a file outside the folder."""
    rows = _rows(manifest, {"file"})
    label = next((name for name in ("plu", "fine") if rows and name in rows[0]), None)
    if label is None:
        text = f"{manifest}: no photographs, or no column `plu` or `fine`"
        raise ManifestError(text)
    root = folder.resolve()
    found = []
    for number, row in enumerate(rows, start=2):
        path = (root / row["file"]).resolve()
        if not path.is_relative_to(root) or not path.is_file() or not row[label]:
            text = f"{manifest}, line {number}: {row['file']!r:.80} is no file of {folder}, or has no label"
            raise ManifestError(text)
        found.append(Photograph(path, (keys or {}).get(row[label], row[label]), row.get("split") or "train"))
    return tuple(found)


def _rows(path: Path, needed: set[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        text = f"{path} cannot be read: {error}"
        raise ManifestError(text) from error
    missing = needed - set(reader.fieldnames or ())
    if missing:
        text = f"{path}: no column {', '.join(sorted(missing))}"
        raise ManifestError(text)
    return rows


def read_picture(path: Path) -> Picture:
    """A photograph as blue, green, red. Raises ``PictureError`` for a file that holds none."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except (OSError, cv2.error) as error:
        text = f"{path}: {error}"
        raise PictureError(text) from error
    if picture is None:
        text = f"{path} holds no picture"
        raise PictureError(text)
    return checked(picture)


def train(
    photographs: Sequence[Photograph], network: OpenCvNetwork | None, *, told: Callable[[int], None] | None = None
) -> Trained:
    """Train on all of ``photographs``, whatever their split; ``told`` hears how many were looked at.

    Raises ``ManifestError`` when there is nothing to tell apart, ``PictureError`` for a file that is no picture.
    """
    keys = tuple(sorted({photograph.key for photograph in photographs}))
    if len(keys) < 2:  # noqa: PLR2004 - one thing alone is told apart from nothing
        text = "a recogniser needs photographs of two keys at least"
        raise ManifestError(text)
    labels = np.array([keys.index(photograph.key) for photograph in photographs], np.int32)
    rows = np.stack(list(_looked_at(photographs, network, told)))  # photographs, views, features
    mean = rows.mean(axis=(0, 1))
    components = _components(rows.reshape(-1, rows.shape[2]) - mean)
    reduced = (rows - mean) @ components
    found = _cross_validated(reduced, labels, len(keys))
    space = Space(mean, np.ascontiguousarray(components @ _whitened(reduced, labels)))
    vectors = space.carry(rows.reshape(-1, rows.shape[2]))
    of_views = labels.repeat(rows.shape[1])
    recogniser = Recogniser(space, vectors, of_views, keys, found.sharpness, found.least, network)
    return Trained(recogniser, len(photographs), found.top_1, found.top_5)


def _looked_at(
    photographs: Iterable[Photograph], network: Network | None, told: Callable[[int], None] | None
) -> Iterable[NDArray[np.float32]]:
    for number, photograph in enumerate(photographs, start=1):
        picture = read_picture(photograph.path)
        yield np.stack([together(view, network) for view in views(picture)])
        if told is not None:
            told(number)


def _components(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The widest directions of centred rows (n, d): (d, at most 512), by way of the smaller of the two products."""
    few = len(rows) < rows.shape[1]
    product = (rows @ rows.T if few else rows.T @ rows).astype(np.float64)
    width, direction = np.linalg.eigh(product)
    kept = np.flatnonzero(width > width[-1] * 1e-7)[::-1][:_COMPONENTS]
    found = rows.T @ direction[:, kept] / np.sqrt(width[kept]) if few else direction[:, kept]
    return found.astype(np.float32)


def _whitened(reduced: NDArray[np.float32], labels: NDArray[np.int32]) -> NDArray[np.float32]:
    """From components (m) to the space (r): photographs (n, views, m) of one key lie close together in it."""
    size = reduced.shape[2]
    within = np.zeros((size, size))
    for label in np.unique(labels):
        of_key = reduced[labels == label].reshape(-1, size).astype(np.float64)
        apart = of_key - of_key.mean(axis=0)
        within += apart.T @ apart
    within /= reduced.shape[0] * reduced.shape[1]
    round_one = max(float(np.trace(within)) / size, 1e-12)
    width, direction = np.linalg.eigh((1 - _SHRINKAGE) * within + _SHRINKAGE * round_one * np.eye(size))
    whitening = direction / np.sqrt(np.maximum(width, round_one * 1e-6))
    carried = reduced.reshape(-1, size) @ whitening
    spread, widest = np.linalg.eigh(carried.T @ carried)
    return np.asarray(whitening @ widest[:, np.argsort(spread)[::-1][:_WIDEST]], np.float32)


@dataclass(frozen=True, slots=True)
class _Found:
    """Of kept-back photographs: the sharpness under which scores mean most, how unlike all that is known the least
    like of them was, and the shares in the first place and among five.
    """

    sharpness: float
    least: float
    top_1: float
    top_5: float


def _cross_validated(reduced: NDArray[np.float32], labels: NDArray[np.int32], keys: int) -> _Found:
    """Learn from some, ask about the others.

    Photographs are kept back a quarter at a time, never one that is alone with its key.
    """
    place = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        of_key = np.flatnonzero(labels == label)
        place[of_key] = np.arange(len(of_key)) % _FOLDS if len(of_key) > 1 else -1
    alike, truth = [], []
    for fold in range(_FOLDS):
        back = place == fold
        if not back.any():
            continue
        rest = reduced[~back]
        space = Space(np.zeros(reduced.shape[2], np.float32), _whitened(rest, labels[~back]))
        known = space.carry(rest.reshape(-1, reduced.shape[2]))
        asked = space.carry(reduced[back][:, 0])  # as it was photographed, without the other views
        alike.append(likeness(asked, known, labels[~back].repeat(reduced.shape[1]), keys))
        truth.append(labels[back])
    if not alike:
        return _Found(_SHARPNESSES[len(_SHARPNESSES) // 2], -2.0, 0.0, 0.0)
    found, true = np.concatenate(alike), np.concatenate(truth)
    ranks = (found > found[np.arange(len(true)), true][:, None]).sum(axis=1)
    surprise = [_surprise(found * sharpness, true) for sharpness in _SHARPNESSES]
    shares = float((ranks < 1).mean()), float((ranks < GUESSES).mean())
    return _Found(_SHARPNESSES[int(np.argmin(surprise))], float(found.max(axis=1).min()), *shares)


def _surprise(values: NDArray[np.float32], truth: NDArray[np.int32]) -> float:
    """Mean negative log share of the truth."""
    values = values - values.max(axis=1, keepdims=True)
    return float((np.log(np.exp(values).sum(axis=1)) - values[np.arange(len(truth)), truth]).mean())
