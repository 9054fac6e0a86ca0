# SPDX-License-Identifier: Apache-2.0
"""Pictures, arithmetic, export and evaluation: bad input, measures that bite. Usage: test_models.py ARTEM MODELS-FOLDER"""
import contextlib
import io
import unittest

from fixtures import ARTEM, MODELS, Folder, library_name, main, random_vgg

import numpy as np
import torch
from PIL import Image

import average
import export
import gatys
import intsim
import library
import losses
import measures
import noise
import objective
import pictures
import render
import sequences
import shipped


class Pictures(Folder):
    def test_kinds(self):
        rng = np.random.default_rng(2)
        rgb = Image.fromarray(rng.integers(0, 256, (30, 50, 3)).astype(np.uint8))
        made = {"rgb.png": rgb, "grey.png": rgb.convert("L"), "grey_alpha.png": rgb.convert("LA"), "alpha.png": rgb.convert("RGBA"),
                "palette.gif": rgb.convert("P"), "cmyk.jpg": rgb.convert("CMYK"), "one.png": rgb.crop((0, 0, 1, 1)), "bits.png": rgb.convert("1"),
                "deep.png": Image.fromarray((np.asarray(rgb.convert("L"), np.uint16) * 257))}
        for name, img in made.items():
            img.save(self.folder / name)
            read = pictures.read(self.folder / name)
            self.assertEqual((read.mode, read.size), ("RGB", img.size), name)
        self.assertEqual(pictures.load(self.folder / "one.png", 64).shape, (1, 3, 64, 64))
        deep = np.asarray(pictures.read(self.folder / "deep.png"))[..., 0]
        self.assertTrue((deep == np.asarray(rgb.convert("L"))).all())
        clear = Image.new("RGBA", (4, 4), (9, 9, 9, 0))
        clear.save(self.folder / "clear.png")
        self.assertTrue((np.asarray(pictures.read(self.folder / "clear.png")) == 255).all())
        turned = Image.fromarray(np.zeros((20, 40, 3), np.uint8))
        exif = turned.getexif()
        exif[0x0112] = 6
        turned.save(self.folder / "turned.jpg", exif=exif)
        self.assertEqual(pictures.read(self.folder / "turned.jpg").size, (20, 40))

    def test_broken(self):
        Image.new("RGB", (64, 64), "red").save(self.folder / "whole.png")
        data = (self.folder / "whole.png").read_bytes()
        bad = {"empty.png": b"", "text.jpg": b"no picture", "cut.png": data[:60]}
        for name, content in bad.items():
            (self.folder / name).write_bytes(content)
            with self.assertRaises(ValueError):
                pictures.read(self.folder / name)
        (self.folder / "notes.txt").write_text("x")
        (self.folder / "folder.png").mkdir()
        with contextlib.redirect_stdout(io.StringIO()) as said:
            squares = pictures.load_squares(self.folder, 32)
        self.assertEqual(squares.shape, (1, 32, 32, 3))
        self.assertEqual(said.getvalue().count("left out"), 4)
        (self.folder / "none").mkdir()
        with self.assertRaises(SystemExit):
            pictures.load_squares(self.folder / "none", 32)


