"""Produce by its looks: features, the model file, training, enrolling."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from hal.camera.produce import features, network, recogniser, training
from hal.camera.produce.features import FLOOR_SIZE, Picture, PictureError, checked, floor, views
from hal.camera.produce.main import main
from hal.camera.produce.recogniser import ModelError, OpenCvNetwork, Recogniser
from hal.camera.produce.training import ManifestError, Photograph, read_keys, read_manifest, read_picture, train

COLOURS = {"4011": (40, 220, 240), "4017": (60, 200, 90), "4016": (40, 30, 190), "4012": (20, 140, 250)}
"""Blue, green, red of a banana, a green apple, a red apple and an orange."""


def drawn(colour: tuple[int, int, int], seed: int) -> Picture:
    """A round thing of a colour on a grey table, somewhere, with the noise of a camera."""
    chance = np.random.default_rng(seed)
    picture = np.full((96, 128, 3), 150, np.uint8)
    middle = (int(chance.integers(50, 80)), int(chance.integers(40, 56)))
    cv2.circle(picture, middle, int(chance.integers(22, 36)), colour, -1)
    noise = chance.normal(0, 9, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a manifest: six photographs to learn and two to ask about, of each of four things."""
    folder = tmp_path_factory.mktemp("shelf")
    rows = ["file,fine,coarse,split"]
    for kind, (plu, colour) in enumerate(COLOURS.items()):
        for number in range(8):
            name = f"{plu}-{number}.png"
            cv2.imwrite(str(folder / name), drawn(colour, kind * 100 + number))
            rows.append(f"{name},{kind},0,{'train' if number < 6 else 'test'}")
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n")
    (folder / "keys.csv").write_text("fine,plu\n" + "".join(f"{k},{plu}\n" for k, plu in enumerate(COLOURS)))
    return folder


def photographs(shelf: Path, split: str) -> list[Photograph]:
    keys = read_keys(shelf / "keys.csv")
    return [each for each in read_manifest(shelf, shelf / "manifest.csv", keys) if each.split == split]


@pytest.fixture(scope="session")
def taught(shelf: Path) -> Recogniser:
    return train(photographs(shelf, "train"), None).recogniser


def test_a_taught_recogniser_names_what_it_has_not_seen_before(shelf: Path, taught: Recogniser) -> None:
    asked = photographs(shelf, "test")
    assert len(asked) == 8
    for photograph in asked:
        guesses = taught.likeliest(read_picture(photograph.path))
        assert guesses[0].key == photograph.key
        assert [guess.score for guess in guesses] == sorted((guess.score for guess in guesses), reverse=True)
        assert sum(guess.score for guess in guesses) == pytest.approx(1, abs=1e-3)  # there are fewer keys than places


def test_training_tells_what_it_got_right_of_photographs_that_were_kept_back(shelf: Path) -> None:
    told: list[int] = []
    trained = train(photographs(shelf, "train"), None, told=told.append)
    assert (trained.photographs, trained.top_1, trained.top_5) == (24, 1.0, 1.0)
    assert told == list(range(1, 25))


def test_the_same_photographs_make_the_same_recogniser_and_the_same_guesses(shelf: Path, taught: Recogniser) -> None:
    again = train(photographs(shelf, "train"), None).recogniser
    picture = drawn(COLOURS["4012"], 7)
    assert again.likeliest(picture) == taught.likeliest(picture) != ()
    assert np.array_equal(again.vectors, taught.vectors)


def test_no_more_than_five_are_guessed_however_many_are_known(taught: Recogniser) -> None:
    many = taught
    for number in range(4):
        many = many.enrol(f"94{number:03d}", [drawn((30 * number, 60, 90), number)])
    assert len(many.keys) == 8
    assert len(many.likeliest(drawn(COLOURS["4011"], 1))) == 5


