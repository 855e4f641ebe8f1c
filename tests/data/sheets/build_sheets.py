"""Makes the corpus anew: the sheets of `cases`, and the same saved again by LibreOffice as xlsx, xls and ods.

    python tests/data/sheets/build_sheets.py

Needs soffice; takes half a minute. The files are committed, so tests need neither.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from openpyxl import Workbook

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from cases import CASES  # noqa: E402

FORMATS = ("xlsx", "xls", "ods")


def main() -> None:
    """Write every file."""
    built = HERE / "built"
    built.mkdir(exist_ok=True)
    for old in HERE.glob("*/*"):
        if old.suffix in {".xlsx", ".xls", ".ods", ".csv", ".txt", ".et", ".html"}:
            old.unlink()
    for case in CASES:
        path = built / f"{case.name}{case.suffix}"
        if isinstance(case.build, bytes):
            path.write_bytes(case.build)
            continue
        book = Workbook()
        case.build(book)
        book.save(path)
    again = [built / f"{case.name}{case.suffix}" for case in CASES if case.resaved]
    for kind in FORMATS:
        folder = HERE / kind
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as profile:
            subprocess.run(
                ["soffice", f"-env:UserInstallation=file://{profile}", "--headless",
                 "--convert-to", kind, "--outdir", folder, *again],
                check=True, capture_output=True, timeout=300,
            )  # fmt: skip
        for path in folder.glob("*.[xo][ld]s*"):
            _slim(path)


def _slim(path: Path) -> None:
    """Drop pictures of the first page, and pack tighter; what a sheet says stays."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        parts = {i.filename: archive.read(i) for i in archive.infolist() if not i.is_dir()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            if not name.startswith("Thumbnails/"):
                archive.writestr(
                    zipfile.ZipInfo(name, (2014, 7, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
                )


if __name__ == "__main__":
    main()
