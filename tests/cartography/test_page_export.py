"""Finished files: searchable, free of clocks and traces, the same bytes everywhere."""

from __future__ import annotations

import multiprocessing
import os
import re
import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from defusedxml import ElementTree
from pypdf import PdfReader
from PySide6.QtGui import QFont, QGuiApplication, QImage

from qhd_riskmap.cartography.export_bytes import fixed_png
from qhd_riskmap.cartography.export_process import export_in_child
from qhd_riskmap.cartography.page_export import (
    export_here,
    export_pdf,
    export_png,
    export_svg,
    run_export,
)
from qhd_riskmap.cartography.page_model import ExportJob, PageSize
from qhd_riskmap.errors import InvalidInputError, JobCancelledError, OutputFileError
from qhd_riskmap.resources import resources_dir

WORDS = [
    "泥石流",
    "低风险",
    "青龙满族自治县",
    "山海关区",
    "海港区",
    "北戴河区",
    "抚宁区",
    "昌黎县",
    "卢龙县",
    "图例",
    "比例尺",
    "重大风险",
    "较大风险",
    "一般风险",
    "未评级",
    "说明",
    "编制单位",
    "发布单位",
    "数据来源",
    "资料截止",
    "秦皇岛市应急管理局",
    "审图号",
    "液氨储罐",
    "油气管道",
    "山体滑坡",
]
RADICALS = re.compile("[\u2e80-\u2fdf]")
DAY = date(2026, 6, 30)


def job(sheet, folder, kind, name="sheet", **extra):
    return ExportJob(
        content=sheet, path=str(folder / f"{name}.{kind}"), format=kind,
        page=PageSize.A4_LANDSCAPE, made_on=DAY, dpi=60, **extra,
    )  # fmt: skip


@pytest.fixture
def pdf(sheet, tmp_path, sheet_font):
    path = tmp_path / "sheet.pdf"
    export_pdf(sheet, path, PageSize.A3_LANDSCAPE, DAY)
    return path