def test_an_enrolled_thing_is_known_without_training_anew(taught: Recogniser) -> None:
    purple = (180, 40, 140)
    assert "4081" not in {guess.key for guess in taught.likeliest(drawn(purple, 1))}
    more = taught.enrol("4081", [drawn(purple, 50), drawn(purple, 51)])
    assert more.likeliest(drawn(purple, 1))[0].key == "4081"
    assert more.likeliest(drawn(COLOURS["4011"], 1))[0].key == "4011"
    assert more.space is taught.space
    assert "4081" not in taught.keys  # what was there stays as it was


def test_photographs_of_a_known_thing_join_it(taught: Recogniser) -> None:
    more = taught.enrol("4011", [drawn(COLOURS["4011"], 90)])
    assert more.keys == taught.keys
    assert len(more.vectors) == len(taught.vectors) + len(views(drawn((1, 2, 3), 1)))
    assert taught.enrol("4011", []) is taught


def test_an_empty_counter_is_nothing_that_is_known(taught: Recogniser) -> None:
    noise = np.random.default_rng(5).integers(-6, 7, (96, 128, 3))
    for grey in (20, 110, 150, 235):
        assert taught.likeliest(np.clip(grey + noise, 0, 255).astype(np.uint8)) == ()


# --- any picture -------------------------------------------------------------------------------------------------

_KINDS = st.sampled_from([np.uint8, np.int16, np.uint16, np.float32, np.float64, np.bool_])


@settings(max_examples=150)
@given(data=st.data())
def test_whatever_is_looked_at_gives_guesses_or_a_clear_refusal(taught: Recogniser, data: st.DataObject) -> None:
    shape = data.draw(st.one_of(arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=40), _SIZES))
    kind = data.draw(_KINDS)
    picture: Any = np.random.default_rng(data.draw(st.integers(0, 9))).integers(0, 2, shape).astype(kind)
    fits = kind is np.uint8 and len(shape) == 3 and shape[2] == 3 and min(shape[:2]) >= features.SMALLEST_SIDE
    if fits:
        guesses = taught.likeliest(picture)
        assert len(guesses) in {0, len(COLOURS)}
        assert all(0 <= guess.score <= 1 for guess in guesses)
    else:
        with pytest.raises(PictureError, match="a picture"):
            taught.likeliest(picture)


_SIZES = st.tuples(st.integers(16, 700), st.integers(16, 700), st.just(3))


@pytest.mark.parametrize("picture", [None, "picture.jpg", [[1, 2, 3]], b"\xff\xd8"])
def test_what_is_no_array_is_refused(taught: Recogniser, picture: object) -> None:
    with pytest.raises(PictureError, match="an array of uint8, not"):
        taught.likeliest(cast("Picture", picture))


def test_a_picture_that_is_a_view_of_another_is_looked_at_as_it_lies() -> None:
    whole = drawn(COLOURS["4012"], 3)
    turned = whole[::-1, ::-1]
    assert np.array_equal(floor(checked(turned)), floor(np.ascontiguousarray(turned)))


def test_a_flat_picture_has_colours_and_no_edges() -> None:
    row = floor(np.full((32, 32, 3), 200, np.uint8))
    assert row.shape == (FLOOR_SIZE,)
    assert np.isfinite(row).all()
    assert np.count_nonzero(row) == 2  # one colour, in all of it and in its middle


# --- the file ----------------------------------------------------------------------------------------------------


def test_a_saved_recogniser_guesses_as_before(taught: Recogniser, tmp_path: Path) -> None:
    file = tmp_path / "model.npz"
    taught.save(file)
    picture = drawn(COLOURS["4012"], 7)
    assert Recogniser.load(file).likeliest(picture) == taught.likeliest(picture) != ()
    assert Recogniser.load(file).least == taught.least
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


def rewritten(file: Path, change: Callable[[dict[str, NDArray[Any]]], None]) -> None:
    with np.load(file) as members:
        held = dict(members)
    change(held)
    np.savez_compressed(file, **held)


