#!/usr/bin/env python3
"""Renews docs/products: what a public release of the sample county looks like, for looking at.

Sheets are drawn by poppler (`pdftoppm`), the page by Chromium; both are what a reader of the products uses.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PySide6.QtGui import QGuiApplication  # noqa: E402

from qhd_riskmap.domain.access import Actor  # noqa: E402
from qhd_riskmap.domain.sheet_design import SheetDesign, design_of  # noqa: E402
from qhd_riskmap.services.jobs import SilentJob  # noqa: E402
from qhd_riskmap.services.place_reports import PlaceOrder, PlaceReports  # noqa: E402
from qhd_riskmap.services.release import ReleaseService  # noqa: E402
from qhd_riskmap.services.release_order import ProductFormat, ReleaseOrder  # noqa: E402
from qhd_riskmap.services.sample_county import (  # noqa: E402
    SAMPLE_PASSPHRASE,
    ensure_sample_register,
)
from qhd_riskmap.storage.engine import open_register  # noqa: E402

OUT = ROOT / "docs" / "products"
ACTOR = Actor(name="示例值班员")
COUNTY = "130321"
PLACE = (118.95, 40.40)
SHEETS: dict[str, tuple[SheetDesign, ProductFormat, int]] = {
    "sheet-a3-county": (design_of("general"), ProductFormat.PDF, 100),
    "sheet-type": (design_of("type", type_keys=("geological", "flood")), ProductFormat.PDF, 100),
    "sheet-a4-notice": (design_of("notice"), ProductFormat.PDF, 100),
    "sheet-a0": (design_of("general", paper="A0"), ProductFormat.PDF, 40),
    "atlas": (design_of("general"), ProductFormat.ATLAS, 70),
    "sheet-jpeg": (design_of("general"), ProductFormat.JPG, 0),
    "page": (design_of("general"), ProductFormat.HTML, 0),
}
KEPT = (
    "sheet-a3-county",
    "sheet-a4-notice",
    "atlas-1",
    "atlas-3",
    "atlas-4",
    "place-report",
    "page-desktop",
    "page-phone",
)
WINDOWS = {"page-desktop": "1440,900", "page-phone": "412,860"}


def main(folder: Path, kept: tuple[str, ...] | None = KEPT) -> None:
    """Draw everything into a folder; None keeps all of it."""
    application = QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scrap:
        register = open_register(_sample(Path(scrap)), passphrase=SAMPLE_PASSPHRASE)
        service = ReleaseService(register, ACTOR)
        for serial, (name, (design, product, dpi)) in enumerate(SHEETS.items(), start=1):
            order = ReleaseOrder(
                title="青龙满族自治县突发事件风险隐患分布图", formats=(product,), sheet=design,
                county=COUNTY, out_dir=Path(scrap) / name, data_date=date(2026, 10, 31),
                unit="示例县应急管理局", publisher="示例县人民政府", source="各乡镇排查上报",
                approval_no=f"冀S(2026){serial:03d}号", prepared_by="编制甲", reviewed_by="审核乙",
                secrecy_reviewed_by="保密丙",
            )  # fmt: skip
            (path,) = service.release(order).files
            _drawn(path, folder / name, dpi)
        place = PlaceOrder(lon=PLACE[0], lat=PLACE[1], name="示例村", path=Path(scrap) / "a.pdf", radius_m=20_000.0)  # fmt: skip
        _drawn(PlaceReports(register, ACTOR).write(place).path, folder / "place-report", 90)
        register.close()
    del application
    for picture in folder.glob("*.*"):
        if kept is not None and picture.stem not in kept:
            picture.unlink()


def _sample(folder: Path) -> Path:
    path = folder / "示例县.qhd"
    ensure_sample_register(path, ACTOR, SilentJob())
    return path


def _drawn(path: Path, target: Path, dpi: int) -> None:
    if path.suffix == ".pdf":
        single = [] if path.name.endswith(".atlas.pdf") else ["-singlefile"]
        pages = single or ["-f", "1", "-l", "6"]
        draw = ["pdftoppm", "-png", "-r", str(dpi), *pages, str(path), str(target)]
        subprocess.run(draw, check=True)  # noqa: S603 - our own files
    elif path.suffix == ".html":
        browser = os.environ.get("QHD_RISKMAP_CHROMIUM") or shutil.which("chromium") or "chromium"
        for name, size in WINDOWS.items():
            shot = target.with_name(f"{name}.png")
            with contextlib.suppress(FileNotFoundError):
                look = [
                    browser,
                    "--headless",
                    "--no-sandbox",
                    "--hide-scrollbars",
                    "--virtual-time-budget=4000",
                ]
                shot_of = [f"--window-size={size}", f"--screenshot={shot}", path.as_uri()]
                subprocess.run([*look, *shot_of], check=True, capture_output=True)  # noqa: S603 - our own page
    else:
        shutil.copy(path, target.with_suffix(path.suffix))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT, None if len(sys.argv) > 1 else KEPT)
