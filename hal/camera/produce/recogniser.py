"""The recogniser: an index of known photographs, in a space where like is near like, and the file that holds it.

A picture's features (``hal.camera.produce.features``) are carried into the space by one matrix, made where the model is
trained. There, a key's likeness is the cosine to the mean of its photographs plus the mean cosine to its three nearest
ones. Photographs that are enrolled later only join the index: the space stays, nothing is trained again.

The file, version 1, is a NumPy ``.npz`` without pickled objects: ``header`` (JSON in UTF-8 bytes: format, version,
keys, sharpness, least, and the SHA-256 of the other members), ``mean`` (d), ``projection`` (d, r), ``vectors`` (n, r),
``labels`` (n indices of keys) and ``network`` (ONNX bytes; none where colour and shape are all there is). It bears no
picture. docs/formats/produce-model.md has it in full.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from hal.camera.contract import Guess
from hal.camera.produce.features import FLOOR_SIZE, Picture, checked, together, views

__all__ = ["FORMAT", "GUESSES", "VERSION", "ModelError", "OpenCvNetwork", "Recogniser", "Space", "likeness"]

FORMAT: Final = "produce-recogniser"
VERSION: Final = 1
GUESSES: Final = 5
_NEAREST: Final = 3
_SIDE: Final = 224
_MEMBERS: Final = ("mean", "projection", "vectors", "labels", "network")
_DTYPES: Final = {"mean": "<f4", "projection": "<f4", "vectors": "<f4", "labels": "<i4", "network": "|u1"}


class ModelError(Exception):
    """A model file cannot be used; the text names the file and says why."""


class OpenCvNetwork:
    """``features.Network`` by OpenCV's own inference. Raises ``ModelError`` for bytes that are no network."""

    def __init__(self, onnx: bytes) -> None:
        self.onnx = onnx
        try:
            self._net = cv2.dnn.readNetFromONNX(np.frombuffer(onnx, np.uint8))
        except cv2.error as error:
            text = f"the network cannot be read: {str(error).strip()[:200]}"
            raise ModelError(text) from error

    def see(self, picture: Picture) -> NDArray[np.float32]:
        """The averaged last layer; the picture is squeezed to a square first."""
        shrinks = min(picture.shape[:2]) >= _SIDE
        how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        square = cv2.resize(picture, (_SIDE, _SIDE), interpolation=how)
        self._net.setInput(cv2.dnn.blobFromImage(square, 1 / 128, (_SIDE, _SIDE), (127, 127, 127), swapRB=True))
        return np.maximum(np.asarray(self._net.forward(), np.float32).ravel(), 0)