def _header(**changed: object) -> Callable[[dict[str, NDArray[Any]]], None]:
    def change(held: dict[str, NDArray[Any]]) -> None:
        header = json.loads(held["header"].tobytes()) | changed
        held["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)

    return change


def _one_number_off(held: dict[str, NDArray[Any]]) -> None:
    held["vectors"][3, 1] += np.float32(1e-3)


def _wide(held: dict[str, NDArray[Any]]) -> None:
    held["mean"] = held["mean"].astype(np.float64)


def _misfitting(held: dict[str, NDArray[Any]]) -> None:
    held["labels"] = held["labels"][:-1].copy()
    _header(sha256=recogniser._digest(held))(held)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_one_number_off, "damaged"),
        (_wide, "other kinds"),
        (_misfitting, "do not fit"),
        (_header(version=2), "reads produce-recogniser 1"),
        (_header(format="something"), "a something of version 1"),
        (lambda held: held.pop("labels"), "no usable produce model"),
        (lambda held: held.pop("header"), "no usable produce model"),
        (lambda held: held.update(header=np.frombuffer(b"{", np.uint8)), "no usable produce model"),
    ],
)
def test_a_file_that_was_changed_is_refused_with_the_reason(
    taught: Recogniser, tmp_path: Path, change: Callable[[dict[str, NDArray[Any]]], None], said: str
) -> None:
    file = tmp_path / "model.npz"
    taught.save(file)
    rewritten(file, change)
    with pytest.raises(ModelError, match=said) as refused:
        Recogniser.load(file)
    assert str(file) in str(refused.value)


@settings(max_examples=60)
@given(data=st.data())
def test_a_file_cut_or_with_a_byte_off_is_refused_or_says_the_same(
    taught: Recogniser, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    file = tmp_path_factory.mktemp("damaged") / "model.npz"
    taught.save(file)
    whole = bytearray(file.read_bytes())
    if data.draw(st.booleans(), label="cut"):
        whole = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    file.write_bytes(whole)
    try:
        read = Recogniser.load(file)
    except ModelError as refused:
        assert str(file) in str(refused)  # noqa: PT017 - either outcome is right, each has its own truth
    else:  # a byte that nobody reads, such as a date
        assert np.array_equal(read.vectors, taught.vectors)


def test_a_file_that_is_not_there_or_holds_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no usable produce model"):
        Recogniser.load(tmp_path / "none.npz")
    hostile = tmp_path / "hostile.npz"
    np.savez(hostile, allow_pickle=True, header=np.array([{"format": "produce-recogniser"}], dtype=object))
    with pytest.raises(ModelError, match="allow_pickle"):
        Recogniser.load(hostile)


# --- manifests ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("name,fine\n4011-0.png,0\n", "no column file"),
        ("file,kind\n4011-0.png,0\n", "no column `plu` or `fine`"),
        ("file,fine\n", "no photographs"),
        ("file,fine\nnone.png,0\n", "line 2: 'none.png' is no file"),
        ("file,fine\n4011-0.png,0\n../manifest.csv,0\n", "line 3"),
        ("file,fine\n4011-0.png,\n", "has no label"),
        ("file,fine\n4011-0.png\n", "has no label"),
    ],
)
def test_a_manifest_that_cannot_be_used_says_where(shelf: Path, tmp_path: Path, written: str, said: str) -> None:
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(written)
    with pytest.raises(ManifestError, match=said):
        read_manifest(shelf, manifest)


