# SPDX-License-Identifier: Apache-2.0
"""Training pictures drawn from photos and generated scenes, and the movements that views make."""
import numpy as np
import torch
import torch.nn.functional as F

SIZE = 288


class Batches:
    """Training pictures by step number alone, so that an interrupted run goes on exactly as it would have. `share` of the pictures are
    generated scenes; a tenth of the photos is darkened, since apps have dark scenes."""

    def __init__(self, photos, generated, seed, share=0.4):
        self.photos, self.generated, self.seed, self.share = photos, generated, seed, share

    def rng(self, step):
        return np.random.default_rng([self.seed, step])

    def next(self, rng, batch, crop):
        out = []
        for _ in range(batch):
            generated = self.photos is None or rng.random() < self.share
            source = self.generated if generated else self.photos
            img = source[rng.integers(len(source))]
            y, x = rng.integers(0, SIZE - crop + 1, 2)
            img = img[y:y + crop, x:x + crop]
            if rng.random() < 0.5:
                img = img[:, ::-1]
            img = torch.tensor(np.ascontiguousarray(img)).permute(2, 0, 1).float() / 255
            if not generated and rng.random() < 0.1:
                img = img * float(rng.uniform(0.2, 0.7))
            out.append(img)
        x = torch.stack(out)
        return ((x * 255).round() / 255).contiguous(memory_format=torch.channels_last)


def flow(rng, crop):
    """A small movement of a view, 1,crop,crop,2 pixels: whole pixels, and half the time a smooth bend as another eye would see it."""
    f = torch.tensor(rng.integers(-3, 4, 2)).float().view(1, 2, 1, 1).expand(1, 2, crop, crop)
    if rng.random() < 0.5:
        bend = torch.tensor(rng.uniform(-2, 2, (1, 2, 3, 3))).float()
        f = f + F.interpolate(bend, (crop, crop), mode="bilinear", align_corners=True)
    return f.permute(0, 2, 3, 1)