def text_of(path):
    return subprocess.run(
        ["pdftotext", path, "-"], capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout


def test_every_word_is_found_in_the_pdf(pdf):
    text = text_of(pdf)
    assert [word for word in WORDS if word not in text] == []
    assert RADICALS.findall(text) == []


def test_no_text_of_the_pdf_is_written_twice(pdf, sheet):
    """Halos are outlines, not copies of the words."""
    assert text_of(pdf).count("山海关区") == 1
    assert text_of(pdf).count(sheet.title) == 1


def test_fonts_are_embedded_and_ours(pdf):
    listing = subprocess.run(["pdffonts", pdf], capture_output=True, text=True, check=True).stdout
    rows = listing.splitlines()[2:]
    assert rows
    for row in rows:
        assert "QhdSheetSans" in row
        assert row.split()[-5] == "yes"  # emb


def test_the_pdf_is_vector(pdf):
    images = subprocess.run(["pdfimages", "-list", pdf], capture_output=True, text=True, check=True)
    assert len(images.stdout.splitlines()) <= 2


def test_pdf_says_title_and_language_and_nothing_about_the_desk(pdf, sheet):
    reader = PdfReader(pdf)
    assert reader.metadata.title == sheet.title
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    assert reader.metadata.creation_date.date() == DAY
    assert not (reader.metadata.producer or "").strip()
    assert not (reader.metadata.creator or "").strip()
    raw = pdf.read_bytes()
    assert b"Qt 6" not in raw
    assert str(Path.home()).encode() not in raw
    box = reader.pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx((1190.55, 841.89), abs=1)


@pytest.mark.parametrize("kind", ["pdf", "png", "svg"])
def test_the_same_sheet_is_the_same_file(sheet, tmp_path, kind, sheet_font):
    one, other = job(sheet, tmp_path, kind, "one"), job(sheet, tmp_path, kind, "other")
    run_export(one)
    run_export(other)
    assert Path(one.path).read_bytes() == Path(other.path).read_bytes()


def test_another_process_another_zone_and_another_day_make_the_same_bytes(
    sheet, tmp_path, sheet_font, monkeypatch
):
    kinds = ("pdf", "png", "svg")
    here = [job(sheet, tmp_path, kind, "here") for kind in kinds]
    export_here(here)
    monkeypatch.setenv("TZ", "Asia/Shanghai" if os.environ.get("TZ") != "Asia/Shanghai" else "UTC")
    there = [job(sheet, tmp_path, kind, "there") for kind in kinds]
    steps = []
    placed = export_in_child(there, lambda done, total, note: steps.append((done, total, note)))
    for one, other in zip(here, there, strict=True):
        assert Path(one.path).read_bytes() == Path(other.path).read_bytes(), one.format
    assert steps == [(0, 3, "there.pdf"), (1, 3, "there.png"), (2, 3, "there.svg"), (3, 3, "")]
    assert [p.map.scale for p in placed] == [placed[0].map.scale] * 3


_FONTS_FROM = """
import hashlib, sys
from datetime import date
from pathlib import Path
from PySide6.QtGui import QFontDatabase, QPageLayout, QPageSize
from qhd_riskmap.cartography import fonts
from qhd_riskmap.cartography.export_bytes import fixed_pdf
from qhd_riskmap.cartography.page_export import painted_pdf

load, names = QFontDatabase.addApplicationFont, []
QFontDatabase.addApplicationFont = staticmethod(lambda name: (names.append(name), load(name))[1])
fonts.resources_dir = lambda: Path(sys.argv[1])

def paint(painter, _writer):
    for bold in (False, True):
        painter.setFont(fonts.sheet_font(200, bold=bold))
        painter.drawText(500, 500, "风险隐患")

orientation = QPageLayout.Orientation.Portrait
raw, _ = painted_pdf("图", QPageSize.PageSizeId.A4, orientation, paint)
assert b"QhdSheetSans-Bold" in raw
made = fixed_pdf(raw, date(2000, 1, 1), "zh-CN")
print(names, hashlib.sha256(made).hexdigest())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Qt knows a font by its own name")
def test_where_the_program_lies_leaves_no_trace_in_a_pdf(tmp_path, sheet_font):
    """Qt orders the fonts of a PDF by a hash of their file names; two places must be one name."""
    children = []
    for place in ("甲", "opt/qhd/riskmap"):
        folder = tmp_path / place
        folder.mkdir(parents=True)
        (folder / "fonts").symlink_to(resources_dir() / "fonts", target_is_directory=True)
        command = [sys.executable, "-X", "utf8", "-c", _FONTS_FROM, str(folder)]
        children.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    one, other = (child.communicate(timeout=60)[0] for child in children)
    assert [child.returncode for child in children] == [0, 0]
    assert one == other


@pytest.mark.parametrize("kind", ["pdf", "png", "svg"])
def test_the_font_of_the_desk_leaves_no_trace(sheet, tmp_path, kind, sheet_font):
    run_export(job(sheet, tmp_path, kind, "one"))
    before = QGuiApplication.font()
    QGuiApplication.setFont(QFont("Some Office Font", 31))
    try:
        run_export(job(sheet, tmp_path, kind, "two"))
    finally:
        QGuiApplication.setFont(before)
    one, two = ((tmp_path / f"{name}.{kind}").read_bytes() for name in ("one", "two"))
    assert one == two
    assert b"Some Office Font" not in two


def test_content_changes_the_file(sheet, tmp_path, sheet_font):
    for kind in ("pdf", "png", "svg"):
        run_export(job(sheet, tmp_path, kind, "one"))
        run_export(job(replace(sheet, title="另一张图"), tmp_path, kind, "two"))
        assert (tmp_path / f"one.{kind}").read_bytes() != (tmp_path / f"two.{kind}").read_bytes()


def test_png_holds_the_picture_and_its_resolution_only(sheet, tmp_path):
    path = tmp_path / "sheet.png"
    export_png(sheet, path, 150, PageSize.A4_PORTRAIT)
    raw = path.read_bytes()
    kinds, position = [], 8
    while position < len(raw):
        (length,) = struct.unpack_from(">I", raw, position)
        kind = raw[position + 4 : position + 8]
        body = raw[position + 8 : position + 8 + length]
        assert struct.unpack_from(">I", raw, position + 8 + length)[0] == zlib.crc32(kind + body)
        kinds.append(kind)
        position += 12 + length
    assert set(kinds) <= {b"IHDR", b"pHYs", b"IDAT", b"IEND"}
    image = QImage(str(path))
    assert (image.width(), image.height()) == (1240, 1754)
    assert image.dotsPerMeterX() == 5906
    with pytest.raises(ValueError, match="PNG"):
        fixed_png(b"GIF89a", 300)


def test_svg_text_stays_text_and_nothing_is_told(sheet, tmp_path, sheet_font):
    path = tmp_path / "sheet.svg"
    export_svg(sheet, path, PageSize.A3_LANDSCAPE)
    root = ElementTree.parse(path).getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("width") == "420mm"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh-CN"
    words = {element.text for element in root.iter(f"{space}text")}
    assert {"图例", "比例尺", sheet.title, "山海关区"} <= words
    families = {element.get("font-family") for element in root.iter(f"{space}text")}
    assert {family.split(", ")[0] for family in families} == {sheet_font}
    assert all(family.endswith("sans-serif") for family in families)
    assert root.find(f".//{space}title") is None
    assert root.find(f".//{space}desc") is None
    assert root.find(f".//{space}image") is None
    assert "Qt" not in path.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_a_clear_error(sheet, tmp_path):
    with pytest.raises(OutputFileError, match=r"sheet\.svg"):
        export_svg(sheet, tmp_path / "no such folder" / "sheet.svg")
    blocked = tmp_path / "folder.svg"
    blocked.mkdir()
    with pytest.raises(OutputFileError):
        export_svg(sheet, blocked)
    assert list(tmp_path.iterdir()) == [blocked]


def test_unknown_formats_and_resolutions_are_refused(sheet, tmp_path):
    with pytest.raises(InvalidInputError, match="bmp"):
        run_export(job(sheet, tmp_path, "bmp"))
    with pytest.raises(InvalidInputError, match="分辨率"):
        export_png(sheet, tmp_path / "x.png", 5_000)


def test_an_error_in_the_child_arrives_as_itself(sheet, tmp_path):
    with pytest.raises(OutputFileError, match=r"sheet\.svg") as caught:
        export_in_child([job(sheet, tmp_path / "nowhere", "svg")])
    assert caught.value.hint


def test_cancelling_the_child_leaves_no_file(sheet, tmp_path):
    with pytest.raises(JobCancelledError):
        export_in_child([job(sheet, tmp_path, "pdf")], cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_a_bug_in_the_child_is_told_with_its_traceback(tmp_path, capfd):
    with pytest.raises(RuntimeError, match="AttributeError"):
        export_in_child([job(None, tmp_path, "svg")])


def test_a_killed_child_is_a_clear_error_and_leaves_no_half_file(sheet, tmp_path):
    def kill():
        for child in multiprocessing.active_children():
            child.kill()
        return False

    with pytest.raises(OutputFileError, match="意外结束"):
        export_in_child([job(sheet, tmp_path, "pdf")], cancelled=kill)
    assert list(tmp_path.iterdir()) == []


def test_without_an_application_one_is_made_that_needs_no_display():
    script = (
        "from qhd_riskmap.cartography.gui_application import ensure_gui_application as make\n"
        "one = make()\n"
        "print(one is make(), one.platformName())\n"
    )
    environment = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "QT_QPA_PLATFORM"}}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment,
        cwd=Path(__file__).resolve().parents[2], check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["True", "offscreen"]


def test_a_bare_core_application_is_refused():
    script = (
        "from PySide6.QtCore import QCoreApplication\n"
        "core = QCoreApplication([])\n"
        "from qhd_riskmap.cartography.gui_application import ensure_gui_application\n"
        "try:\n    ensure_gui_application()\nexcept RuntimeError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True,
        cwd=Path(__file__).resolve().parents[2], check=True,
    )  # fmt: skip
    assert "QGuiApplication" in done.stdout
