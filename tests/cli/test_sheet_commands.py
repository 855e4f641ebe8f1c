"""The commands of sheets, atlas and place reports."""

from __future__ import annotations

import json

import openpyxl
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.cli.test_commands import HEADER, ROWS

SIGNED = (
    "--unit", "甲单位", "--publisher", "乙单位", "--source", "丙来源", "--data-date", "2026-10-31",
    "--approval-no", "冀S(2026)012号", "--approval-date", "2026-11-02", "--prepared-by", "甲",
    "--reviewed-by", "乙", "--secrecy-reviewed-by", "丙",
)  # fmt: skip


@pytest.fixture
def register(tmp_path, answer):
    table, path = tmp_path / "排查表.xlsx", tmp_path / "登记库.qhd"
    book = openpyxl.Workbook()
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    book.save(table)
    answer("init", path, "--unit", "示例办")
    answer("import", path, table)
    return path


def text_of(path):
    return "".join("".join(page.extract_text() for page in PdfReader(path).pages).split())


def made(command, register, folder, *more):
    code, out, err = command(
        "release", register, folder, *SIGNED, "--title", "示例图", *more, "--json"
    )
    assert code == 0, err
    return list(json.loads(out)["files"])


def test_a_notice_of_one_county_on_one_upright_page(register, command, tmp_path):
    logo = tmp_path / "标志.png"
    Image.new("RGB", (60, 60), "#1d5b4f").save(logo)
    (path,) = made(
        command, register, tmp_path / "o", "--format", "pdf", "--sheet", "notice", "--area", "海港区",
        "--without", "statistics", "--subtitle", "第四季度", "--note", "请以现场公告为准", "--logo", logo,
    )  # fmt: skip
    (page,) = PdfReader(path).pages
    width, height = (round(float(value) / 72 * 25.4) for value in page.mediabox[2:])
    assert (width, height) == (210, 297)
    text = text_of(path)
    assert "第四季度" in text
    assert "请以现场公告为准" in text
    assert "数量统计" not in text
    assert page.images


def test_paper_and_orientation_are_as_asked_for(register, command, tmp_path):
    (path,) = made(
        command, register, tmp_path / "o", "--format", "pdf", "--paper", "A2", "--portrait",
        "--area", "130302",
    )  # fmt: skip
    box = PdfReader(path).pages[0].mediabox
    assert [round(float(value) / 72 * 25.4) for value in box[2:]] == [420, 594]


def test_an_atlas_by_type(register, command, tmp_path):
    (path,) = made(command, register, tmp_path / "o", "--format", "atlas", "--atlas-by", "type")
    assert path.endswith(".atlas.pdf")
    assert "目录" in text_of(path)
    assert "清单" in text_of(path)


def test_a_place_report_is_taken_from_the_release(register, command, tmp_path):
    made(command, register, tmp_path / "o", "--format", "geojson")
    path = tmp_path / "告知单.pdf"
    arguments = ("place-report", register, path, "--at", "119.6,39.94", "--name", "示范村")
    code, out, err = command(*arguments, "--radius", "5", "--json")
    assert code == 0, err
    assert json.loads(out)["radius_m"] == 5000
    assert "示范村周边风险隐患告知单" in text_of(path)
    assert command(*arguments)[1].strip().endswith("告知单.pdf")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--area", "唐山市"), "没有这个县区"),
        (("--area", "全市/祖山镇"), "没有这个县区"),
        (("--area", "130302", "--county", "130303"), "不一致"),
        (("--type", "龙"), "没有这个隐患类型"),
        (("--sheet", "type"), "选定类型"),
        (("--sheet", "township", "--area", "海港区"), "选定乡镇"),
        (("--without", "north", "--without", "graticule"), "至少要有一样"),
        (("--landscape", "--portrait"), "--portrait"),
        (("--paper", "A7"), "A7"),
        (("--logo", "{missing}"), "无法读取标志图片"),
    ],
)
def test_choices_that_make_no_sense_are_told(register, command, tmp_path, more, words):
    more = [text.format(missing=tmp_path / "无.png") for text in more]
    code, _out, err = command("release", register, tmp_path / "o", *SIGNED, "--title", "t", *more)
    assert code == 2
    assert words in err


@pytest.mark.parametrize("place", ["119.6", "东,北"])
def test_a_place_that_is_none_is_told(register, command, tmp_path, place):
    code, _out, err = command(
        "place-report", register, tmp_path / "a.pdf", "--at", place, "--name", "村"
    )
    assert code == 2
    assert "经度,纬度" in err
