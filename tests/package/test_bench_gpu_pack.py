# SPDX-License-Identifier: Apache-2.0
"""What scripts/bench-gpu packs for machines without libraries and compilers. Usage: test_bench_gpu_pack.py SOURCE DRIVER_FOLDER, the mock
CUDA driver's."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE, DRIVER = sys.argv[1:3]
# Of the machine itself: they belong to its dynamic linker.
C_LIBRARY = tuple(f"lib{part}." for part in "c m mvec pthread dl rt resolv util anl nsl".split())


def run(*command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, env={**os.environ, **environment})
    if done.returncode != 0:
        raise AssertionError(f"{command}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Pack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = os.path.join(cls.temporary.name, "a folder")
        archive = cls.folder + ".tar.gz"
        run(os.path.join(SOURCE, "scripts/bench-gpu"), "pack", archive, XDG_CACHE_HOME=cls.temporary.name)
        shutil.unpack_archive(archive, cls.temporary.name)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_libraries(self):
        """Each program gets its libraries from the folder."""
        real, libraries = (os.path.join(self.folder, "build", name) for name in ("real", "lib/packed"))
        programs = os.listdir(os.path.join(self.folder, "build/bin"))
        self.assertLessEqual({"artem", "cuda_engine_test", "cuda_share_test", "cuda_tiles_test"}, set(programs))
        self.assertIn("artem", os.listdir(real))
        for name in os.listdir(real):
            own = os.path.join(libraries, name)
            self.assertEqual("artem-lab" == name or name == "test_cuda", "libstdc++.so.6" in os.listdir(own), name)
            for line in run("ldd", os.path.join(real, name), LD_LIBRARY_PATH=own).splitlines():
                library, _, path = line.partition(" => ")
                if path and not library.strip().startswith(C_LIBRARY):
                    self.assertTrue(path.startswith(own), line)

    def test_runs(self):
        """From another folder, without the build's."""
        script = os.path.join(self.folder, "scripts/bench-gpu")
        out = run(script, "nvidia", "--only", "gemm", "--matrix", "128", "--seconds", "0", "--runs", "2", LD_LIBRARY_PATH=DRIVER,
                  ARTEM_VENV="/nonexistent")
        self.assertIn("Mock 0", out)
        self.assertIn("popcount and packing: ", out)
        self.assertIn("great_wave", run(os.path.join(self.folder, "build/bin/artem"), "styles", ARTEM_MODELS=os.path.join(self.folder, "models")))

    def test_skips(self):
        """What the machine lacks is skipped, and said: here a driver that can be used."""
        driver = os.path.join(self.temporary.name, "driver")
        os.mkdir(driver)
        subprocess.run(["cc", "-shared", "-xc", "/dev/null", "-o", os.path.join(driver, "libcuda.so.1")], check=True)
        done = subprocess.run([os.path.join(self.folder, "scripts/bench-gpu"), "exact"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=200, env={**os.environ, "LD_LIBRARY_PATH": driver})
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(re.findall(r"gpu.(\w+): skipped", done.stdout), ["engine_test", "share_test", "tiles_test"])
        self.assertTrue(re.search(r"ten thousand frames\nskipped: .+\n$", done.stdout), done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
