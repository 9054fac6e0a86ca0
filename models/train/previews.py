# SPDX-License-Identifier: Apache-2.0
"""Previews and thumbnails of the shipped styles, and the sheet that shows each beside its painting. Painted by the artem command itself.

    python previews.py --artem ../../build/bin/artem --models .. --paintings PAINTINGS --sheet ../../docs/styles.png"""
import argparse
import pathlib
import sys

from PIL import Image, ImageDraw, ImageFont

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "evaluation"))

import engine  # noqa: E402
import library  # noqa: E402
import pictures  # noqa: E402
import render  # noqa: E402
import sequences  # noqa: E402

SIZE, THUMB, ROW = 384, 96, 200


def square(img, side):
    img = pictures.resize(img, side)
    x, y = (img.width - side) // 2, (img.height - side) // 2
    return img.crop((x, y, x + side, y + side))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--artem", required=True)
    p.add_argument("--models", default=str(HERE.parent))
    p.add_argument("--paintings", help="folder with the paintings of styles.csv; without it no sheet")
    p.add_argument("--photo", action="append", default=[], help="further column of the sheet (may be repeated)")
    p.add_argument("--sheet")
    a = p.parse_args()
    models = pathlib.Path(a.models)
    scene = Image.fromarray(render.render(sequences.gallery(), sequences.camera(), SIZE, SIZE, 3).rgb)
    sources = [scene] + [square(pictures.read(f), SIZE) for f in a.photo]
    rows = []
    for path in sorted(models.glob("*.artstyle")):
        painter = engine.Integer(a.artem, models, path.stem)
        painted = [Image.fromarray(painter.frame([pictures.np.asarray(s)], exact=True)[0]) for s in sources]
        painter.close()
        painted[0].save(models / f"{path.stem}.preview.jpg", quality=85)
        painted[0].resize((THUMB, THUMB), Image.LANCZOS).save(models / f"{path.stem}.thumb.jpg", quality=85)
        rows.append((path.stem, painted))
    if not a.sheet or not a.paintings:
        return
    cell = ROW + 4
    columns = 1 + len(sources)
    half = (len(rows) + 1) // 2
    sheet = Image.new("RGB", (2 * (columns * cell + 12), (half + 1) * (cell + 16)), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default()
    for side in range(2):
        for i, s in enumerate(sources):
            sheet.paste(s.resize((ROW, ROW), Image.LANCZOS), (side * (columns * cell + 12) + (1 + i) * cell, 0))
    for k, (name, painted) in enumerate(rows):
        x0, y0 = k // half * (columns * cell + 12), (1 + k % half) * (cell + 16)
        painting = square(pictures.read(library.painting(a.paintings, name)), ROW)
        for i, img in enumerate([painting, *painted]):
            sheet.paste(img.resize((ROW, ROW), Image.LANCZOS), (x0 + i * cell, y0))
        draw.text((x0 + 2, y0 + ROW + 2), name, fill="black", font=font)
    sheet.save(a.sheet, optimize=True)


if __name__ == "__main__":
    main()
