"""What ``make vision`` counts is what is there: a misread is found, a second code in a picture is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hal.camera.vision.sightings import Sighting
from tests.benchmarks.vision import __main__ as program
from tests.benchmarks.vision import pictures, streams
from tests.benchmarks.vision.frames import DEGRADATIONS, SIZE, Scenes, jittered
from tests.benchmarks.vision.rivals import witnessed
from tests.benchmarks.vision.samples import DATA, Sample, grey_of, load, normalised, picture_of, spread
from tools.report import Report

BARCODES = load(DATA / "barcodes", DATA / "barcodes" / "manifest.csv")


@pytest.mark.parametrize("name", ["barcodes", "ean13_photos"])
def test_every_picture_of_a_manifest_is_there_with_its_source_and_licence(name: str) -> None:
    samples = load(DATA / name, DATA / name / "manifest.csv")
    assert len(samples) > 70
    assert all(picture_of(sample.file).shape[2] == 3 for sample in spread(samples, 10))
    assert all(sample.file.exists() for sample in samples)
    assert "Apache" in (DATA / name / "LICENSE").read_text("utf-8")
    assert "licence: Apache-2.0" in (DATA / name / "SOURCE.txt").read_text("utf-8")


def test_a_picture_with_two_rows_holds_two_codes(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("file,symbology,expected_normalised\na.png,ean13,05901234123457\na.png,qrcode,abc\n", "utf-8")
    first, second = load(tmp_path, manifest)
    assert first.matches("5901234123457")
    assert not first.matches("abc")
    assert first.is_there("abc")
    assert second.is_there("5901234123457")
    assert not first.is_there("4006381333931")


def test_a_codes_writing_is_brought_to_the_manifests() -> None:
    assert normalised("upca", "0036000291452") == "00036000291452"
    assert normalised("EAN-13", "5901234123457") == "05901234123457"
    assert normalised("databar14", "0104412345678909") == "04412345678909"
    assert normalised("databarexp", "(01)9\x1d(10)A") == "01910A"
    assert normalised("qrcode", "a\r\nb") == "a\nb"


def test_every_degradation_keeps_the_frames_size_and_is_one() -> None:
    frame = Scenes().before(1, picture_of(BARCODES[0].file))
    for name, spoil in DEGRADATIONS.items():
        spoilt = spoil(frame, np.random.default_rng(1))
        assert spoilt.shape == (SIZE[1], SIZE[0], 3)
        assert spoilt.dtype == np.dtype(np.uint8)
        assert np.array_equal(spoilt, frame) is (name == "clean")


def test_the_same_seed_gives_the_same_frames() -> None:
    def some(seed: int) -> list[int]:
        chance, scenes = np.random.default_rng(seed), Scenes()
        return [int(frame.sum()) for at in (1, 4) for frame in jittered(scenes.empty(at, chance), 1, chance)]

    assert some(3) == some(3) != some(4)


def test_what_two_decoders_read_alike_is_there() -> None:
    grey = grey_of(picture_of(BARCODES[0].file))
    decoders = {"a": lambda _: {"1", "2"}, "b": lambda _: {"2", "3"}, "c": None}
    assert witnessed(decoders, grey) == {"2"}
    assert witnessed(decoders, grey, frozenset({"3".zfill(14)})) == {"2", "3"}


def test_a_misread_that_is_agreed_upon_breaks_the_run(tmp_path: Path) -> None:
    chance, there = np.random.default_rng(1), BARCODES[1]
    frame = Scenes().before(0, picture_of(there.file))
    sequence = [grey_of(each) for each in jittered(frame, 4, chance)]
    first, others = streams._watch(sequence, there)
    assert first is not None
    assert first[0] >= 2
    assert others == []
    lie = Sample(there.file, "ean13", "04006381333931")
    assert streams._watch(sequence, lie) == (None, ["9780596008574"])
    report = Report("vision", folder=tmp_path)
    streams._require_nothing(report, "no stream tells a code that is not there", ["9780596008574"])
    assert report.close() == 1


def test_stills_are_counted_by_symbology(tmp_path: Path) -> None:
    report = Report("vision", folder=tmp_path)
    pictures.stills(report, BARCODES[1:3])
    assert report.close() == 0
    (table,) = report.tables
    assert table.rows[0][:3] == ("ean13", "2", "2")


def test_pictures_that_cannot_be_had_are_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMAGES", str(tmp_path / "nowhere"))
    monkeypatch.setenv("PARTS", "stills")
    assert program.main() == 2
    monkeypatch.setenv("PARTS", "everything")
    assert program.main() == 2


def test_a_sighting_knows_its_place() -> None:
    one = Sighting("A", "]E0", "EAN-13", ((0, 0), (100, 0), (100, 50), (0, 50)))
    assert one.centre == pytest.approx((50, 25))
    assert one.covers(one.at((x + 10, y) for x, y in one.corners))
    assert not one.covers(one.at((x + 90, y) for x, y in one.corners))
