"""Streams: a code held before the camera for ten pictures, and thousands of pictures with nothing to read."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from typing import Final

import numpy as np

from hal.camera.vision.stream import Stream
from tests.benchmarks.vision.frames import DEGRADATIONS, Scenes, held, jittered
from tests.benchmarks.vision.rivals import rivals, witnessed
from tests.benchmarks.vision.samples import Picture, Sample, grey_of, known, picture_of, spread
from tools.report import Report

__all__ = ["held_before_the_camera", "nothing_to_read"]

_SEED = 11
_PICTURES = 10
_PERIOD_MS: Final = 67
"""Fifteen pictures a second."""
_MOST = 25
"""Photographs that are held before the camera, each spoilt in every way."""
_BLANK = 5000


def held_before_the_camera(report: Report, samples: list[Sample]) -> None:
    """How soon a code is agreed upon; and nothing else may be."""
    chance, decoders = np.random.default_rng(_SEED), rivals()
    chosen = spread(samples, _MOST)
    photographs = [picture_of(sample.file) for sample in chosen]
    told: Counter[str] = Counter()
    needed: list[tuple[int, float]] = []
    wrong: list[str] = []
    for name, spoil in DEGRADATIONS.items():
        for sample, photograph, frame in zip(chosen, photographs, held(photographs), strict=True):
            sequence = [grey_of(spoil(each, chance)) for each in jittered(frame, _PICTURES, chance)]
            first, others = _watch(sequence, sample)
            if first is not None:
                told[name] += 1
                needed.append(first)
            if others:
                there = witnessed(decoders, grey_of(photograph), known(samples))
                wrong += [f"{data} for {sample.file.name}, {name}" for data in others if data not in there]
    rows = [(name, len(chosen), told[name]) for name in DEGRADATIONS]
    report.table("Streams of ten pictures, told after agreement", ("degradation", "streams", "told"), rows)
    _require_nothing(report, "no stream tells a code that is not there", wrong)
    pictures, milliseconds = zip(*needed, strict=True) if needed else ((0,), (0.0,))
    report.figure("streams", len(chosen) * len(DEGRADATIONS))
    report.figure("streams_told", told.total())
    report.figure("streams_wrong", len(wrong))
    for percent in (50, 95):
        report.figure(f"accept_pictures_p{percent}", float(np.percentile(pictures, percent)))
        report.figure(f"accept_ms_p{percent}", round(float(np.percentile(milliseconds, percent)), 1))


def _watch(sequence: list[Picture], sample: Sample) -> tuple[tuple[int, float] | None, list[str]]:
    """After how many pictures and milliseconds what was expected is told, and all else that is."""
    stream, first, others = Stream(), None, list[str]()
    for number, grey in enumerate(sequence):
        began = time.perf_counter()
        for seen in stream.see(grey, number * _PERIOD_MS):
            if sample.matches(seen.data):
                first = first or (number + 1, number * _PERIOD_MS + (time.perf_counter() - began) * 1e3)
            elif not sample.is_there(seen.data):
                others.append(seen.data)
    return first, others


def nothing_to_read(report: Report, _samples: list[Sample]) -> None:
    """Five thousand pictures without a code, in scenes of ten."""
    chance, scenes = np.random.default_rng(_SEED), Scenes()
    wrong: list[str] = []
    busy, count = 0.0, 0
    for number in itertools.count():
        stream, scene = Stream(), scenes.empty(number, chance)
        for at, frame in enumerate(jittered(scene, _PICTURES, chance)):
            grey, began = grey_of(frame), time.process_time()
            wrong += [f"{seen.kind} {seen.data}" for seen in stream.see(grey, at * _PERIOD_MS)]
            busy += time.process_time() - began
            count += 1
        if count >= _BLANK:
            break
    _require_nothing(report, "a picture without a code tells none", wrong)
    report.figure("blank", count)
    report.figure("blank_wrong", len(wrong))
    report.figure("stream_cpu_ms", round(busy / count * 1e3, 1))


def _require_nothing(report: Report, what: str, wrong: list[str]) -> None:
    report.require(what, held=not wrong, detail="; ".join(wrong[:5]))
