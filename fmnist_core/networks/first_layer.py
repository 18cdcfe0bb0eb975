"""The first layer with weights, as LiteRT runs it: what batch normalisation does is already part of its numbers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fmnist_core.data import SIDE
from fmnist_core.networks.classifier import ModelError

_ACTIVATIONS = {0: False, 1: True}  # of LiteRT's names: none, ReLU


@dataclass(frozen=True)
class FirstLayer:
    """A convolution of one channel, or a dense layer of all pixels; arrays are read-only float32.

    Attributes:
        kernel: (rows, columns, filters) of a convolution, (784, units) of a dense layer.
        bias: (filters,) or (units,).
        scale: normalised pixel = pixel * scale + offset.
        offset: see `scale`.
        rectified: whether a ReLU follows.
        stride: pixels from window to window, down and to the right; of a dense layer 1.
        padded: whether zeros surround the normalised picture, so that windows may reach over its edge.
    """

    kernel: np.ndarray
    bias: np.ndarray
    scale: float
    offset: float
    rectified: bool
    stride: int = 1
    padded: bool = False

    @property
    def is_convolution(self) -> bool:
        return self.kernel.ndim == 3

    @property
    def margin(self) -> tuple[int, int]:
        """Return how many zeros stand above and to the left of the picture."""
        rows, columns, _ = self.kernel.shape
        count = -(-SIDE // self.stride)
        down, right = ((count - 1) * self.stride + size - SIDE for size in (rows, columns))
        return (max(down, 0) // 2, max(right, 0) // 2) if self.padded else (0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Return rows and columns of a filter's map."""
        rows, columns, _ = self.kernel.shape
        if self.padded:
            return -(-SIDE // self.stride), -(-SIDE // self.stride)
        return (SIDE - rows) // self.stride + 1, (SIDE - columns) // self.stride + 1

    def gains(self, trained: np.ndarray) -> np.ndarray:
        """Return by what batch normalisation has multiplied each filter's weights.

        Args:
            trained: (rows, columns, filters) weights as they were trained.

        Returns:
            (filters,) float64; 1 where there is no batch normalisation, nan for a filter of zeros.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            return (self.kernel * trained).sum(axis=(0, 1), dtype=float) / (trained**2).sum(axis=(0, 1), dtype=float)

    def normalised(self, image: np.ndarray) -> np.ndarray:
        """Return (28, 28) pixels 0..255 as the (28, 28) float32 numbers that the layer takes."""
        return (image.astype(np.float32) * np.float32(self.scale) + np.float32(self.offset)).astype(np.float32)

    def windows(self, image: np.ndarray) -> np.ndarray:
        """Return what a convolution's filters see at each place of their maps: (rows, columns, down, right) float32."""
        down, right, _ = self.kernel.shape
        (top, left), (rows, columns) = self.margin, self.size
        # As many zeros at the other edges as the last window needs.
        bottom = max((rows - 1) * self.stride + down - SIDE - top, 0)
        end = max((columns - 1) * self.stride + right - SIDE - left, 0)
        around = np.pad(self.normalised(image), ((top, bottom), (left, end)))
        seen = np.lib.stride_tricks.sliding_window_view(around, (down, right))
        return seen[:: self.stride, :: self.stride][:rows, :columns]

    def outputs(self, image: np.ndarray) -> np.ndarray:
        """Return what the layer gives for (28, 28) pixels: (rows, columns, filters) float32, or (units,)."""
        if self.is_convolution:
            sums = np.einsum("rcij,ijn->rcn", self.windows(image), self.kernel)
        else:
            sums = self.normalised(image).reshape(-1) @ self.kernel
        return np.maximum(sums + self.bias, 0) if self.rectified else sums + self.bias


def read_first_layer(path: Path) -> FirstLayer:
    """Return the first layer of a `.tflite` file.

    Raises:
        ModelError: the file cannot be read, or it begins with something else than a convolution of one channel or a
            dense layer of 784 pixels, each with or without ReLU.
    """
    try:
        found = _read(path.read_bytes())
    except ModelError as problem:
        raise ModelError(f"{path.name}: {problem}") from None
    except Exception as cause:  # a damaged file may make its reader raise anything
        raise ModelError(f"{path.name}: its first layer cannot be read ({cause}).") from cause
    found.kernel.setflags(write=False)
    found.bias.setflags(write=False)
    return found


def _read(content: bytes) -> FirstLayer:
    from ai_edge_litert import schema_py_generated as schema  # large, and for this question alone

    model = schema.Model.GetRootAs(content)
    graph = model.Subgraphs(0)
    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
    types = {schema.TensorType.FLOAT32: np.float32, schema.TensorType.FLOAT16: np.float16}
    widened: dict[int, np.ndarray | None] = {}  # constants that are kept in 16 bits, by the tensor of 32 bits

    def array(tensor: int) -> np.ndarray | None:
        """Return a constant's numbers as float32; None of what a run computes."""
        if tensor in widened:
            return widened[tensor]
        facts = graph.Tensors(tensor)
        bytes_ = model.Buffers(facts.Buffer()).DataAsNumpy()
        if isinstance(bytes_, int) or not bytes_.size or facts.Type() not in types:
            return None
        numbers = bytes_.view(types[facts.Type()]).astype(np.float32)
        return numbers.reshape(facts.ShapeAsNumpy() if facts.ShapeLength() else ())

    scale, offset = 1.0, 0.0
    for position in range(graph.OperatorsLength()):
        operator = graph.Operators(position)
        code = model.OperatorCodes(operator.OpcodeIndex())
        name = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        if name in ("SHAPE", "STRIDED_SLICE", "PACK", "RESHAPE"):
            continue  # the pixels in another order of brackets
        if name == "DEQUANTIZE":
            widened[operator.Outputs(0)] = array(operator.Inputs(0))
            continue
        constants = [array(operator.Inputs(k)) for k in range(1, operator.InputsLength())]
        if name in ("MUL", "ADD", "SUB", "DIV") and constants[0] is not None and constants[0].size == 1:
            number = float(constants[0].reshape(()))
            factor, shift = {"MUL": (number, 0.0), "DIV": (1 / number, 0.0)}.get(
                name, (1.0, number if name == "ADD" else -number)
            )
            scale, offset = scale * factor, offset * factor + shift
            continue
        if name not in ("CONV_2D", "FULLY_CONNECTED") or constants[0] is None:
            raise ModelError(
                f"it begins with {name}, not with a convolution or a dense layer of floating-point weights."
            )
        weights = constants[0]
        bias = constants[1] if len(constants) > 1 and constants[1] is not None else np.zeros(len(weights), np.float32)
        is_convolution = name == "CONV_2D"
        options = schema.Conv2DOptions() if is_convolution else schema.FullyConnectedOptions()
        options.Init(operator.BuiltinOptions().Bytes, operator.BuiltinOptions().Pos)
        if options.FusedActivationFunction() not in _ACTIVATIONS:
            raise ModelError("after its first layer comes an activation other than ReLU.")
        rectified = _ACTIVATIONS[options.FusedActivationFunction()]
        if not is_convolution:
            if weights.ndim != 2 or weights.shape[1] != SIDE * SIDE:
                raise ModelError(f"its first layer takes {weights.shape[1:]} numbers, not {SIDE * SIDE} pixels.")
            return FirstLayer(weights.T.copy(), bias.copy(), scale, offset, rectified)
        steps = {options.StrideH(), options.StrideW()}
        if weights.shape[3] != 1 or len(steps) != 1 or {options.DilationHFactor(), options.DilationWFactor()} != {1}:
            raise ModelError("its first convolution is not a plain one of one channel.")
        return FirstLayer(
            np.moveaxis(weights[..., 0], 0, -1).copy(),
            bias.copy(),
            scale,
            offset,
            rectified,
            steps.pop(),
            options.Padding() == schema.Padding.SAME,
        )
    raise ModelError("it has no layer with weights.")
