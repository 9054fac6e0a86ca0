# SPDX-License-Identifier: Apache-2.0
"""models/train/artfile.py against the C reader: usage test_artfile.py FOLDER-OF-ARTFILE DUMP-PROGRAM."""
import array
import os
import random
import subprocess
import sys
import tempfile
import unittest
import zlib

sys.path.insert(0, sys.argv[1])
import artfile  # noqa: E402

DUMP = sys.argv[2]
rng = random.Random(7)


def random_arrays(arrays):
    fields = {}
    for key, _, shape, (low, high) in arrays:
        values = [rng.randint(low, high) for _ in range(artfile._count(shape))]
        values[0], values[-1] = low, high
        fields[key] = values
    return fields


def random_norm():
    norm = random_arrays(artfile.NORM_ARRAYS)
    norm["mean"] = [rng.randint(-(1 << 30), 1 << 30) for _ in range(128)]
    norm["square"] = [((m * m) >> 16) + rng.randint(1, 1 << 30) for m in norm["mean"]]
    return norm


def random_network():
    return dict(random_arrays(artfile.NETWORK_ARRAYS), adapt=8, enc_shift=15)


def random_style(network_id):
    return dict(random_arrays(artfile.DECODER_ARRAYS), name="sea-1", title="Hokusai, \u795e\u5948\u5ddd\u6c96\u6d6a\u88cf",
                network_id=network_id, d0_shift=0, d1_shift=7, d2_shift=15, norms=[random_norm() for _ in range(11)],
                units=[random_arrays(artfile.UNIT_ARRAYS) for _ in range(10)])


def lines_of(fields, arrays):
    types = {key: code for key, code, _, _ in arrays}
    return [f"{key} {zlib.crc32(array.array(types[key], fields[key]).tobytes()):08x}" for key in types]


class ArtFile(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def dump(self, path, status=0):
        done = subprocess.run([DUMP, path], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout.splitlines()

    def test_network(self):
        path, fields = self.path("artem.artnet"), random_network()
        network_id = artfile.write_network(path, fields)
        expected = [f"id {network_id:08x}", "adapt 8", "enc_shift 15"] + lines_of(fields, artfile.NETWORK_ARRAYS)
        self.assertEqual(self.dump(path), expected)
        again = artfile.read_network(path)
        self.assertEqual(again["id"], network_id)
        self.assertEqual(artfile.write_network(self.path("b.artnet"), again), network_id)
        with open(path, "rb") as a, open(self.path("b.artnet"), "rb") as b:
            self.assertEqual(a.read(), b.read())
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["artem.artnet", "b.artnet"])

    def test_style(self):
        path, fields = self.path("sea.artstyle"), random_style(0xFEDCBA98)
        artfile.write_style(path, fields)
        expected = ["name sea-1", f"title {fields['title']}", "network_id fedcba98", "d0_shift 0", "d1_shift 7", "d2_shift 15"]
        for norm in fields["norms"]:
            expected += lines_of(norm, artfile.NORM_ARRAYS)
        for unit in fields["units"]:
            expected += lines_of(unit, artfile.UNIT_ARRAYS)
        self.assertEqual(self.dump(path), expected + lines_of(fields, artfile.DECODER_ARRAYS))
        artfile.write_style(self.path("b.artstyle"), artfile.read_style(path))
        with open(path, "rb") as a, open(self.path("b.artstyle"), "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_refused_fields(self):
        good = random_style(1)
        norm = dict(good["norms"][3], square=[0] * 128)
        for change in ({"d0_shift": 16}, {"d0_shift": 1.0}, {"name": "../x"}, {"name": ""}, {"title": "a\n"}, {"title": "x" * 128},
                       {"d0_weights": [65] + [0] * 36863}, {"d0_mul": [-32768] * 32}, {"d0_mul": [0.5] * 32},
                       {"d0_mul": [0] * 31}, {"network_id": -1}, {"norms": good["norms"][1:]},
                       {"norms": [norm] + good["norms"][1:]}, {"d2_mul": b"12345"}):
            with self.subTest(change=list(change)), self.assertRaises(ValueError):
                artfile.write_style(self.path("bad.artstyle"), dict(good, **change))
        with self.assertRaises(ValueError):
            artfile.write_network(self.path("bad.artnet"), dict(random_network(), adapt=17))
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_refused_files(self):
        path = self.path("a.artnet")
        artfile.write_network(path, random_network())
        with open(path, "rb") as file:
            good = file.read()
        for at in list(range(64)) + [rng.randrange(len(good)) for _ in range(50)]:
            data = bytearray(good)
            data[at] ^= 1 << rng.randrange(8)
            with open(path, "wb") as file:
                file.write(data)
            with self.assertRaises(ValueError):
                artfile.read_network(path)
        self.dump(path, status=1)
        with open(path, "wb") as file:
            file.write(good[:-1])
        with self.assertRaises(ValueError):
            artfile.read_network(path)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
