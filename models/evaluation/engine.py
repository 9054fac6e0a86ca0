# SPDX-License-Identifier: Apache-2.0
"""Painters to be measured, all with one interface: the shipped integer network as the C engine runs it (`artem pipe`), and float
checkpoints."""
import os
import struct
import subprocess

import numpy as np
import torch

import checkpoints
import intsim
import noise

MAGIC, EXACT, RESTART = 0x4D524641, 1, 2


class Integer:
    """The C engine. Live frames use the lagged statistics of docs/arithmetic.md section 7, which settle within a dozen frames."""

    settling = 12

    def __init__(self, artem, models, style, blend=None):
        options = ["--style", style] + (["--blend-style", blend[0], "--blend", str(blend[1])] if blend else [])
        self.process = subprocess.Popen([artem, "pipe", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=dict(os.environ, ARTEM_MODELS=str(models)))
        self.first = True

    def frame(self, views, maps=None, exact=False):
        """views: list of h,w,3 uint8, sides multiples of 4. Returns a list of the same."""
        maps = maps or [intsim.PLANAR] * len(views)
        flags = (EXACT if exact else 0) | (RESTART if self.first else 0)
        data = struct.pack("<3I", MAGIC, flags, len(views))
        data += b"".join(struct.pack("<2I10i", v.shape[1], v.shape[0], *m) for v, m in zip(views, maps))
        self.process.stdin.write(data + b"".join(np.ascontiguousarray(v).tobytes() for v in views))
        self.process.stdin.flush()
        self.first = False
        out = []
        for v in views:
            bytes_ = self.process.stdout.read(v.size)
            if len(bytes_) != v.size:
                raise SystemExit("artem pipe ended early")
            out.append(np.frombuffer(bytes_, np.uint8).reshape(v.shape))
        return out

    def restart(self):
        self.first = True

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Float:
    """A checkpoint, with the statistics of each frame itself."""

    settling = 0

    def __init__(self, path, style):
        self.net, names, _ = checkpoints.load(path)
        self.net.eval()
        self.style = names.index(style)

    def frame(self, views, maps=None, exact=False):
        maps = maps or [intsim.PLANAR] * len(views)
        x = torch.tensor(np.stack(views)).permute(0, 3, 1, 2).float() / 255
        h, w = views[0].shape[0] // 4, views[0].shape[1] // 4
        y, c = np.mgrid[0:h, 0:w]
        v = torch.tensor(np.stack([intsim.noise(m, c, y) for m in maps])).permute(0, 3, 1, 2).float()
        with torch.no_grad():
            out = self.net(x, noise.gated(x, v), self.style, torch.zeros(len(views), dtype=torch.long))
        return list((out.permute(0, 2, 3, 1).clamp(0, 1) * 255 + 0.5).byte().numpy())

    def restart(self):
        pass

    def close(self):
        pass
