"""Headers of real sheets find their field, and only theirs."""

from collections import defaultdict

import pytest

from qhd_riskmap.domain.schema import Field, parse_value
from qhd_riskmap.domain.survey_columns import (
    COMMON_FIELDS,
    header_words,
    recognise_header,
    recognise_headers,
)
from qhd_riskmap.domain.taxonomy import taxonomy

# DOMAIN §6.2, header variants of the ledger.
LEDGER = {
    "seq": "序号",
    "code": "隐患编号 编号 风险点编号",
    "found_date": "排查时间 检查日期 发现日期",
    "unit": "单位名称 企业名称 责任单位",
    "county": "县区 所属区域",
    "township": "乡镇",
    "address": "隐患部位 地点 详细位置",
    "lon": "经度",
    "lat": "纬度",
    "coordinates": "坐标",
    "x_north": "X",
    "y_east": "Y",
    "category": "隐患类别 灾害类型 行业领域",
    "description": "隐患描述 存在问题",
    "photo_before": "整改前照片",
    "hidden_danger_grade": "隐患等级 级别",
    "risk_level": "风险等级 颜色",
    "consequence": "可能后果",
    "basis": "判定依据",
    "measures": "整改措施 防控措施",
    "fund": "整改资金(万元) 整改资金（万元）",
    "owner": "整改责任人",
    "phone": "联系电话",
    "regulator": "主管部门 监管单位 监管责任人",
    "deadline": "整改时限 完成期限 整改期限",
    "interim": "防范措施 应急预案 临时管控",
    "progress": "整改情况 进展",
    "done_date": "实际完成时间",
    "photo_after": "整改后照片",
    "acceptor": "验收人 复查人",
    "accept_date": "验收时间",
    "accept_opinion": "验收意见",
    "supervise": "是否挂牌督办 督办级别 督办文号",
    "close_date": "销号日期",
    "remark": "备注",
}


@pytest.mark.parametrize(("key", "headers"), LEDGER.items(), ids=list(LEDGER))
def test_every_header_of_the_ledger_is_known(key, headers):
    assert {recognise_header(header).key for header in headers.split()} == {key}


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("经度(高德)", "lon"),
        ("纬度（2000）", "lat"),
        (" 经 度 ", "lon"),
        ("名称*", "name"),
        ("联系电话：", "phone"),
        ("拐点坐标【国家2000】", "vertices"),
        ("ＬＯＮ", "lon"),
        ("Longitude", "lon"),
        ("3.类别", "category"),
        ("12、隐患名称", "name"),
        ("经度(GPS) Longitude", "lon"),
        ("隐患名称 Name", "name"),
    ],
)
def test_remarks_width_and_case_do_not_matter(header, key):
    assert recognise_header(header).key == key


@pytest.mark.parametrize(
    "header", ["", "  ", "（万元）", "经度和纬度之外", "甲", "3.甲", "甲name", "3.X"]
)
def test_other_headers_are_not_guessed(header):
    assert recognise_header(header) is None


def test_no_header_means_two_columns():
    meanings = defaultdict(set)
    for field in COMMON_FIELDS:
        for name in (field.key, field.label, *field.aliases):
            meanings[header_words(name)[0]].add(field.key)
    assert {name: keys for name, keys in meanings.items() if len(keys) > 1} == {}


def test_no_own_field_of_a_type_takes_the_name_of_a_common_column():
    common = {header_words(n)[0] for f in COMMON_FIELDS for n in (f.key, f.label, *f.aliases)}
    for hazard_type in taxonomy().types:
        for field in hazard_type.fields:
            names = {header_words(n)[0] for n in (field.key, field.label, *field.aliases)}
            assert not names & common, (hazard_type.key, field.key)


@pytest.mark.parametrize(
    ("headers", "keys"),
    [
        (("L", "S", "R"), ["ls_l", "ls_s", "ls_r"]),
        (("L", "E", "C", "D"), ["lec_l", "lec_e", "lec_c", "lec_d"]),
        (("可能性L", "严重性S", "L", "E", "C"), ["ls_l", "ls_s", "lec_l", "lec_e", "lec_c"]),
        (("L", "名称"), ["lec_l", "name"]),
        (("甲", "S", "L"), [None, "ls_s", "ls_l"]),
    ],
)
def test_a_lone_l_belongs_to_the_method_of_its_neighbours(headers, keys):
    assert [field and field.key for field in recognise_headers(headers)] == keys


def test_examples_are_valid_values():
    for field in COMMON_FIELDS:
        if field.example:
            assert parse_value(field, field.example)[1] is None, field.key


def test_other_fields_can_be_asked_for():
    own = Field(key="volume_m3", label="体积", unit="m³", aliases=("方量",))
    assert recognise_header("体积（m3）", [own]) is own
    assert recognise_header("方量", [own]) is own
    assert recognise_header("名称", [own]) is None


def test_fields_are_told_apart_however_many_tuples_of_them_come_and_go():
    named = {field.key: field for field in COMMON_FIELDS}
    for _round in range(100):
        for key in ("name", "lon"):
            given = (named[key],)
            assert recognise_header(named["name"].label, given) == (
                named["name"] if key == "name" else None
            )
            assert recognise_header(named["lon"].label, list(given)) == (
                named["lon"] if key == "lon" else None
            )
