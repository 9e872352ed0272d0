"""Train a produce model, add photographs to one, or ask one: ``python -m hal.camera.produce.main train|enrol|guess``.

``train FOLDER MANIFEST MODEL`` makes a model file of the rows marked for training (``training`` tells the manifest's
columns); ``--keys`` names the price look-up numbers, ``--features opencv`` does without the network. ``enrol MODEL KEY
PHOTOGRAPH...`` adds photographs of a key to the file. ``guess MODEL PHOTOGRAPH...`` shows what it says of each.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from hal.camera.produce.features import PictureError
from hal.camera.produce.network import MissingWeightsError, find_weights, make_network, read_weights
from hal.camera.produce.recogniser import ModelError, OpenCvNetwork, Recogniser
from hal.camera.produce.training import ManifestError, read_keys, read_manifest, read_picture, train

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Do as asked. Gives 0, or 1 when it could not be done; the reason is printed."""
    parser = argparse.ArgumentParser(prog="python -m hal.camera.produce.main", description=__doc__)
    deeds = parser.add_subparsers(required=True)
    training = deeds.add_parser("train", help="make a model file of a folder of photographs")
    training.add_argument("folder", type=Path)
    training.add_argument("manifest", type=Path)
    training.add_argument("model", type=Path)
    training.add_argument("--keys", type=Path, help="CSV: fine, plu")
    training.add_argument("--features", choices=("network", "opencv"), default="network")
    training.set_defaults(deed=_train)
    enrolling = deeds.add_parser("enrol", help="add photographs to a model file")
    enrolling.add_argument("model", type=Path)
    enrolling.add_argument("key")
    enrolling.add_argument("photographs", type=Path, nargs="+")
    enrolling.set_defaults(deed=_enrol)
    guessing = deeds.add_parser("guess", help="ask a model file")
    guessing.add_argument("model", type=Path)
    guessing.add_argument("photographs", type=Path, nargs="+")
    guessing.set_defaults(deed=_guess)
    options = parser.parse_args(arguments)
    try:
        options.deed(options)
    except (ManifestError, MissingWeightsError, ModelError, OSError, PictureError) as error:
        print(f"produce: {error}")
        return 1
    return 0


def _train(options: argparse.Namespace) -> None:
    keys = read_keys(options.keys) if options.keys else None
    photographs = [each for each in read_manifest(options.folder, options.manifest, keys) if each.split == "train"]
    sees = options.features == "network"
    network = OpenCvNetwork(make_network(read_weights(find_weights()))) if sees else None
    trained = train(photographs, network)
    trained.recogniser.save(options.model)
    print(
        f"produce: photographs={trained.photographs} keys={len(trained.recogniser.keys)}"
        f" cross_validated_top1={trained.top_1:.3f} cross_validated_top5={trained.top_5:.3f}"
    )


def _enrol(options: argparse.Namespace) -> None:
    before = Recogniser.load(options.model)
    after = before.enrol(options.key, [read_picture(path) for path in options.photographs])
    after.save(options.model)
    print(f"produce: enrolled={len(options.photographs)} keys={len(after.keys)}")


def _guess(options: argparse.Namespace) -> None:
    recogniser = Recogniser.load(options.model)
    for path in options.photographs:
        guesses = recogniser.likeliest(read_picture(path))
        print(f"{path}: {', '.join(f'{guess.key} {guess.score:.2f}' for guess in guesses)}")


if __name__ == "__main__":
    raise SystemExit(main())
