"""Single pictures, by all stages until one is sure: photographs as they are, and frames that were spoilt."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hal.camera.vision.stages import read_still
from tests.benchmarks.vision.frames import DEGRADATIONS, held
from tests.benchmarks.vision.rivals import Decoder, rivals, witnessed
from tests.benchmarks.vision.samples import Picture, Sample, grey_of, known, picture_of, spread
from tools.report import Report

__all__ = ["frames", "stills"]

OURS: Final = "kiosk"
_SEED = 7
_MOST = 120
"""Photographs that are made into frames."""
_BETTER, _FRAME_MS = 1.25, 12.0


@dataclass(slots=True)
class _Counts:
    """What was read, by group and decoder; how long each picture took this kiosk, in ms (wall, processor)."""

    pictures: Counter[str] = field(default_factory=Counter)
    read: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    times: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, group: str, sample: Sample, grey: Picture, decoders: Mapping[str, Decoder | None]) -> None:
        """Read one picture by everybody."""
        self.pictures[group] += 1
        for name, decoder in decoders.items():
            if decoder is not None:
                self._count(group, name, sample, decoder(grey))
        wall, processor = time.perf_counter(), time.process_time()
        found = read_still(grey)
        self.times[group].append(((time.perf_counter() - wall) * 1e3, (time.process_time() - processor) * 1e3))
        self._count(group, OURS, sample, {seen.data for seen in found})

    def _count(self, group: str, name: str, sample: Sample, read: Iterable[str]) -> None:
        data = list(read)
        self.read[name][group] += any(sample.matches(each) for each in data)
        self.wrong[name][group] += any(not sample.is_there(each) for each in data)

    def rows(self, names: Iterable[str]) -> list[tuple[object, ...]]:
        """For a table: a row for each group."""
        return [
            (
                group,
                count,
                self.read[OURS][group],
                *(self.read[name][group] if name in self.read else "left out" for name in names),
                self.wrong[OURS][group],
                *(self.wrong[name][group] if name in self.wrong else "left out" for name in names),
                *(f"{value:.1f}" for value in _middle(self.times[group])),
            )
            for group, count in self.pictures.items()
        ]

    def best_single(self, names: Iterable[str]) -> tuple[str, int]:
        """The rival that read most, and how much."""
        totals = {name: self.read[name].total() for name in names if name in self.read}
        best = max(totals, key=lambda name: totals[name])
        return best, totals[best]


def _middle(times: Iterable[tuple[float, float]]) -> tuple[float, float]:
    walls, processors = zip(*times, strict=True)
    return float(np.median(walls)), float(np.median(processors))


def _table(report: Report, title: str, group: str, counts: _Counts, decoders: Mapping[str, Decoder | None]) -> None:
    names = list(decoders)
    wrong = (f"{OURS} wrong", *(f"{name} wrong" for name in names))
    header = (group, "pictures", OURS, *names, *wrong, "ms (median)", "processor ms")
    rows = counts.rows(names)
    report.table(title, header, rows)
    for row in rows:
        report.progress("  ".join(f"{cell!s:<27}" if place == 0 else f"{cell!s:>8}" for place, cell in enumerate(row)))
    for name in (name for name, decoder in decoders.items() if decoder is None):
        report.note(f"{name} is left out: its library is not on this machine.")


def stills(report: Report, samples: list[Sample]) -> None:
    """Photographs and drawings as they are."""
    decoders, counts, there = rivals(), _Counts(), known(samples)
    for sample in samples:
        grey = grey_of(picture_of(sample.file))
        counts.take(sample.symbology, sample.with_also(_also(decoders, grey, there)), grey, decoders)
    _table(report, "Stills, read exactly", "symbology", counts, decoders)
    for group in counts.pictures:
        best = max(counts.read[name][group] for name in decoders if name in counts.read)
        read = counts.read[OURS][group]
        report.speed(f"stills, {group}, beside the best decoder alone", read, best, "pictures", at_most=False)
    report.figure("stills", counts.pictures.total())
    report.figure("stills_read", counts.read[OURS].total())
    report.figure("stills_best_single", counts.best_single(decoders)[1])
    report.figure("stills_wrong", counts.wrong[OURS].total())


def frames(report: Report, samples: list[Sample]) -> None:
    """Frames of 1280 x 720, each spoilt in every way."""
    decoders, counts, chance = rivals(), _Counts(), np.random.default_rng(_SEED)
    chosen = spread(samples, _MOST)
    photographs = [picture_of(sample.file) for sample in chosen]
    there = known(samples)
    held_up = [
        sample.with_also(_also(decoders, grey_of(photograph), there))
        for sample, photograph in zip(chosen, photographs, strict=True)
    ]
    shown = held(photographs)
    for name, spoil in DEGRADATIONS.items():
        report.progress(name)
        for sample, frame in zip(held_up, shown, strict=True):
            counts.take(name, sample, grey_of(spoil(frame, chance)), decoders)
    _table(report, "Spoilt frames, read exactly", "degradation", counts, decoders)
    best, most = counts.best_single(decoders)
    wall, processor = _middle([each for times in counts.times.values() for each in times])
    ratio = counts.read[OURS].total() / max(most, 1)
    report.speed(f"frames read beside {best} alone", ratio, _BETTER, "times", at_most=False)
    report.speed("a frame by all stages, median with failures", wall, _FRAME_MS, "ms")
    report.speed("the same in processor time", processor, _FRAME_MS, "ms")
    report.figure("frames", counts.pictures.total())
    report.figure("frames_read", counts.read[OURS].total())
    report.figure("frames_best_single", most)
    report.figure("ratio", round(ratio, 3))
    report.figure("frames_wrong", counts.wrong[OURS].total())
    report.figure("frame_ms", round(wall, 1))
    report.figure("frame_cpu_ms", round(processor, 1))


def _also(decoders: Mapping[str, Decoder | None], grey: Picture, there: frozenset[str]) -> set[str]:
    """What else stands in a picture: as its digits, and as it is."""
    return {form for data in witnessed(decoders, grey, there) for form in (data, data.zfill(14))}
