"""Writes the invented sample data into this folder: the same bytes every time.

    python data/samples/make_samples.py [FOLDER]

Every hazard, person, company, township and telephone number is invented; only the outlines of the
seven divisions are real. Wrong rows are listed in ``expected_issues.json``.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

HERE = Path(__file__).resolve().parent
# Where lxml is installed openpyxl writes the same XML in other bytes.
os.environ["OPENPYXL_LXML"] = "False"
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from bad_rows import BAD_ROWS, SHAPES, BadRow  # noqa: E402 - the folder is no package
from departments import LAYOUTS  # noqa: E402
from invented_hazards import Record, make_hazards, make_record  # noqa: E402
from invented_places import Places  # noqa: E402
from sheet_layout import Layout, Row, row_of  # noqa: E402
from surroundings import receptor_rows, resource_sheets, townships_geojson  # noqa: E402
from workbook_writer import Workbook, write_sheet  # noqa: E402

SEED = 2014
ASSESSMENTS = "assessments.csv"


def main() -> None:
    """Write everything."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    target.mkdir(parents=True, exist_ok=True)
    random = Random(SEED)
    places = Places(random)
    hazards = make_hazards(random, places)
    expected, workbooks = [], {}
    for layout in LAYOUTS:
        rows, marks = sheet_rows(random, places, hazards, layout)
        if layout.file.endswith(".csv"):
            cells = write_csv(target / layout.file, layout, rows)
        else:
            book = workbooks.setdefault(layout.file, Workbook())
            cells = write_sheet(book, layout, rows)
        expected += [
            {
                "file": layout.file,
                "sheet": layout.sheet,
                "cell": cells[row, bad.key],
                "code": bad.code,
                "outcome": bad.outcome,
            }
            for row, bad in marks.items()
        ]
    for name, book in workbooks.items():
        book.save(target / name)
    write_json(target / "expected_issues.json", summary(hazards, expected))
    write_assessments(target / ASSESSMENTS, hazards)
    write_features(target / "townships.geojson", townships_geojson(places))
    receptors = Workbook()
    receptors.add_table("保护对象", *receptor_rows(random, places))
    receptors.save(target / "receptors.xlsx")
    resources = Workbook()
    for title, headers, table in resource_sheets(random, places):
        resources.add_table(title, headers, table)
    resources.save(target / "resources.xlsx")
    print(f"{sum(map(len, hazards.values()))} good hazards, {len(expected)} wrong rows")


def sheet_rows(
    random: Random, places: Places, hazards: dict[str, list[Record]], layout: Layout
) -> tuple[list[Row], dict[int, BadRow]]:
    """The rows of one sheet, wrong ones among them, and which those are."""
    records = [record for key in layout.types for record in hazards[key]]
    if layout.merge:
        records.sort(key=lambda record: record.township.county)
    rows = [row_of(record, layout) for record in records]
    wrong = [bad for bad in BAD_ROWS if (bad.file, bad.sheet) == (layout.file, layout.sheet)]
    placed: list[tuple[int, BadRow]] = []
    for number, bad in enumerate(wrong):
        if bad.copy_of_first:
            row = dict(rows[0])
        else:
            shape = SHAPES.get(bad.type_key, "p")
            row = row_of(make_record(random, places, bad.type_key, number * 3 + 1, shape), layout)
        bad.change(row)
        # A wrong row stands at the end of a merged sheet, else somewhere in the middle.
        at = len(rows) if layout.merge else min(len(rows), 3 + number * 4)
        rows.insert(at, row)
        placed.append((at, bad))
    marks = dict(placed)
    for number, row in enumerate(rows, start=1):
        row["seq"] = number
    return rows, marks


def write_csv(path: Path, layout: Layout, rows: list[Row]) -> dict[tuple[int, str], str]:
    """A list as an old office program saves it: GBK, no title lines."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([header for header, _key in layout.columns])
    writer.writerows([[row.get(key, "") for key in layout.keys] for row in rows])
    path.write_bytes(text.getvalue().encode("gbk"))
    return {
        (number, key): f"{chr(ord('A') + column)}{number + 2}"
        for number in range(len(rows))
        for column, key in enumerate(layout.keys)
    }


def summary(hazards: dict[str, list[Record]], expected: list[dict[str, str]]) -> dict[str, Any]:
    """What an import of the folder should find."""
    counties = Counter(r.township.county for records in hazards.values() for r in records)
    return {
        "good_hazards": sum(map(len, hazards.values())),
        "by_type": {key: len(records) for key, records in hazards.items()},
        "by_county": dict(sorted(counties.items())),
        "outcomes": "rejected: the row comes back; warned: kept with a warning; duplicate: not added",
        "issues": expected,
    }


def write_assessments(path: Path, hazards: dict[str, list[Record]]) -> None:
    """An assessor's list of the factors that the departments' sheets have no column for."""
    asked = {key: set(layout.keys) for layout in LAYOUTS for key in layout.types}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("name", "method", "L", "S", "E", "C"))
        for key, records in hazards.items():
            for record in records:
                match record.grading:
                    case ("ls", likelihood, severity) if "ls_l" not in asked[key]:
                        writer.writerow((record.name, "ls", likelihood, severity, "", ""))
                    case ("lec", likelihood, exposure, consequence) if "lec_l" not in asked[key]:
                        writer.writerow((record.name, "lec", likelihood, "", exposure, consequence))


def write_json(path: Path, content: Any) -> None:
    """Readable JSON with a stable order."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_features(path: Path, collection: dict[str, Any]) -> None:
    """GeoJSON with one feature a line."""
    head = {key: value for key, value in collection.items() if key != "features"}
    opening = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n'
    lines = [
        json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in collection["features"]
    ]
    path.write_text(opening + ",\n".join(lines) + "\n]}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
