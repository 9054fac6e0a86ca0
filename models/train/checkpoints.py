# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of training: written whole or not at all, with everything that a later start needs to go on as if never interrupted."""
import os

import torch

import network


class Run:
    def __init__(self, folder, net, opt, names, shape):
        self.path, self.net, self.opt, self.names, self.shape, self.step = folder / "checkpoint.pt", net, opt, names, shape, 0

    def save(self):
        temporary = self.path.with_suffix(".tmp")
        torch.save({"net": self.net.state_dict(), "opt": self.opt.state_dict(), "step": self.step, "names": self.names, "shape": self.shape},
                   temporary)
        os.replace(temporary, self.path)

    def resume(self):
        if not self.path.exists():
            return
        c = torch.load(self.path, weights_only=True, map_location="cpu")
        if c["names"] != self.names or c["shape"] != self.shape:
            raise SystemExit(f"{self.path} was trained for {', '.join(c['names'])} with {c['shape']}: choose another folder")
        self.net.load_state_dict(c["net"])
        self.opt.load_state_dict(c["opt"])
        self.step = c["step"]


def load(path, device="cpu"):
    """Returns network, names, step."""
    c = torch.load(path, weights_only=True, map_location=device)
    net = network.Network(len(c["names"]), **c["shape"]).to(device)
    net.load_state_dict(c["net"])
    return net, c["names"], c["step"]


def from_teacher(net, teacher):
    """Starts a binary network from a float one: everything is taken over, the trunk's weights as latent ones of a common size. The
    running moments are not: binary sums have other ones."""
    state = teacher.state_dict()
    for key, value in state.items():
        if key.startswith("units.") and key.endswith(".weight"):
            state[key] = (value / value.std().clamp(min=1e-8) * 0.3).clamp(-1.2, 1.2)
        elif key.startswith("units.") and key.rsplit(".", 1)[1] in ("mean", "square", "seen"):
            state[key] = torch.zeros_like(value)
    net.load_state_dict(state)
