# SPDX-License-Identifier: Apache-2.0
"""Between two trainings of one style from the same start: the average of their parameters, which often has the best of both.

    python average.py A.artstyle B.artstyle --weight 0.5 --photos PHOTOS --out NAME.artstyle"""
import argparse
import pathlib

import artfile
import data
import export
import pictures
import shipped
import torch


def mix(net, weight):
    """Into the first style: (1 - weight) of it and `weight` of the second."""
    with torch.no_grad():
        for tensor in [*net.parameters(), *net.buffers()]:
            if tensor.shape[:1] == (2,) and tensor.is_floating_point():  # what all styles share has 128 rows
                tensor[0] += weight * (tensor[1] - tensor[0])


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("first")
    p.add_argument("second")
    p.add_argument("--weight", type=float, default=0.5, help="of the second")
    p.add_argument("--network", help="artem.artnet (default: beside the first)")
    p.add_argument("--photos", help="what the integers are calibrated on")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    network_path = pathlib.Path(a.network) if a.network else pathlib.Path(a.first).parent / "artem.artnet"
    net, fields, styles = shipped.load(network_path, [a.first, a.second])
    mix(net, a.weight)
    net.eval()
    photos = pictures.load_squares(a.photos, data.SIZE) if a.photos else None
    style = export.export_style(net, fields, 0, styles[0]["name"], styles[0]["title"], export.calibration_pictures(photos, 24))
    style["network_id"] = fields["id"]
    artfile.write_style(pathlib.Path(a.out), style)


if __name__ == "__main__":
    main()
