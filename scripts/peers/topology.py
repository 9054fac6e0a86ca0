# SPDX-License-Identifier: Apache-2.0
"""The network as other engines would run it: the same convolutions on floats, or on bytes. Everything else is made as cheap for them as it
can be: normalisation is folded into the convolutions, there are no statistics, no thresholds and no noise, borders are zeros, and the input
has been rearranged already."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TRUNK, ENCODER, UNITS, D0, D1 = 128, 64, 10, 32, 12


class Graph:
    def __init__(self, seed=1):
        self.nodes, self.constants, self.rng, self.count = [], [], np.random.default_rng(seed), 0

    def constant(self, array):
        self.count += 1
        name = f"c{self.count}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, op, inputs, **attributes):
        self.count += 1
        name = f"t{self.count}"
        self.nodes.append(helper.make_node(op, inputs, [name], name=f"n{self.count}", **attributes))
        return name

    def convolve(self, x, channels, outputs, scale=1.0):
        w = self.rng.normal(0, scale / np.sqrt(9 * channels), (outputs, channels, 3, 3)).astype(np.float32)
        b = self.rng.normal(0, 0.1, outputs).astype(np.float32)
        return self.add("Conv", [x, self.constant(w), self.constant(b)], kernel_shape=[3, 3], pads=[1, 1, 1, 1])

    def double(self, x):
        scales = self.constant(np.array([1, 1, 2, 2], np.float32))
        return self.add("Resize", [x, "", scales], mode="linear", coordinate_transformation_mode="half_pixel")


def network(views, width, height):
    """ONNX model: cells (V,64,h/4,w/4) and the picture (V,4,h,w) to the painted picture (V,3,h,w)."""
    g = Graph()
    x = g.convolve("cells", ENCODER, TRUNK)
    for _ in range(UNITS):
        y = g.convolve(x, TRUNK, TRUNK, 0.3)
        y = g.add("PRelu", [y, g.constant(np.full((TRUNK, 1, 1), 0.25, np.float32))])
        x = g.add("Add", [x, y])
    x = g.add("LeakyRelu", [x], alpha=0.125)
    x = g.add("LeakyRelu", [g.convolve(x, TRUNK, D0)], alpha=0.125)
    x = g.add("LeakyRelu", [g.convolve(g.double(x), D0, D1)], alpha=0.125)
    x = g.add("Concat", [g.double(x), "picture"], axis=1)
    out = g.add("Sigmoid", [g.convolve(x, D1 + 4, 3)])
    value = lambda name, c, s: helper.make_tensor_value_info(name, TensorProto.FLOAT, [views, c, height // s, width // s])
    graph = helper.make_graph(g.nodes, "artem", [value("cells", ENCODER, 4), value("picture", 4, 1)], [value(out, 3, 1)], g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def inputs(views, width, height, seed=2):
    rng = np.random.default_rng(seed)
    return {"cells": rng.random((views, ENCODER, height // 4, width // 4), np.float32),
            "picture": rng.random((views, 4, height, width), np.float32)}


def products(views, width, height):
    return views * width * height * 9 * ((ENCODER * TRUNK + UNITS * TRUNK * TRUNK + TRUNK * D0) / 16 + D0 * D1 / 4 + (D1 + 4) * 3)
