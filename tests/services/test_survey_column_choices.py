"""What can be said of columns, and what would come of it, before a sheet is read again."""

from datetime import date
from pathlib import Path

import pytest

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.survey_headers import NO_CHOICE, ColumnChoice
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_column_choices import (
    field_groups,
    how_recognised,
    still_missing,
    swapped_axes,
    taking,
    tried,
    unrecognised,
)
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.services.survey_layout import NO_LAYOUTS, Layouts, shown_columns
from qhd_riskmap.services.survey_rows import SheetReading
from qhd_riskmap.storage.engine import create_register


def reading_of(*rows, name="表"):
    columns = tuple(list(column) for column in zip(*rows, strict=True))
    return SheetReading(
        sheet=SurveySheet(file=Path("a.xlsx"), name=name, columns=columns),
        mapping=None,
        decision=None,
        candidates=None,
        rejected=(),
        undecided=(),
        issues=(),
    )


HEAD = ("名称", "经度", "纬度", "整改资金（元）", "联系电", "怪列")
ROW = ("甲", "119", "40", "5", "1", "2")


@pytest.fixture
def looked():
    return tried(reading_of(HEAD, ROW), NO_CHOICE, NO_LAYOUTS)


def test_each_column_says_how_it_was_found_and_converted(looked):
    shown = {c.header: (c.key, how_recognised(c), c.conversion) for c in shown_columns(looked)}
    assert shown == {
        "名称": ("name", "常用别名", ""),
        "经度": ("lon", "列名相同", ""),
        "纬度": ("lat", "列名相同", ""),
        "整改资金(元)": ("fund", "列名相同", "元 → 万元（×0.0001）"),
        "联系电": ("phone", "相近，请核对", ""),
        "怪列": ("", "没认出", ""),
    }
    assert unrecognised(looked) == 1


def test_what_is_said_now_is_told_from_what_was_said_before(looked):
    fingerprint = looked.mapping.header.fingerprint
    known = Layouts(remembered={fingerprint: {"怪列": "unit", "联系电": "contact"}})
    again = tried(looked, ColumnChoice(fields={"怪列": "address"}), known)
    shown = {c.header: (c.key, c.source) for c in shown_columns(again)}
    assert shown["怪列"] == ("address", "choice")
    assert shown["联系电"] == ("contact", "remembered")
    assert unrecognised(tried(looked, ColumnChoice(fields={"怪列": ""}), known)) == 0


def test_all_that_a_table_lacks_is_named_at_once(looked):
    assert still_missing(None) == ("表头",)
    (missing,) = still_missing(looked.mapping)
    assert missing.startswith("隐患类型")
    plain = ("甲", "乙", "丙")
    bare = tried(reading_of(plain, plain), ColumnChoice(header_row=1), NO_LAYOUTS)
    assert [text[:2] for text in still_missing(bare.mapping)] == ["隐患", "坐标", "隐患"]
    whole = tried(looked, ColumnChoice(type_key="flood"), NO_LAYOUTS)
    assert still_missing(whole.mapping) == ()


def test_fields_stand_in_groups_and_only_those_of_the_type_where_it_is_one(looked):
    every = field_groups(None)
    keys = [key for group in every for key, _name in group.fields]
    assert {"name", "lon", "start_lon", "vertex_no", "fund"} <= set(keys)
    assert sum("专项" in group.title for group in every) == sum(
        bool(t.fields) for t in taxonomy().types
    )
    flood = tried(looked, ColumnChoice(type_key="flood"), NO_LAYOUTS).mapping
    (own,) = [group for group in field_groups(flood) if "专项" in group.title]
    assert own.fields[0][0] == taxonomy().get("flood").fields[0].key
    mixed = tried(reading_of(("名称", "类别"), ("甲", "泥石流")), NO_CHOICE, NO_LAYOUTS).mapping
    assert field_groups(mixed) == every


def test_a_field_moves_from_one_column_to_another_and_axes_change_places(looked):
    columns = shown_columns(looked)
    assert taking({}, columns, "怪列", "lon") == {"怪列": "lon", "经度": ""}
    assert taking({}, columns, "怪列", "unit") == {"怪列": "unit"}
    assert taking({"怪列": "unit"}, columns, "怪列", "") == {"怪列": ""}
    assert swapped_axes({}, columns) == {"经度": "lat", "纬度": "lon"}
    assert swapped_axes({}, columns[:2]) == {}


def test_the_sheets_own_office_is_remembered_where_the_officer_names_none(tmp_path):
    path = tmp_path / "a.csv"
    head = ",".join(("名称", "类别", "经度(GPS)", "纬度(GPS)", "怪列"))
    path.write_text(f"卢龙县水务局排查表\n{head}\n甲沟,泥石流,118.95,39.95,x\n", encoding="utf-8")
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
        survey = SurveyImport(register, Actor(name="a"), date(2014, 7, 1))
        said = Layouts(for_all=ColumnChoice(fields={"怪列": "unit"}))
        preview = survey.preview([path], datum=None, job=SilentJob(), layouts=said)
        survey.commit(preview, SilentJob())
        again = survey.preview([path], datum=None, job=SilentJob())
    assert again.senders == ("卢龙县水务局",)
    assert again.layouts.remembered[preview.corrections[0].fingerprint] == {"怪列": "unit"}


def test_a_column_without_a_header_is_shown_and_can_be_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("名称,类别,经度(GPS),\n甲沟,泥石流,118.95,39.95\n", encoding="utf-8")
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
        survey = SurveyImport(register, Actor(name="a"), date(2014, 7, 1))
        (lost,) = survey.preview([path], datum=None, job=SilentJob()).readings
        column = shown_columns(lost)[-1]
        assert (column.letters, column.header, column.samples) == ("D", "D列", ("39.95",))
        assert unrecognised(lost) == 1
        said = Layouts(for_all=ColumnChoice(fields={"D列": "lat"}))
        preview = survey.preview([path], datum=None, job=SilentJob(), layouts=said)
        assert preview.accepted == 1
        assert shown_columns(preview.readings[0])[-1].label == "纬度"
        survey.commit(preview, SilentJob())
        path.write_text("名称,类别,经度(GPS),\n乙沟,泥石流,118.96,39.96\n", encoding="utf-8")
        assert survey.preview([path], datum=None, job=SilentJob()).accepted == 1
