"""Reading whole columns gives what reading each row alone gives: same hazards, same issues."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
import shapely

from qhd_riskmap.domain.schema import Field, FieldKind, clean_text, parse_value
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.references import parse_reference
from qhd_riskmap.services.candidate_columns import Candidates, as_candidates
from qhd_riskmap.services.survey_amounts import with_remarks
from qhd_riskmap.services.survey_candidates import ImportTerms
from qhd_riskmap.services.survey_rows import read_sheet
from qhd_riskmap.services.survey_values import cast, cleaned

TERMS = ImportTerms(
    declared=parse_reference("gcj02"),
    today=date(2026, 3, 1),
    assessor="甲",
    batch_id=UUID(int=1),
    townships=frozenset({"泥井镇", "示例镇"}),
    angles=TextForm.DECIMAL,  # one row alone leaves open what many tell: 119.3524 may be 119°35′24″
)
HEADERS = (
    "序号", "隐患名称", "类别", "县区", "乡镇", "经度", "纬度", "范围坐标", "发现日期", "联系电话",
    "威胁人数", "威胁财产", "储存量", "风险等级", "L", "S", "密级", "备注", "责任单位", "自定列", "自定列",
)  # fmt: skip
# By column: common values first, then ever odder ones.
VALUES = {
    "类别": ("滑坡", "泥石流", "崩塌", "危险化学品", "油气管道", "加油站", "？", None, "滑坡 "),
    "县区": ("青龙县", "昌黎县", "海港区", None, "抚宁县", "天津市", "青龙满族自治县", " 青龙县\u3000"),
    "乡镇": ("泥井镇", "示例镇", None, "别处镇", "无", "泥井镇　"),
    "经度": ("118.95", "118.9531", "119.60", "39.9", "118°57′00″", None, "x", "0", "-", "118.95m"),
    "纬度": ("40.407", "40.4071", "39.93", "119.6", "40°24′25″", None, "y", "99", "40,407", "40.407"),
    "范围坐标": (
        None, None, None, "118.95,40.40;118.96,40.40;118.96,40.41",
        "118.95,40.40;118.96,40.40;118.96,40.41;118.95,40.40", "40.40,118.95;40.41,118.96;40.42,118.97",
        "118.95，40.40；118.96，40.40；118.96，40.41", "118.95,40.40;118.96,40.41;118.96,40.40;118.95,40.41",
        "118.95,40.40", "118.95,40.40;118.96,40.41", "无", "1:118.95,40.40;2:118.96,40.41;3:118.97,40.40",
        "POLYGON((118.95 40.4,118.96 40.4,118.96 40.41,118.95 40.4))", "1.5,2.5;3.5,4.5",
        "118.95,40.40;118.95,40.40;118.95,40.40;118.95,40.40", "118.95,40.40\n118.96,40.40\n118.96,40.41",
    ),
    "发现日期": ("2014-03-05", "2014.3.5", None, "41703", "2099-01-01", "1901-01-01", "不详", "2014年3月"),
    "联系电话": ("13900000000", None, "1.39e10", "123", "0335-1234567", "１３９０００００００１"),
    "威胁人数": ("1", "12", None, "3.5", "-4", "十二", "1e3", "99999999999999999", "7人"),
    "威胁财产": ("1.5", "300", None, "1,200", "-1", "0.0", "-0", "300万元", "５"),
    "储存量": (None, "12", "0.5", "x"),
    "风险等级": ("重大", "低", None, "较大", "红", "很高", "一般风险"),
    "L": (None, "3", "9", "x", "1"),
    "S": (None, "2", "4"),
    "密级": (None, "公开", "内部", "秘密", "绝对"),
    "备注": (None, "示例", "a|b", "第一行\n第二行", "①②③ m²", "｜", "\u0301", "x" * 2500),
    "责任单位": ("示例公司", None, "　示例公司", "/", "O'Hara \x1e \x1f"),
    "自定列": (None, "甲", "—", "乙 ", "｜丙"),
}  # fmt: skip


def _rows(rng, count):
    """Rows whose oddness grows with the seed's luck."""
    oddness = rng.choice((0.02, 0.1, 0.5))

    def value(header, number):
        if header == "序号":
            return str(number)
        if header == "隐患名称":
            return rng.choice((None, "无", f"示例{number}　号")) if rng.random() < oddness else (
                f"示例村{number}号隐患"
            )  # fmt: skip
        choices = VALUES[header]
        if rng.random() < oddness:
            return rng.choice(choices)
        if header in {"经度", "纬度"} and rng.random() < 0.5:
            return f"{float(choices[0]) + rng.uniform(-0.1, 0.1):.6f}"
        return choices[0 if header == "类别" else rng.randrange(min(3, len(choices)))]

    return [[value(header, number) for header in HEADERS] for number in range(count)]