class Arithmetic(unittest.TestCase):
    def test_noise(self):
        """Training draws noise of the same strength as the integers have, on the lattice and between its points."""
        y, x = np.mgrid[0:60, 0:60]
        for yaw in (0.0, 0.3, 0.7853, 2.0):
            turn = render.turn_matrix(yaw, 0.2)
            m = turn @ np.array([[1 / 30, 0, -1], [0, -1 / 30, 1], [0, 0, -1]]) * (1 << 18) / 2
            v = intsim.noise((*(int(i) for i in np.rint(m).flatten()), 25), x, y)
            self.assertLess(abs(v.std() - 72), 4, yaw)  # of a uniform byte, a little clipped
            self.assertLess(abs(v.mean()), 2.0)
        g = torch.Generator().manual_seed(1)
        trained = noise.sample(noise.lattice(2, 60, g), noise.positions(2, 60, 60, g))
        self.assertLess(abs(trained.std().item() - 72), 4)
        flat, edges = torch.full((1, 3, 8, 8), 0.5), torch.zeros(1, 3, 8, 8)
        edges[..., ::2] = 1
        v = torch.full((1, 16, 2, 2), 100.0)
        self.assertTrue((noise.gated(flat, v) == 25 / 255).all() and (noise.gated(edges, v) == 0).all())

    def test_noise_follows_the_head(self):
        """A quarter turn in small steps: a cell that looks where another one looked sees nearly the same."""
        h = w = 32
        y, x = np.mgrid[0:h, 0:w]

        def seen(yaw):
            m = render.turn_matrix(yaw) @ np.array([[2 / w, 0, -1 + 1 / w], [0, -2 / h, 1 - 1 / h], [0, 0, -1]]) * (1 << 18)
            return intsim.noise((*(int(i) for i in np.rint(m).flatten()), 12), x, y)

        # by the angle of one cell in the middle: the picture moves by one cell there
        a, b = seen(0.0), seen(-np.arctan(2 / w))
        middle = slice(12, 20)
        same = np.abs(a[middle, 13:21] - b[middle, 12:20]).mean()
        other = np.abs(a[middle, 12:20] - b[middle, 12:20]).mean()
        self.assertLess(same, 0.35 * other)

    def test_render_correspondence(self):
        frames = sequences.make("walk", 96, 3)
        for a, b, e, f in ((frames[2], frames[1], 0, 0), (frames[2], frames[2], 0, 1)):
            flow, mask = render.correspond(a.scene, a.views[e], a.eyes[e], b.scene, b.views[f], b.eyes[f])
            self.assertGreater(mask.mean(), 0.4)
            right, _ = measures.warped_error(a.views[e].rgb, b.views[f].rgb, flow, mask)
            wrong, _ = measures.warped_error(a.views[e].rgb, b.views[f].rgb, flow + [4.0, 0.0], mask)
            self.assertLess(right, 0.3 * wrong)
        self.assertEqual(measures.stereo(frames, [[v.rgb for v in f.views] for f in frames])[1], 0.0)
        shifted = [[f.views[0].rgb, np.roll(f.views[1].rgb, 2, 1)] for f in frames]
        self.assertAlmostEqual(measures.stereo(frames, shifted)[1], 2.0, delta=0.25)

    def test_measures_bite(self):
        rng = np.random.default_rng(4)
        plain = rng.integers(90, 160, (64, 64, 3)).astype(np.uint8)
        grid = plain.copy()
        grid[::4] += 30
        self.assertLess(measures.grid_energy(plain), 3)
        self.assertGreater(measures.grid_energy(grid), 10 * measures.grid_energy(plain))
        picture = np.asarray(Image.fromarray(rng.integers(0, 256, (8, 8, 3)).astype(np.uint8)).resize((128, 128), Image.BICUBIC))
        self.assertEqual(measures.edge_agreement(picture, picture, 1.0)[0], 1.0)
        self.assertLess(measures.edge_agreement(picture, picture[::-1], 1.0)[0], 0.9)
        self.assertEqual(measures.sliced_wasserstein([picture], [picture]), 0.0)
        self.assertGreater(measures.sliced_wasserstein([picture], [255 - picture // 2]), 0.05)
        self.assertEqual(gatys.equal_after([9, 5, 4, 3], 4.5), 2)
        self.assertIsNone(gatys.equal_after([9, 5], 1))

    def test_shipped_round_trip(self):
        """Shipped files, read into the float network: it paints what the integers paint, and its export again the same."""
        names = sorted(MODELS.glob("*.artstyle"))
        rng = np.random.default_rng(5)
        x = np.stack([render.render(*render.random_scene(rng), 64, 64).rgb for _ in range(3)])
        net, params, styles = shipped.load(MODELS / "artem.artnet", names[:2])
        for s in range(2):
            self.assertGreater(export.compare(net, params, styles[s], s, x).mean(), 24)
        shared = net.units[3].weight.clone()
        between = (net.d1[:2].mean(0), net.units[3].threshold[:2].mean(0))
        average.mix(net, 0.5)
        self.assertTrue(torch.allclose(net.d1[0], between[0], atol=1e-6) and torch.allclose(net.units[3].threshold[0], between[1], atol=1e-6))
        self.assertTrue(torch.equal(net.units[3].weight, shared))
        again = export.export_network(net, x)
        self.assertTrue((again["trunk_bits"].reshape(-1) == np.asarray(params["trunk_bits"]).reshape(-1)).all())
        self.assertEqual([p.stem for p in names], sorted(library.entries()))


class Evaluation(Folder):
    def test_gatys(self):
        """The optimisation goes down, and down to what it says."""
        random_vgg(self.folder / "vgg.safetensors")
        torch.manual_seed(1)
        vgg16 = losses.Vgg(self.folder / "vgg.safetensors")
        picture, painting = torch.rand(1, 3, 48, 48), torch.rand(1, 3, 64, 64)
        grams = objective.style_targets(vgg16, [painting])
        y, curve = gatys.optimise(vgg16, grams, 0, picture, 12)
        self.assertEqual(len(curve), 13)
        self.assertTrue(all(b <= a * 1.001 for a, b in zip(curve, curve[1:])), curve)
        self.assertLess(curve[-1], 0.7 * curve[0])
        with torch.no_grad():
            content, styled = objective.perceptual(vgg16, grams, torch.tensor([0]), picture, y)
        self.assertAlmostEqual((content + objective.STYLE * styled).item(), curve[-1], delta=0.02 * curve[-1])

    def test_evaluation(self):
        """Without photos and paintings it measures what it can."""
        out = self.run_python("evaluation/evaluate.py", "--artem", ARTEM, "--quick", "--style", library_name(), "--out", self.folder / "e")
        self.assertIn("legibility", out)
        self.assertTrue((self.folder / "e/index.html").exists() and (self.folder / "e/results.json").exists())


if __name__ == "__main__":
    main()
