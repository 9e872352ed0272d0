"""``make produce``: how often the camera's five guesses hold the right produce, and how fast it is.

Trains on the manifest's ``train`` rows and asks about its ``test`` rows; ``IMAGES=folder MANIFEST=file`` names others
of the same shape. A manifest without ``train`` rows is asked of a model trained on the pictures that lie here. Beside
it, in the same run, the plain floor: colour and coarse shape, and the nearest neighbours. Leaves
``build/produce/model.npz``.
"""

from __future__ import annotations

import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hal.camera.produce.features import Picture, floor
from hal.camera.produce.network import MissingWeightsError, find_weights, make_network, read_weights
from hal.camera.produce.recogniser import GUESSES, OpenCvNetwork, Recogniser
from hal.camera.produce.training import Photograph, Trained, read_keys, read_manifest, read_picture, train
from kiosk.retail.lookalikes import LookRules
from tools.produce_hints import hinted, prices
from tools.report import Report

__all__ = ["Judged", "judge", "main", "run"]

HERE = Path(__file__).resolve().parents[1]
PICTURES = HERE / "tests" / "data" / "produce"
LOOKS = HERE / "samples" / "shop" / "produce_looks.csv"
"""Their price look-up numbers in the sample shop: the model that is left is one for its kiosk."""
MODEL = HERE / "build" / "produce" / "model.npz"
LEAST_TOP_5 = 0.83
"""The share of the first trial: colour, shape and nearest neighbours on fifty kinds."""
TARGET_MS = 100
"""A picture, on a developer's machine; the pick list waits 300 ms for all of it on a kiosk."""
MOST_FALSE = 0.02
"""Of a hundred honest weighings so many may be met with a question."""
_NEIGHBOURS = 15

Guess = Callable[[Picture], Sequence[str]]


class Judged:
    """What a guesser got right of photographs: counts, and milliseconds of each."""

    def __init__(self) -> None:
        self.asked = self.first = self.five = 0
        self.ms: list[float] = []
        self.missed: list[tuple[str, str, str]] = []

    def take(self, photograph: Photograph, guesses: Sequence[str], ms: float) -> None:
        """One more."""
        self.asked += 1
        self.first += photograph.key in guesses[:1]
        self.five += photograph.key in guesses[:GUESSES]
        self.ms.append(ms)
        if photograph.key not in guesses[:GUESSES]:
            self.missed.append((photograph.path.name, photograph.key, ",".join(guesses)))

    @property
    def top_1(self) -> float:
        """The share that stood first."""
        return self.first / self.asked if self.asked else 0.0

    @property
    def top_5(self) -> float:
        """The share that stood among the first five."""
        return self.five / self.asked if self.asked else 0.0

    @property
    def median_ms(self) -> float:
        """Of one picture, already read."""
        return statistics.median(self.ms) if self.ms else 0.0


def judge(photographs: Sequence[Photograph], guess: Guess) -> Judged:
    """Ask about each."""
    judged = Judged()
    for photograph in photographs:
        picture = read_picture(photograph.path)
        began = time.perf_counter()
        guesses = guess(picture)
        judged.take(photograph, guesses, (time.perf_counter() - began) * 1_000)
    return judged


def _plain(known: Sequence[Photograph]) -> Guess:
    """The floor: the fifteen nearest by colour and shape vote, each the more the nearer it is."""
    rows = np.stack([floor(read_picture(photograph.path)) for photograph in known])

    def guess(picture: Picture) -> Sequence[str]:
        apart: NDArray[np.float32] = ((rows - floor(picture)) ** 2).sum(axis=1)
        votes: defaultdict[str, float] = defaultdict(float)
        for at in np.argsort(apart, kind="stable")[:_NEIGHBOURS]:
            votes[known[at].key] += 1 / (1e-3 + float(apart[at]))
        return sorted(votes, key=lambda key: (-votes[key], key))[:GUESSES]

    return guess


def _network(report: Report) -> OpenCvNetwork | None:
    try:
        return OpenCvNetwork(make_network(read_weights(find_weights())))
    except MissingWeightsError as error:
        report.note(f"Without a network: {error}.")
        return None


