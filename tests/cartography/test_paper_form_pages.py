"""The form for paper: every field is there once, on paper that ends where the page ends."""

from __future__ import annotations

import re
import subprocess
from datetime import date

import pytest

from qhd_riskmap.cartography.paper_form_pages import write_form_pdf
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.paper_form import form_label, form_rows
from qhd_riskmap.formats.survey_template import TemplateOffice
from qhd_riskmap.services.survey_templates import write_survey_template

TYPES = taxonomy().types
POINT_PER_MM = 72 / 25.4
WORD = re.compile(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">')


def texts_of(path):
    """The text of each page, without blanks."""
    return ["".join(page.split()) for page in _read(path, "-raw").split("\f")[:-1]]


def boxes_of_words(path):
    """Where each word stands, in millimetres from the upper left corner."""
    found = [match.groups() for match in WORD.finditer(_read(path, "-bbox"))]
    return [[float(number) / POINT_PER_MM for number in box] for box in found]


def _read(path, how):
    command = ["pdftotext", how, "-enc", "UTF-8", str(path), "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8")


def test_every_field_of_every_type_is_asked_once_and_every_type_begins_a_page(tmp_path):
    path = tmp_path / "表.pdf"
    write_survey_template(path, TYPES, TemplateOffice(unit="示例水务局"))
    pages = texts_of(path)
    for hazard_type in TYPES:
        title = f"{hazard_type.label}隐患排查表"
        mine = [text for text in pages if title in text]
        assert mine, title
        first, form = mine[0], "".join(mine)
        assert first.startswith(f"表格版本2，类型表版本{taxonomy().version}{title}第1页")
        assert "填报单位：示例水务局" in first
        for row in form_rows(hazard_type):
            if not isinstance(row, str):
                assert "".join(form_label(row).split()) in form, (hazard_type.key, row.key)
    assert sum("第1页" in text for text in pages) == len(TYPES)


def test_the_form_offers_boxes_and_room_for_corners(tmp_path):
    path = tmp_path / "表.pdf"
    towns = tuple(f"第{n}镇" for n in range(5))
    office = TemplateOffice(division="130324", townships=towns)
    write_survey_template(path, [taxonomy().get("geological")], office)
    text = "".join(texts_of(path))
    for word in (
        "泥石流",
        "较大风险",
        "卢龙县",
        *towns,
        "西安80",
        "单位负责人：",
        "首尾相同表示面",
    ):
        assert word in text, word
    assert "昌黎县" not in text


def test_a_long_office_and_many_townships_stay_on_the_page(tmp_path):
    path = tmp_path / "表.pdf"
    towns = tuple(f"名字很长的第{n}乡人民政府街道办事处" for n in range(12))
    office = TemplateOffice(
        unit="秦皇岛市卢龙县某某某某某某某某某某某某某某某某某某某某管理局", townships=towns
    )
    write_survey_template(path, TYPES, office)
    boxes = boxes_of_words(path)
    assert len(boxes) > 1000
    for left, top, right, bottom in boxes:
        assert 19 < left < right < 191
        assert 14 < top < bottom < 291
    joined = "".join(texts_of(path))
    assert joined.count("秦皇岛市卢龙县某某") == len(TYPES)
    assert all(joined.count(town) == len(TYPES) for town in towns)


def test_the_same_form_is_the_same_file_on_the_same_day(tmp_path):
    for name in ("a.pdf", "b.pdf"):
        write_form_pdf(tmp_path / name, TYPES[:2], TemplateOffice(), date(2014, 7, 1))
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".xlsx"])
def test_a_form_replaces_only_its_own_kind(tmp_path, suffix):
    path = tmp_path / f"表{suffix}"
    write_survey_template(path, TYPES[:1])
    write_survey_template(path, TYPES[:1])
    path.write_bytes(b"SQLite format 3\x00")
    with pytest.raises(OutputFileError, match="没有覆盖"):
        write_survey_template(path, TYPES[:1])
    assert path.read_bytes() == b"SQLite format 3\x00"
    with pytest.raises(OutputFileError, match="文件名"):
        write_survey_template(tmp_path / "表.txt", TYPES[:1])