def test_a_manifest_that_is_missing_or_no_text_is_refused(shelf: Path, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(shelf, tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(shelf, tmp_path / "bytes.csv")


def test_a_manifest_with_price_look_up_numbers_needs_no_list_of_keys(shelf: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("file,fine,plu\n4011-0.png,7,4011\n")
    (photograph,) = read_manifest(shelf, manifest)
    assert (photograph.key, photograph.split) == ("4011", "train")


def test_a_label_without_a_number_keeps_its_name(shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "keys.csv").write_text("fine,name,plu\n0,Banana,4011\n1,Conference,\n")
    keys = read_keys(tmp_path / "keys.csv")
    found = read_manifest(shelf, shelf / "manifest.csv", keys)
    assert {photograph.key for photograph in found} == {"4011", "1", "2", "3"}


def test_one_thing_alone_cannot_be_told_apart(shelf: Path) -> None:
    with pytest.raises(ManifestError, match="two keys"):
        train([each for each in photographs(shelf, "train") if each.key == "4011"], None)


def test_a_key_with_one_photograph_is_trained_and_never_kept_back(shelf: Path) -> None:
    each_once = [next(p for p in photographs(shelf, "train") if p.key == key) for key in COLOURS]
    trained = train(each_once, None)
    assert trained.top_1 == 0
    assert trained.recogniser.likeliest(read_picture(each_once[0].path))[0].key == each_once[0].key


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_a_file_that_is_no_picture_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(PictureError, match=r"a\.jpg"):
        read_picture(tmp_path / "a.jpg")


# --- the network -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def eyes() -> OpenCvNetwork:
    return OpenCvNetwork(network.make_network(network.read_weights(network.find_weights())))


def test_the_network_sees_what_the_weights_were_trained_for(eyes: OpenCvNetwork) -> None:
    """Its last layer through the weights' own classifier: 954 is ImageNet's banana, 951 its lemon."""
    weights = network.read_weights(network.find_weights())
    pictures = Path(__file__).parents[1] / "data/produce/test/Fruit"
    for kind, number in (("Banana", 954), ("Lemon", 951)):
        files = sorted((pictures / kind).glob("*.webp"))
        named = [weights["_fc.weight"] @ eyes.see(read_picture(file)) + weights["_fc.bias"] for file in files]
        assert sum(int(row.argmax()) == number for row in named) >= len(files) - 1


def test_a_recogniser_with_a_network_is_saved_with_it(shelf: Path, eyes: OpenCvNetwork, tmp_path: Path) -> None:
    made = train(photographs(shelf, "train")[::6], eyes).recogniser
    made.save(tmp_path / "model.npz")
    read = Recogniser.load(tmp_path / "model.npz")
    picture = drawn(COLOURS["4016"], 400)
    assert read.likeliest(picture) == made.likeliest(picture)
    assert read.likeliest(picture)[0].key == "4016"


def test_bytes_that_are_no_network_are_refused() -> None:
    with pytest.raises(ModelError, match="network cannot be read"):
        OpenCvNetwork(b"no network")


def test_weights_that_would_call_something_are_refused(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return (print, ("called",))

    file = tmp_path / "weights.pth"
    file.write_bytes(pickle.dumps(1) * 3 + pickle.dumps(Hostile()))
    with pytest.raises(pickle.UnpicklingError, match=r"no business with builtins\.print"):
        network.read_weights(file)


# --- the program -------------------------------------------------------------------------------------------------


def test_the_program_trains_enrols_and_guesses(shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = str(tmp_path / "model.npz")
    keys = ["--keys", str(shelf / "keys.csv"), "--features", "opencv"]
    assert main(["train", str(shelf), str(shelf / "manifest.csv"), model, *keys]) == 0
    assert "photographs=24 keys=4 cross_validated_top1=1.000" in capsys.readouterr().out
    assert main(["enrol", model, "4062", str(shelf / "4017-7.png")]) == 0
    assert "enrolled=1 keys=5" in capsys.readouterr().out
    assert main(["guess", model, str(shelf / "4011-7.png")]) == 0
    assert "4011-7.png: 4011 " in capsys.readouterr().out
    assert main(["guess", str(shelf / "keys.csv"), str(shelf / "4011-7.png")]) == 1
    assert "no usable produce model" in capsys.readouterr().out


def test_the_file_holds_no_picture_and_no_pickled_object(taught: Recogniser, tmp_path: Path) -> None:
    taught.save(tmp_path / "model.npz")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "model.npz").read_bytes())) as archive:
        names = {name.removesuffix(".npy") for name in archive.namelist()}
    assert names == {"header", "mean", "projection", "vectors", "labels", "network"}
    assert taught.vectors.shape[1] <= training._WIDEST