def _trained(known: Sequence[Photograph], report: Report) -> Trained:
    def told(number: int) -> None:
        if number % 100 == 0:
            report.progress(f"{number} of {len(known)} photographs looked at")

    return train(known, _network(report), told=told)


def run(images: Path, manifest: Path, model: Path, report: Report) -> None:
    """Train, write the model, read it back as a kiosk would, and judge it beside the floor."""
    keys = read_keys(LOOKS) if images == PICTURES else None
    photographs = read_manifest(images, manifest, keys)
    known = [each for each in photographs if each.split == "train"]
    asked = [each for each in photographs if each.split != "train"]
    if not known:
        report.note("The manifest has nothing to train on: the model is of the pictures that lie here.")
        known = [each for each in read_manifest(PICTURES, PICTURES / "manifest.csv") if each.split == "train"]
    report.require("there are photographs to ask about", held=bool(asked), detail="" if asked else str(manifest))
    trained = _trained(known, report)
    model.parent.mkdir(parents=True, exist_ok=True)
    trained.recogniser.save(model)
    recogniser = Recogniser.load(model)
    judged = judge(asked, lambda picture: [guess.key for guess in recogniser.likeliest(picture)])
    plain = judge(asked, _plain(known))
    _tell(report, trained, judged, plain, model)
    _tell_hints(report, asked, recogniser)


def _tell_hints(report: Report, asked: Sequence[Photograph], recogniser: Recogniser) -> None:
    """How often the product's rule would ask a shopper "which one is it?", for nothing and with good reason."""
    seen = [(each.key, recogniser.likeliest(read_picture(each.path))) for each in asked]
    count = hinted(seen, prices(), LookRules())
    if not count.honest:
        report.note("None of these kinds is sold by weight in the sample shop: no hints were measured.")
        return
    report.figure("hints_false", round(count.false_share, 4))
    report.figure("hints_caught", round(count.caught_share, 4))
    report.speed("asked for nothing", count.false_share * 100, MOST_FALSE * 100, "%")
    rows = [
        ("picked as what it is", count.honest, len(count.false), f"{count.false_share:.1%}"),
        ("picked as something a tenth cheaper", count.cheaper, count.caught, f"{count.caught_share:.1%}"),
    ]
    report.table('Asked "which one is it?"', ("a photograph", "tried", "asked", "share"), rows)
    report.table("Asked for nothing", ("is", "seen as"), count.false)


def _tell(report: Report, trained: Trained, judged: Judged, plain: Judged, model: Path) -> None:
    sees = trained.recogniser.network is not None
    report.figure("top1", round(judged.top_1, 4))
    report.figure("top5", round(judged.top_5, 4))
    report.figure("ms", round(judged.median_ms, 1))
    report.figure("floor_top1", round(plain.top_1, 4))
    report.figure("floor_top5", round(plain.top_5, 4))
    report.figure("photographs", judged.asked)
    report.figure("kinds", len(trained.recogniser.keys))
    report.figure("features", "network" if sees else "opencv")
    report.speed("the right one among five", judged.top_5 * 100, LEAST_TOP_5 * 100, "%", at_most=False)
    report.speed("a picture, median", judged.median_ms, TARGET_MS, "ms")
    rows = [
        (name, f"{each.top_1:.1%}", f"{each.top_5:.1%}", f"{each.median_ms:.1f}")
        for name, each in (("the model", judged), ("the plain floor", plain))
    ]
    report.table("Asked about photographs it has not seen", ("what", "first", "among five", "ms"), rows)
    kept_back = ("kept back in training", f"{trained.top_1:.1%}", f"{trained.top_5:.1%}")
    report.table("Cross-validated over the training photographs", ("what", "first", "among five"), [kept_back])
    report.table("Not among five", ("file", "is", "guessed"), judged.missed)
    report.note(f"Trained on {trained.photographs} photographs; the model file has {model.stat().st_size} bytes.")


def main() -> int:
    """Judge ``IMAGES`` and ``MANIFEST``, or the pictures that lie here."""
    images = Path(os.environ.get("IMAGES") or PICTURES)
    manifest = Path(os.environ.get("MANIFEST") or images / "manifest.csv")
    with Report("produce") as report:
        run(images, manifest, MODEL, report)
        return report.close()


if __name__ == "__main__":
    raise SystemExit(main())