def _read(rows, first_row=1):
    columns = tuple(list(column) for column in zip(HEADERS, *rows, strict=True))
    sheet = SurveySheet(file=Path("表.xlsx"), name="排查表", columns=columns, first_row=first_row)
    return read_sheet(sheet, TERMS)


def _told(reading, number):
    """Everything that is said of one row, identities left out."""
    found = [
        (
            replace(c.hazard, id=UUID(int=0), geometry=shapely.Point(0, 0)),
            shapely.to_wkb(c.hazard.geometry),
            [replace(a, id=UUID(int=0), hazard_id=UUID(int=0)) for a in c.assessments],
            c.row_hash,
        )
        for c in Candidates([reading.candidates])
        if c.row == number
    ]
    issues = [
        (issue.cell[:-1].rstrip("0123456789"), issue.code, issue.severity, issue.message)
        for issue in reading.issues
        if issue.row == number
    ]
    return found, issues, number in reading.rejected, number in reading.undecided


@pytest.mark.parametrize("seed", range(3))
def test_rows_read_together_are_what_they_are_alone(seed):
    rng = random.Random(seed)
    rows = _rows(rng, 260)
    together = _read(rows)
    assert together.candidates is not None
    # Several rows alone share a sheet of their own, whose first row is read as a first row may be.
    for number, row in enumerate(rows):
        alone = _read([row])
        mine, theirs = _told(together, number + 2), _told(alone, 2)
        assert mine[0] == theirs[0], row
        assert mine[1:] == theirs[1:], row


@pytest.mark.parametrize("kind", list(FieldKind))
def test_a_column_is_cast_as_its_cells_are(kind):
    rng = random.Random(f"cast {kind}")
    letters = "甲乙，１ 2|｜.-/ \t\n\u3000\u0301é①m²无—e+5"
    for _round in range(40):
        field = Field(
            key="k", label="标", kind=kind, unit=rng.choice(("", "m")), choices=("甲",),
            minimum=rng.choice((None, 0.0)), maximum=rng.choice((None, 100.0, 1e20)),
        )  # fmt: skip
        column = [
            rng.choice(
                (
                    None,
                    "",
                    str(rng.randint(-5, 10 ** rng.randint(1, 16))),
                    f"{rng.uniform(0, 90):.2f}",
                    f"甲{number}",
                    "".join(rng.choice(letters) for _ in range(rng.randint(0, 5))),
                )[: rng.choice((4, 5, 6))]
            )
            for number in range(rng.choice((3, 400)))
        ]
        texts = cleaned(column)
        assert texts == [_tidy(text) for text in column]
        issues = {}
        values = cast(field, texts, lambda row, issue, into=issues: into.update({row: issue}))
        read_one = partial(parse_value, field)
        if kind in {FieldKind.INTEGER, FieldKind.NUMBER}:
            read_one = with_remarks(field, 1.0, read_one)
        one_by_one = [read_one(t) if t is not None else (None, None) for t in texts]
        assert list(map(repr, values)) == [repr(value) for value, _issue in one_by_one]
        assert issues == {r: i for r, (_v, i) in enumerate(one_by_one) if i is not None}


def _tidy(text):
    """What one cell alone becomes: the printable ones normalised as well."""
    return cleaned([text])[0] if text and clean_text(text) is not None else None


def test_candidates_can_be_cut_and_put_together_again():
    reading = _read(_rows(random.Random(9), 40))
    whole = Candidates([reading.candidates, reading.candidates])
    half = whole.taken([1, 3, len(whole) - 1])
    assert [c.row for c in half] == [whole[1].row, whole[3].row, whole[-1].row]
    assert half.sources == [(c.sheet, c.row) for c in half]
    assert list(half.hazards) == [c.hazard for c in half]
    assert half.without(frozenset({half[0].row_hash})).hashes == half.hashes[1:]
    assert half.without(frozenset()) is half
    assert [tuple(a) for a in half.anchors] == [c.hazard.anchor() for c in half]
    again = as_candidates(list(half))
    assert list(again) == list(half)
    assert as_candidates(half) is half
    columns, others = half.assessments, again.assessments
    assert (columns is None) == (others is None)
    if columns is not None:
        assert (columns.rows, columns.ids, columns.grades, columns.days, columns.assessor) == (
            others.rows, others.ids, others.grades, others.days, others.assessor,
        )  # fmt: skip
    assert len(as_candidates(())) == 0
    assert as_candidates(()).assessments is None