@dataclass(frozen=True, slots=True)
class Space:
    """From features to the space: less ``mean`` (d), times ``projection`` (d, r), to length one."""

    mean: NDArray[np.float32]
    projection: NDArray[np.float32]

    def carry(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rows of features (n, d) as unit vectors (n, r)."""
        carried = (rows - self.mean) @ self.projection
        length = np.maximum(np.linalg.norm(carried, axis=1, keepdims=True), np.float32(1e-9))
        return np.asarray(carried / length, np.float32)


def likeness(
    asked: NDArray[np.float32], vectors: NDArray[np.float32], labels: NDArray[np.int32], keys: int
) -> NDArray[np.float32]:
    """How like each key (columns) each asked unit vector (rows) is: from -2 to 2."""
    near = asked @ vectors.T
    found = np.full((len(asked), keys), -2, np.float32)
    for label in np.unique(labels):
        of_key = labels == label
        mean = vectors[of_key].mean(axis=0)
        middle = asked @ (mean / max(float(np.linalg.norm(mean)), 1e-9))
        found[:, label] = middle + np.sort(near[:, of_key], axis=1)[:, -_NEAREST:].mean(axis=1)
    return found


@dataclass(frozen=True, slots=True)
class Recogniser:
    """``keys`` known by ``vectors`` (n, r) with ``labels`` (n, indices of keys); ``sharpness``: likeness to score.

    Less like anything known than ``least`` is nothing known: an empty counter, a hand.
    """

    space: Space
    vectors: NDArray[np.float32]
    labels: NDArray[np.int32]
    keys: tuple[str, ...]
    sharpness: float
    least: float = -2
    network: OpenCvNetwork | None = None

    def likeliest(self, picture: Picture) -> tuple[Guess, ...]:
        """The five likeliest keys, best first (all keys where there are fewer; none where nothing known lies there).

        Raises ``features.PictureError`` for what is no picture.
        """
        row = together(checked(picture), self.network)
        alike = likeness(self.space.carry(row[None]), self.vectors, self.labels, len(self.keys))[0]
        if alike.max() < self.least:
            return ()
        scores = _shares(alike * np.float32(self.sharpness))
        order = sorted(range(len(self.keys)), key=lambda at: (-scores[at], self.keys[at]))[:GUESSES]
        return tuple(Guess(self.keys[at], round(float(scores[at]), 4)) for at in order)

    def enrol(self, key: str, pictures: Iterable[Picture]) -> Self:
        """With these photographs of ``key``, known before or new. Raises ``features.PictureError``."""
        rows = [together(view, self.network) for picture in pictures for view in views(checked(picture))]
        if not rows:
            return self
        keys = self.keys if key in self.keys else (*self.keys, key)
        labels = np.full(len(rows), keys.index(key), np.int32)
        vectors = np.concatenate([self.vectors, self.space.carry(np.stack(rows))])
        return replace(self, vectors=vectors, labels=np.concatenate([self.labels, labels]), keys=keys)

    def save(self, path: Path) -> None:
        """Write the file aside and put it in its place, so that no reader finds half of it."""
        network = self.network.onnx if self.network is not None else b""
        members: dict[str, Any] = {
            "mean": self.space.mean,
            "projection": self.space.projection,
            "vectors": self.vectors,
            "labels": self.labels,
            "network": np.frombuffer(network, np.uint8),
        }
        header = {
            "format": FORMAT,
            "version": VERSION,
            "keys": self.keys,
            "sharpness": self.sharpness,
            "least": self.least,
            "sha256": _digest(members),
        }
        aside = path.with_name(path.name + ".new")
        with aside.open("wb") as file:
            np.savez_compressed(file, header=np.frombuffer(json.dumps(header).encode(), np.uint8), **members)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file. Raises ``ModelError`` for one that is missing, damaged, of another version or no model."""
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
                header = json.loads(file["header"].tobytes())
                members = {name: np.asarray(file[name]) for name in _MEMBERS}
            return cls._of(header, members)
        except ModelError as error:
            text = f"{path}: {error}"
            raise ModelError(text) from error
        except Exception as error:  # a damaged archive fails in more ways than its library names
            text = f"{path} is no usable produce model ({type(error).__name__}: {error}); train it anew"
            raise ModelError(text) from error

    @classmethod
    def _of(cls, header: Mapping[str, Any], members: Mapping[str, NDArray[Any]]) -> Self:
        if header["format"] != FORMAT or header["version"] != VERSION:
            text = f"a {header['format']} of version {header['version']}; this program reads {FORMAT} {VERSION}"
            raise ModelError(text)
        if any(members[name].dtype.str != dtype for name, dtype in _DTYPES.items()):
            text = "its numbers are of other kinds than the format's"
            raise ModelError(text)
        if _digest(members) != header["sha256"]:
            text = "damaged: its content is not what was written; train it anew or copy it again"
            raise ModelError(text)
        network = OpenCvNetwork(members["network"].tobytes()) if members["network"].size else None
        keys = tuple(str(key) for key in header["keys"])
        space = Space(members["mean"], members["projection"])
        sharpness, least = float(header["sharpness"]), float(header["least"])
        made = cls(space, members["vectors"], members["labels"], keys, sharpness, least, network)
        _check_shapes(made)
        return made


def _check_shapes(made: Recogniser) -> None:
    mean, projection = made.space.mean, made.space.projection
    fits = (
        projection.ndim == made.vectors.ndim == 2  # noqa: PLR2004 - rows and columns
        and mean.shape == projection.shape[:1]
        and made.vectors.shape == (len(made.labels), projection.shape[1])
        and len(made.labels) > 0
        and len(set(made.keys)) == len(made.keys)
        and int(made.labels.min()) >= 0
        and int(made.labels.max()) < len(made.keys)
        and len(mean) >= FLOOR_SIZE
    )
    if not fits:
        text = "its parts do not fit one another"
        raise ModelError(text)


def _shares(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Positive shares of one (softmax)."""
    raised = np.exp(values - values.max())
    return np.asarray(raised / raised.sum(), np.float32)


def _digest(members: Mapping[str, NDArray[Any]]) -> str:
    told = hashlib.sha256()
    for name in _MEMBERS:
        told.update(f"{name} {members[name].dtype.str} {members[name].shape}\n".encode())
        told.update(np.ascontiguousarray(members[name]).tobytes())
    return told.hexdigest()
