# SPDX-License-Identifier: Apache-2.0
"""Training of the binary VGG-16, on a narrow VGG of random weights: what is tested is the machinery, not what is learnt. Usage: test_xnor_vgg.py
ARTEM MODELS-FOLDER"""
import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # else threads that wait for each other keep busy machines busy
MODELS = pathlib.Path(sys.argv[2]).resolve()
for folder in ("train", "evaluation"):
    sys.path.insert(0, str(MODELS / folder))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from safetensors.numpy import load_file, save_file  # noqa: E402

import losses  # noqa: E402
import scenes  # noqa: E402
import xnor  # noqa: E402
import xnor_file  # noqa: E402
import xnor_network  # noqa: E402
import xnor_start  # noqa: E402
import xnor_vgg  # noqa: E402

torch.set_num_threads(2)
CHANNELS = {"1": 16, "2": 32, "3": 32, "4": 32, "5": 32}  # by block


def narrow_vgg(path):
    rng, tensors, inputs = np.random.default_rng(1), {}, 3
    for name, _ in losses.LAYERS:
        outputs = CHANNELS[name[4]]
        tensors[name + ".weight"] = rng.normal(0, (2 / (9 * inputs)) ** 0.5, (outputs, inputs, 3, 3)).astype(np.float16)
        tensors[name + ".bias"] = rng.normal(0, 0.1, outputs).astype(np.float16)
        inputs = outputs
    save_file(tensors, path)


