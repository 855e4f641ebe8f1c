"""The type of rows that do not write it: taken from the words around them, said, and open to correction."""

from datetime import date

import openpyxl
import pytest

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.services.survey_layout import NO_LAYOUTS, Layouts, choice_of
from qhd_riskmap.services.survey_types import typed
from qhd_riskmap.storage.engine import create_register

HEADERS = ["隐患名称", "经度(GPS)", "纬度(GPS)"]
ROW = ["东沟库", 118.95, 40.407]


@pytest.fixture
def brought_in(tmp_path):
    """Import rows under a title: outcome."""

    def bring(title, *rows, file="a", layouts=NO_LAYOUTS):
        book = openpyxl.Workbook()
        for line in ([title], *rows):
            book.active.append(list(line))
        path = tmp_path / f"{file}.xlsx"
        book.save(path)
        with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
            survey = SurveyImport(register, Actor(name="张三"), date(2014, 7, 1))
            preview = survey.preview([path], datum=None, job=SilentJob(), layouts=layouts)
            return survey.commit(preview, job=SilentJob())

    return bring


def told(outcome):
    return [(i.code, i.severity.value, i.message) for i in outcome.issues if "type" in i.code]


def test_a_title_that_names_a_sub_kind_proposes_type_and_sub_kind_with_a_warning(brought_in):
    outcome = brought_in("青龙县尾矿库排查表", HEADERS, ROW)
    assert [(h.type_key, h.sub_kind) for h in outcome.hazards] == [("other", "矿山尾矿库")]
    ((code, severity, message),) = told(outcome)
    assert (code, severity) == ("type-proposed", "warning")
    assert message == (
        "1 行没有写类别，据标题“青龙县尾矿库排查表”认作其他（矿山尾矿库），请核对；"
        "不对请在“列对应”里另选类型（命令行写 --type）。"
    )


def test_a_file_name_that_names_a_type_proposes_it_and_says_so(brought_in):
    line = [["隐患名称", "坐标(GPS)"], ["甲段", "118.95,40.407; 118.96,40.408"]]
    outcome = brought_in("2014年上报", *line, file="液氨管线台账")
    assert [h.type_key for h in outcome.hazards] == ["ammonia_pipeline"]
    ((code, severity, message),) = told(outcome)
    assert (code, severity) == ("type-proposed", "info")
    assert "据文件名“液氨管线台账”认作液氨输送管线，" in message


def test_rows_that_write_their_type_are_not_spoken_of(brought_in):
    rows = [[*HEADERS, "类别"], [*ROW, "滑坡"]]
    outcome = brought_in("青龙县尾矿库排查表", *rows)
    assert [(h.type_key, h.sub_kind) for h in outcome.hazards] == [("geological", "滑坡")]
    assert told(outcome) == []


def test_a_blank_cell_of_the_type_column_takes_the_title_and_is_counted(brought_in):
    rows = [[*HEADERS, "类别"], [*ROW, "滑坡"], ["西沟", 118.97, 40.42, None]]
    outcome = brought_in("洪水排查表", *rows)
    assert [h.type_key for h in outcome.hazards] == ["geological", "flood"]
    assert told(outcome)[0][2].startswith("1 行没有写类别，据标题“洪水排查表”认作洪水")


def test_a_rows_own_sub_kind_goes_before_that_of_the_title(brought_in):
    rows = [[*HEADERS, "小类"], [*ROW, "道路交通"]]
    outcome = brought_in("尾矿库排查表", *rows)
    assert [(h.type_key, h.sub_kind) for h in outcome.hazards] == [("other", "道路交通")]


def test_what_the_officer_says_goes_before_the_title(brought_in):
    layouts = Layouts(for_all=choice_of({}, 0, "洪水"))
    outcome = brought_in("尾矿库排查表", HEADERS, ROW, layouts=layouts)
    assert [(h.type_key, h.sub_kind) for h in outcome.hazards] == [("flood", "")]
    assert told(outcome) == []


def test_a_title_of_two_types_names_none_and_the_rows_go_back(brought_in):
    outcome = brought_in("防汛和地质灾害隐患排查表", HEADERS, ROW)
    assert outcome.hazards == ()
    assert [code for code, _severity, _message in told(outcome)] == ["unknown-type"]


def test_a_type_nobody_knows_is_refused():
    with pytest.raises(NotFoundError, match="天外来客"):
        choice_of({}, 0, "天外来客")


@pytest.mark.parametrize("length", [40, 41])
def test_a_long_title_is_quoted_short(brought_in, length):
    title = ("尾矿库排查表" * 10)[:length]
    ((_code, _severity, message),) = told(brought_in(title, HEADERS, ROW))
    assert (f"“{title}”" in message) is (length == 40)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("地质灾害（泥石流）", ("geological", "泥石流")),
        ("地质灾害-滑坡", ("geological", "滑坡")),
        ("1.地面塌陷", ("geological", "地面塌陷")),
        ("（2）山体滑坡", ("geological", "滑坡")),
        ("危险化学品/经营", ("hazardous_chemicals", "经营")),
        ("洪水", ("flood", "")),
        ("滑坡、崩塌", None),  # two kinds
        ("地质灾害和洪水", None),  # two types
        ("地质灾害（已治理）", None),  # who knows what it is now
        ("1.", None),
        ("甲-乙-丙-丁-滑坡", None),
    ],
)
def test_a_cell_of_several_words_names_a_type_where_all_mean_one(text, found):
    hazard_type, sub_kind = typed(text, None, None)
    assert (None if hazard_type is None else (hazard_type.key, sub_kind)) == found
