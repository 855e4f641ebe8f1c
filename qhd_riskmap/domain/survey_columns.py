"""Columns that a survey sheet may have whatever the hazard type (DOMAIN §6.2).

The type's own columns stand in the taxonomy. Labels are the headers of the product's own template;
aliases are the words departments use. A header is compared after `header_words` cut off its unit and
its remarks, so ``整改资金（万元）`` and ``经度(高德)`` are found under 整改资金 and 经度.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.i18n import N_, language


def _field(
    key: str,
    label: str,
    aliases: str = "",
    kind: FieldKind = FieldKind.TEXT,
    *,
    unit: str = "",
    required: bool = False,
    choices: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    help_text: str = "",
    example: str = "",
) -> Field:
    return Field(
        key=key,
        label=label,
        kind=kind,
        unit=unit,
        required=required,
        minimum=minimum,
        maximum=maximum,
        choices=choices,
        aliases=tuple(aliases.split()),
        help=help_text,
        example=example,
    )


_CHOICE, _DATE, _NUMBER, _PHONE = (
    FieldKind.CHOICE,
    FieldKind.DATE,
    FieldKind.NUMBER,
    FieldKind.PHONE,
)

_IDENTITY = (
    _field("seq", N_("序号"), "编 号次 No"),
    _field(
        "code",
        N_("隐患编号"),
        "编号 风险点编号 隐患点编号 统一编号 原编号 登记编号 台账编号",
        help_text=N_("本单位原有的编号，导入后保留为旧编号"),
        example="(原)LX-01",
    ),
    _field(
        "name",
        N_("隐患名称"),
        "名称 隐患点名称 风险点名称 风险名称 隐患点 风险点 点位名称 项目名称 灾害点名称 地块名称 "
        # Things that are the hazard itself; firms and offices only own it.
        "危险源名称 重大危险源名称 风险源名称 尾矿库名称 管线名称 管道名称 管段名称 林区名称 林班名称 滑坡名称 "
        "崩塌名称 泥石流名称 山洪沟名称 沟道名称 堤防名称 险段名称 路段名称 桥梁名称 隧道名称 罐区名称 储罐名称 "
        "油库名称 加油站名称 采空区名称 塌陷区名称",
        required=True,
        example=N_("示例沟泥石流"),
    ),
    _field(
        "category",
        N_("类别"),
        "隐患类别 隐患类型 灾害类型 行业领域 风险类型 类型 灾种 灾害种类 风险类别 隐患种类 事故类型",
        help_text=N_("十六种隐患类型之一，也可写常用别名"),
        example=N_("地质灾害"),
    ),
    _field(
        "sub_kind",
        N_("小类"),
        "细类 子类 亚类 子类型 具体类型 类型细分 环节 灾害亚类",
        example=N_("泥石流"),
    ),
)

_PLACE = (
    _field(
        "county",
        N_("县区"),
        "所属县区 区县 县（区） 县(区) 县市区 所在县区 所属区域 行政区 行政区划 区划 县 所在区县 属地",
        example=N_("青龙满族自治县"),
    ),
    _field(
        "township",
        N_("乡镇"),
        "乡镇（街道） 乡镇街道 乡(镇) 镇 乡 街道 所属乡镇 所在乡镇 镇街",
        example=N_("示例镇"),
    ),
    _field(
        "address",
        N_("详细位置"),
        "地点 位置 地址 隐患部位 部位 地理位置 详细地址 所在地 具体位置 隐患地点 所在位置 村 起止地点",
        example=N_("示例村西 300 米"),
    ),
    _field(
        "lon",
        N_("经度"),
        "东经 东经度 经度度 lon lng longitude 坐标经度 X坐标(经度) X(经度) 经度(X) 经度X",
        help_text=N_("十进制度或度分秒"),
        example="119.60",
    ),
    _field(
        "lat",
        N_("纬度"),
        "北纬 北纬度 纬度度 lat latitude 坐标纬度 Y坐标(纬度) Y(纬度) 纬度(Y) 纬度Y",
        help_text=N_("十进制度或度分秒"),
        example="39.93",
    ),
    _field(
        "x_north",
        N_("纵坐标 X"),
        "X坐标 X x 纵坐标 北坐标 北 X(北) 2000坐标X X(m)",
        help_text=N_("高斯投影北坐标，米；测量习惯 X 为北"),
        example="4422388.43",
    ),
    _field(
        "y_east",
        N_("横坐标 Y"),
        "Y坐标 Y y 横坐标 东坐标 东 Y(东) 2000坐标Y Y(m)",
        help_text=N_("高斯投影东坐标，米；可带带号"),
        example="40465810.04",
    ),
    _field(
        "coordinates",
        N_("坐标"),
        "经纬度 坐标（经纬度） 中心坐标 中心点坐标 地理坐标 位置坐标 点位坐标 经纬度坐标 坐标点 定位坐标 GPS坐标 "
        "GPS 高德坐标 百度坐标 腾讯坐标 2000坐标 国家2000坐标",
        help_text=N_("经度在前，纬度在后，写在一格"),
        example="119.600000,39.935000",
    ),
    _field(
        "vertices",
        N_("拐点坐标"),
        "范围坐标 走向坐标 拐点 界址点 边界坐标 范围拐点坐标 线路坐标 管线坐标 区域坐标 折点坐标 走向或范围坐标 "
        "拐点坐标串 起止点坐标 走向拐点坐标",
        help_text=N_("线或面的各点，用分号隔开；首尾相同表示面"),
        example="119.60,39.93;119.61,39.94;119.62,39.94",
    ),
    _field(
        "geometry_kind",
        N_("图形"),
        "图形类型 几何类型 要素类型 点线面",
        _CHOICE,
        choices=("点", "线", "面"),
        example="点",
    ),
    _field(
        "datum",
        N_("坐标系"),
        "坐标系统 坐标基准 坐标来源 大地基准 坐标参考系 坐标体系 坐标类型 坐标说明 坐标采集方式 坐标获取方式 空间参考",
        help_text=N_("国家2000、WGS84、高德、百度等；不写则由程序判断"),
        example="国家2000",
    ),
)

_PEOPLE = (
    _field(
        "found_date",
        N_("排查时间"),
        "检查日期 发现日期 排查日期 发现时间 检查时间 登记日期 登记时间 上报日期",
        _DATE,
        example="2014-03-05",
    ),
    _field(
        "unit",
        N_("责任单位"),
        "单位名称 企业名称 单位 企业 场所名称 责任主体 隐患单位 被检查单位 管理单位 权属单位名称",
        example=N_("示例村民委员会"),
    ),
    _field(
        "regulator",
        N_("主管部门"),
        "监管单位 监管责任人 监管部门 行业主管部门 监管责任单位 牵头部门 主管单位",
        example=N_("示例县自然资源和规划局"),
    ),
    _field(
        "contact",
        N_("联系人"),
        "负责人 责任人 单位负责人 防灾责任人 联络人 姓名 法定代表人",
        example=N_("张三"),
    ),
    _field(
        "phone",
        N_("联系电话"),
        "电话 手机 手机号 手机号码 联系方式 负责人电话 电话号码",
        _PHONE,
        example="0335-0000000",
    ),
)

_RISK = (
    _field(
        "description",
        N_("隐患描述"),
        "存在问题 发现问题 存在的问题 发现的问题 问题描述 主要危险因素 风险描述 危险因素 隐患情况 现状描述",
    ),
    _field(
        "risk_level",
        N_("风险等级"),
        "颜色 风险颜色 等级颜色 风险级别 等级 管控等级 风险分级 四色等级 评估等级",
        help_text=N_("重大风险、较大风险、一般风险、低风险，或红橙黄蓝"),
        example=N_("较大风险"),
    ),
    _field(
        "hidden_danger_grade",
        N_("隐患等级"),
        "隐患级别 级别 事故隐患等级 隐患分级",
        help_text=N_("重大事故隐患或一般事故隐患"),
        example=N_("一般"),
    ),
    _field(
        "ls_l",
        N_("可能性L"),
        "可能性(L) L值(LS) 可能性 LS可能性 发生可能性",
        _NUMBER,
        minimum=1,
        maximum=5,
        example="3",
    ),
    _field(
        "ls_s",
        N_("严重性S"),
        "严重性(S) 严重性 S 后果严重性 后果严重性S S值",
        _NUMBER,
        minimum=1,
        maximum=5,
        example="4",
    ),
    _field("ls_r", N_("风险值R"), "R 风险值 R值(LS) 风险度 风险度R LS风险值"),
    _field(
        "lec_l",
        N_("事故可能性L(LEC)"),
        "L(LEC) LEC可能性 事故可能性L 事故可能性 L",
        _NUMBER,
        minimum=0.1,
        maximum=10,
        example="3",
    ),
    _field(
        "lec_e",
        N_("暴露频率E"),
        "E 暴露频率 暴露频繁程度 暴露频繁程度E E值 频繁程度E",
        _NUMBER,
        minimum=0.5,
        maximum=10,
        example="6",
    ),
    _field(
        "lec_c",
        N_("事故后果C"),
        "C 事故后果 后果C C值 后果严重程度C",
        _NUMBER,
        minimum=1,
        maximum=100,
        example="15",
    ),
    _field("lec_d", N_("危险性D"), "D D值 危险性分值 危险性分值D 风险值D"),
    _field(
        "consequence",
        N_("可能后果"),
        "可能事故 可能导致的后果 可能发生的事故 易发事故类型 可能造成的后果 后果",
    ),
    _field("basis", N_("判定依据"), "依据 评估依据 定级依据"),
)

_REMEDY = (
    _field(
        "measures",
        N_("整改措施"),
        "防控措施 管控措施 治理措施 防治措施 措施 风险管控措施 整改防范措施",
    ),
    _field("interim", N_("防范措施"), "应急预案 临时管控 临时措施 应急措施 临时管控措施"),
    _field(
        "fund",
        N_("整改资金"),
        "资金 治理资金 所需资金 资金落实 预算资金",
        _NUMBER,
        unit="万元",
        minimum=0,
        maximum=10_000_000,
    ),
    _field("owner", N_("整改责任人"), "治理责任人 整改负责人"),
    _field(
        "owner_phone", N_("整改责任人电话"), "责任人电话 整改责任人联系电话 责任人联系电话", _PHONE
    ),
    _field(
        "deadline",
        N_("整改时限"),
        "完成期限 整改期限 期限 计划完成时间 整改完成时限 治理期限",
        _DATE,
    ),
    _field("progress", N_("整改情况"), "进展 整改进展 治理情况 目前进展 整改状态 治理进展"),
    _field("done_date", N_("实际完成时间"), "完成时间 整改完成时间 完成日期 整改完成日期", _DATE),
    _field("acceptor", N_("验收人"), "复查人 验收责任人 复查人员"),
    _field("accept_date", N_("验收时间"), "验收日期 复查时间 复查日期", _DATE),
    _field(
        "accept_opinion", N_("验收意见"), "复查意见 验收结论 验收结果", help_text=N_("合格或不合格")
    ),
    _field("supervise", N_("是否挂牌督办"), "挂牌督办 督办级别 督办文号 督办"),
    _field("close_date", N_("销号日期"), "销号时间 销案日期 销号", _DATE),
    _field("photo_before", N_("整改前照片"), "隐患照片 照片 现场照片"),
    _field("photo_after", N_("整改后照片"), "治理后照片"),
    _field("remark", N_("备注"), "说明 其他说明 附注 备 注"),
    _field(
        "secrecy",
        N_("密级"),
        "公开属性 是否公开 公开方式 公开类别",
        help_text=N_("公开、内部或涉密；不写按公开处理，公开前仍须审查"),
        example=N_("公开"),
    ),
)

FIELD_GROUPS: Final[tuple[tuple[str, tuple[Field, ...]], ...]] = (
    (N_("名称与类别"), _IDENTITY),
    (N_("位置与坐标"), _PLACE),
    (N_("责任与联系"), _PEOPLE),
    (N_("风险"), _RISK),
    (N_("整改与其他"), _REMEDY),
)
COMMON_FIELDS: Final[tuple[Field, ...]] = tuple(f for _title, fs in FIELD_GROUPS for f in fs)
_REMARK = re.compile(r"[(\[【].*?[)\]】]")


# 高德经度, GPS_lon, 纬度-百度, 经度2: a place whose header says from where, or which of several it is.
_SOURCE: Final = (
    r"(?:高德|百度|腾讯|火星|谷歌|天地图|gps|wgs-?84|wgs|84|cgcs-?2000|国家2000|2000国家|2000|gcj-?02|bd-?09"
    r"|西安80|北京54|80|54|手持机|实测|手机)(?:地图|坐标系|坐标|系)?"
)
_OF_DATUM: Final = re.compile(rf"^{_SOURCE}[_\-. ]?(?=.)|[_\-. ]?(?:{_SOURCE}|[12①②])$")
# 3.类别, 隐患名称Name: a number before, the English after.
_DECORATION: Final = re.compile(r"^\d{1,2}[.、:)]|(?<=[\u4e00-\u9fff])[a-z.]{2,}$")
_PLACES: Final = frozenset({"lon", "lat", "x_north", "y_east", "coordinates"})


def header_words(header: str) -> tuple[str, ...]:
    """The words a header may be known by, most exact first.

    The whole header without blanks, then without what stands in brackets. Case and full-width forms
    do not matter.

    >>> header_words("整改资金 （万元）")
    ('整改资金(万元)', '整改资金')
    """
    whole = "".join(unicodedata.normalize("NFKC", header).split()).casefold().rstrip(":*")
    bare = _REMARK.sub("", whole).rstrip(":*")
    return (whole,) if bare in {"", whole} else (whole, bare)


def recognise_header(header: str, fields: Sequence[Field] = COMMON_FIELDS) -> Field | None:
    """The field a header names, or None; exact names and aliases only.

    >>> recognise_header("经度(高德)").key
    'lon'
    """
    index = _index_of(fields)
    words = header_words(header)
    found = next((index[word] for word in words if word in index), None)
    if found is not None:
        return found
    bare = _OF_DATUM.sub("", words[-1])
    found = index.get(bare) if len(bare) > 1 and bare != words[-1] else None
    if found is not None and found.key in _PLACES:
        return found
    plain = _DECORATION.sub("", words[-1])
    return index.get(plain) if len(plain) > 1 and plain != words[-1] else None


def recognise_headers(
    headers: Sequence[str], fields: Sequence[Field] = COMMON_FIELDS
) -> tuple[Field | None, ...]:
    """The fields of one header row; a lone ``L`` belongs to the method the other columns show.

    >>> [field.key for field in recognise_headers(("L", "S"))]
    ['ls_l', 'ls_s']
    >>> [field.key for field in recognise_headers(("L", "E", "C"))]
    ['lec_l', 'lec_e', 'lec_c']
    """
    found = [recognise_header(header, fields) for header in headers]
    keys = {field.key for field in found if field is not None}
    if "ls_s" in keys and "ls_l" not in keys and keys.isdisjoint({"lec_e", "lec_c"}):
        return tuple(_LS_L if field is _LEC_L else field for field in found)
    return tuple(found)


def _index_of(fields: Sequence[Field]) -> dict[str, Field]:
    """The fields by the words that name them.

    Asked for thousands of times a sheet, and hashing hundreds of fields takes longer than all the rest:
    the tuples that are there as long as the program are known by their identity.
    """
    if not isinstance(fields, tuple):
        return _header_index(tuple(fields), language())
    key = id(fields), language()
    known = _INDICES.get(key)
    if known is None:
        if len(_INDICES) >= _MOST_INDICES:
            _INDICES.clear()
        known = _INDICES[key] = fields, _header_index(fields, language())
    return known[1]


_MOST_INDICES: Final = 64
# With the fields themselves: no other tuple can get the identity of one that is there.
_INDICES: Final[dict[tuple[int, str], tuple[tuple[Field, ...], dict[str, Field]]]] = {}


@cache
def _header_index(fields: tuple[Field, ...], language_in_force: str) -> dict[str, Field]:
    del language_in_force  # part of the cache key: the template's headers are translated
    index: dict[str, Field] = {}
    for field in fields:
        for name in (field.key, field.label, field.header, *field.aliases):
            index.setdefault(header_words(name)[0], field)
    return index


_LS_L = next(field for field in COMMON_FIELDS if field.key == "ls_l")
_LEC_L = next(field for field in COMMON_FIELDS if field.key == "lec_l")