def random_pictures(count, side):
    rng = np.random.default_rng(2)
    small = rng.integers(0, 256, (count, side // 8, side // 8, 3), dtype=np.uint8)
    return np.stack([np.asarray(Image.fromarray(s).resize((side, side), Image.BICUBIC)) for s in small])


def tensor(pictures):
    return torch.tensor(pictures).permute(0, 3, 1, 2).float() / 255


class Parts(unittest.TestCase):
    def test_straight_through(self):
        """A step forwards, a ramp's slope backwards, over threshold +- window; in training further."""
        x = torch.tensor([0.0, 0.9, 1.0, 1.4, 3.5]).view(1, 1, 1, 5).requires_grad_()
        threshold = torch.tensor([1.0], requires_grad=True)
        y = xnor_network.Binarise.apply(x, threshold, torch.tensor([0.5]), 1)
        self.assertEqual(y.flatten().tolist(), [0, 0, 0, 1, 1])  # the threshold itself is below
        (y * torch.tensor([1.0, 2, 3, 4, 5])).sum().backward()
        self.assertEqual(x.grad.flatten().tolist(), [0, 2, 3, 4, 0])
        self.assertEqual(threshold.grad.item(), -9)
        layer = xnor_network.Layer(1, 1)
        layer.window.fill_(0.5)
        layer.threshold.data.fill_(1)
        layer.weight.data.fill_(1)
        for is_training, passed in ((False, [False, True, True, True, False]), (True, [True, True, True, True, False])):
            x.grad = None
            layer.train(is_training).sums(x).sum().backward()
            self.assertEqual((x.grad.flatten() != 0).tolist(), passed)

    def test_dead_channels(self):
        """Below zero, a tenth of the gradient passes in training."""
        x = torch.tensor([-2.0, 3.0], requires_grad=True)
        y = xnor_network.Rectify.apply(x)
        y.sum().backward()
        self.assertEqual((y.tolist(), x.grad.tolist()), ([0, 3], [torch.tensor(0.1).item(), 1]))

    def test_packing(self):
        w = torch.full((2, 16, 3, 3), -1.0)
        w[0, 0, 0, 0] = w[0, 9, 0, 0] = w[1, 3, 2, 1] = 1  # bits 0 and 9 of row 0; bit (2 * 3 + 1) * 16 + 3 of row 1
        packed = xnor_file.pack(w)
        self.assertEqual(packed.shape, (2, 18))
        self.assertEqual({(i, j): int(packed[i, j]) for i, j in zip(*packed.nonzero(), strict=True)}, {(0, 0): 1, (0, 1): 2, (1, 14): 8})
        self.assertTrue(torch.equal(xnor_file.unpack(packed), w))

    def test_rectified(self):
        """What the ReLU takes away need not be met: a line whose negative half is cut off is found, not its flattened fit."""
        sums = torch.arange(-10.0, 11).view(-1, 1).repeat(1, 2)
        wanted = (sums * torch.tensor([0.5, 2.0]) + torch.tensor([1.0, -4.0])).clamp(min=0)
        alpha, bias, skip = xnor_start.fit_rectified(sums, None, wanted)
        self.assertIsNone(skip)
        plain_alpha, plain_bias, _ = xnor_start.fit_scales(sums, None, wanted)
        error, plain = ((f * sums + b).clamp(min=0).sub(wanted).square().mean() for f, b in ((alpha, bias), (plain_alpha, plain_bias)))
        self.assertLess(error, 0.3 * plain)

    def test_signs(self):
        """What the search finds fits better than the signs of the best real weights, and no single turn would better it."""
        g = torch.Generator().manual_seed(3)
        bits = (torch.randn(4000, 6, generator=g) @ torch.randn(6, 40, generator=g) > 0).float()
        bits = bits - bits.mean(0)
        target = bits @ torch.randn(40, 5, generator=g)
        square, cross = bits.t() @ bits / len(bits) + 0.01 * torch.eye(40), target.t() @ bits / len(bits)

        def left(signs, gain):
            w = gain[:, None] * signs
            return ((w @ square) * w).sum(1) - 2 * (w * cross).sum(1)

        plain = torch.where(torch.linalg.solve(square, cross.t()).t() > 0, 1.0, -1.0)
        found = xnor_start.search_signs(square, cross, plain.clone(), 8)
        gain = xnor_start.best_gain(found, square, cross)[0]
        self.assertTrue(bool((left(found, gain) < left(plain, xnor_start.best_gain(plain, square, cross)[0])).all()))
        for k in range(40):
            turned = found.clone()
            turned[:, k] *= -1
            self.assertTrue(bool((left(turned, gain) >= left(found, gain) - 1e-3).all()), k)


class Training(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        narrow_vgg(self.folder / "vgg.safetensors")
        (self.folder / "photos").mkdir()
        for i, p in enumerate(random_pictures(4, 288)):
            Image.fromarray(p).save(self.folder / f"photos/{i}.png")
        self.scenes = scenes.many(4)

    def train(self, name, *more):
        arguments = ["artem-train-vgg", "--photos", self.folder / "photos", "--vgg", self.folder / "vgg.safetensors", "--work", self.folder / name,
                     "--out", self.folder / f"{name}.safetensors", "--crop", "32", "--start-pictures", "8", "--rate", "2e-3", *more]
        with (mock.patch.object(sys, "argv", [str(v) for v in arguments]), mock.patch.object(scenes, "many", lambda _: self.scenes),
              contextlib.redirect_stdout(io.StringIO()) as said):
            xnor_vgg.main()
        return said.getvalue()

    def test_resumes(self):
        """The loss is lower than without learning; a training that was stopped and went on gives the same file."""
        self.assertIn("step 60/60", self.train("whole", "--steps", "60"))
        self.train("still", "--steps", "60", "--rate", "1e-8")
        last = {}
        for name in "whole", "still":
            log = [json.loads(line) for line in (self.folder / name / "log.jsonl").read_text().splitlines()]
            self.assertEqual([line["step"] for line in log], [20, 40, 60])
            last[name] = log[-1]["feature"] + log[-1]["gram"]
        self.assertLess(last["whole"], 0.93 * last["still"])
        self.train("parts", "--steps", "60", "--stop-after", "47")
        self.assertFalse((self.folder / "parts.safetensors").exists())
        with self.assertRaisesRegex(SystemExit, "choose another folder"):
            self.train("parts", "--steps", "61")
        self.train("parts", "--steps", "60")
        whole, parts = (load_file(self.folder / f"{name}.safetensors") for name in ("whole", "parts"))
        self.assertEqual(whole.keys(), parts.keys())
        for key, value in whole.items():
            self.assertTrue((value == parts[key]).all(), key)

    def test_file(self):
        """A file holds what was trained: the same sums of bits, to the last; the features but for nothing."""
        vgg = losses.Vgg(self.folder / "vgg.safetensors")
        x, net = tensor(random_pictures(4, 64)), xnor_network.XnorVgg(vgg)
        for _ in xnor_start.start(net, vgg, x):
            pass
        xnor_file.write(self.folder / "net.safetensors", net)
        again = xnor_file.read(self.folder / "net.safetensors", xnor_network.XnorVgg(vgg))
        with torch.no_grad():
            a, b = net(x), again(x)
            for name, _ in losses.LAYERS:
                self.assertTrue(torch.equal(a[name], b[name]), name)
            raw, inputs, pool = load_file(self.folder / "net.safetensors"), b["conv1_1"], 0
            for name, following in xnor_network.BINARY:
                inputs = torch.nn.functional.max_pool2d(inputs, 2) if pool else inputs
                # by the file's bytes alone, in whole numbers
                bits = (inputs > torch.from_numpy(raw[name + ".threshold"]).view(1, -1, 1, 1)).numpy().astype(np.int64)
                bits = np.pad(bits, ((0, 0), (0, 0), (1, 1), (1, 1)))
                w = np.unpackbits(raw[name + ".bits"], axis=1, bitorder="little").astype(np.int64) * 2 - 1
                h, v = inputs.shape[2:]
                taps = np.concatenate([bits[:, :, i:i + h, j:j + v] for i in range(3) for j in range(3)], 1)
                sums = np.einsum("ok,bkyx->boyx", w, taps)
                self.assertTrue((sums == again.layers[name].sums(inputs).numpy()).all(), name)
                inputs, pool = b[name], following
        with self.assertRaises(ValueError):
            xnor_file.read(self.folder / "vgg.safetensors", again)

    def test_optimisation(self):
        """By its own features, and by those of a binary network with straight-through gradients, a picture comes to the painting's style."""
        vgg = losses.Vgg(self.folder / "vgg.safetensors")
        pictures = tensor(random_pictures(8, 48))
        content, painting = pictures[:1], 1 - pictures[1:2] * 0.7
        net = xnor_network.XnorVgg(vgg).requires_grad_(False).eval()
        for _ in xnor_start.start(net, vgg, pictures):
            pass
        for eye in (vgg, net):
            objective = xnor.Objective(eye, content, painting)
            left = sum(objective.style_losses(xnor.paint(objective, content, 20)).values())
            self.assertLess(left, 0.3 * sum(objective.style_losses(content).values()))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
