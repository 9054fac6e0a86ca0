# SPDX-License-Identifier: Apache-2.0
"""The shipped styles and the paintings they come from: models/styles.csv."""
import csv
import pathlib

LIST = pathlib.Path(__file__).resolve().parent.parent / "styles.csv"


def entries():
    """name -> {file, title}, in the file's order, which is the order of the styles in a checkpoint."""
    with open(LIST, encoding="utf-8", newline="") as f:
        return {row["name"]: row for row in csv.DictReader(f)}


def painting(folder, name):
    """Path of a style's painting; a style that is not in the list has it as NAME.jpg."""
    return pathlib.Path(folder) / entries().get(name, {"file": name + ".jpg"})["file"]
