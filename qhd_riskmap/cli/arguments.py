"""The command line's grammar; docs/cli.md documents it and a test compares the two."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from qhd_riskmap.cli.assess_arguments import (
    add_assess,
    add_assess_table,
    add_exposure,
    add_factor_defaults,
    add_receptors,
    add_rules,
    add_sign,
    add_worksheet,
    day,
)
from qhd_riskmap.cli.batch_arguments import (
    add_datum_parameters,
    add_look_alikes,
    add_merge,
    add_reinterpret,
    add_undo,
)
from qhd_riskmap.cli.document_arguments import add_document, add_documents
from qhd_riskmap.cli.figure_arguments import add_figures, add_fill_form, add_form_cells, add_report
from qhd_riskmap.cli.grammar_messages import in_chinese
from qhd_riskmap.cli.inspection_arguments import (
    add_inspect,
    add_inspections,
    add_return,
    add_round,
    add_scans,
)
from qhd_riskmap.cli.release_arguments import (
    add_decisions,
    add_definitions,
    add_office,
    add_release,
)
from qhd_riskmap.cli.remediation_arguments import (
    add_ics,
    add_ledger,
    add_notices,
    add_receipt,
    add_remedy,
    add_remind,
    add_risk_list,
    add_task,
    add_tasks,
    add_workdays,
)
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _

LEVELS = ("red", "orange", "yellow", "blue")


class Parser(argparse.ArgumentParser):
    """Raises our own error instead of printing usage and exiting."""

    def error(self, message: str) -> NoReturn:
        """Refuse the command line."""
        raise InvalidInputError(
            _("命令写法不对：{message}").format(message=in_chinese(message)),
            hint=_("用“{program} --help”查看写法。").format(program=self.prog),
        )


def build_parser() -> Parser:
    """The whole grammar."""
    parser = Parser(prog="qhd-riskmap", description=_("县级突发事件风险隐患登记、评估与公开分布图"))
    commands = parser.add_subparsers(dest="command", metavar=_("命令"), parser_class=Parser)
    for add in (_desk, _init, _template, _import, _list, _show, _assess, _move, _release,
                _releases, _check_release, _place_report, _export, _coords, _verify, _backup, _demo, _batches, _photos, _coverage, _remediation, _figures):  # fmt: skip
        add(commands)
    return parser


Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


def _command(
    commands: Commands[Parser], name: str, help_text: str, *, register: bool = True
) -> Parser:
    parser = commands.add_parser(name, help=help_text, description=help_text)
    parser.add_argument("--json", action="store_true", help=_("标准输出只有一个 JSON 文档"))
    parser.add_argument("--actor", metavar=_("姓名"), help=_("记录为操作人，默认取系统登录名"))
    parser.add_argument(
        "--passphrase-file", type=Path, metavar=_("文件"), help=_("首行为口令的文件")
    )
    if register:
        parser.add_argument("db", type=Path, metavar="DB", help=_("登记库文件"))
    return parser


def _desk(commands: Commands[Parser]) -> None:
    parser = _command(commands, "desk", _("打开桌面窗口"), register=False)
    parser.add_argument("db", type=Path, nargs="?", metavar="DB", help=_("登记库文件"))
    parser.add_argument("--sample", action="store_true", help=_("打开示例县，没有则先建立"))


def _init(commands: Commands[Parser]) -> None:
    parser = _command(commands, "init", _("新建登记库"))
    parser.add_argument(
        "--county", default="1303", metavar=_("区划代码"), help=_("1303 为全市，六位为一个县区")
    )
    add_office(parser)


def _template(commands: Commands[Parser]) -> None:
    parser = _command(commands, "template", _("生成排查表模板"), register=False)
    parser.add_argument(
        "out",
        type=Path,
        metavar="OUT.xlsx|OUT.docx|OUT.pdf",
        help=_("docx 为可在屏幕上填写的表格，pdf 为打印的表格"),
    )
    parser.add_argument("--type", action="append", default=[], dest="types", metavar=_("类型"))
    parser.add_argument("--unit", default="", metavar=_("单位"), help=_("填报单位"))
    parser.add_argument(
        "--county", default="", metavar=_("区划代码"), help=_("县区下拉框只列出其范围之内的")
    )
    parser.add_argument(
        "--township",
        action="append",
        default=[],
        dest="townships",
        metavar=_("乡镇"),
        help=_("乡镇下拉框的内容"),
    )


def _import(commands: Commands[Parser]) -> None:
    parser = _command(commands, "import", _("导入排查表"))
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--dry-run", action="store_true", help=_("只检查，不入库"))
    parser.add_argument("--datum", default="auto", metavar="auto|cgcs2000|wgs84|gcj02|bd09|EPSG:n")
    parser.add_argument(
        "--angles",
        choices=("decimal", "packed"),
        help=_("119.3524 怎么读：decimal 十进制度，packed 为 119°35′24″"),
    )
    parser.add_argument("--report", type=Path, metavar="OUT.xlsx", help=_("标注了错误的原表副本"))
    parser.add_argument("--update", action="store_true", help=_("编号相同、内容不同的行更新原记录"))
    parser.add_argument("--sender", default="", metavar=_("单位"), help=_("报送单位"))
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=column_meaning,
        dest="meanings",
        metavar=_("表头=字段"),
        help=_("指明一列的含义；字段留空表示作为附加信息保留"),
    )
    parser.add_argument(
        "--header-row",
        type=row_number,
        default=0,
        metavar="N",
        help=_("表头所在的行号，默认自动识别"),
    )
    parser.add_argument(
        "--type", default="", dest="type_key", metavar=_("类型"),
        help=_("没有写类别的行是哪一类，默认看标题、工作表名和文件名"),
    )  # fmt: skip


def row_number(text: str) -> int:
    """A row number, from 1.

    Raises:
        argparse.ArgumentTypeError: No whole number above 0.
    """
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(_("应为从 1 起的行号：{text}").format(text=text))
    return int(text)


def column_meaning(text: str) -> tuple[str, str]:
    """A header and the field it stands for.

    Raises:
        argparse.ArgumentTypeError: There is no ``=``.
    """
    header, sign, field = text.rpartition("=")
    if not sign:
        raise argparse.ArgumentTypeError(_("应为“表头=字段”：{text}").format(text=text))
    return header.strip(), field.strip()


def _list(commands: Commands[Parser]) -> None:
    parser = _command(commands, "list", _("列出隐患"))
    _filter(parser)


def _filter(parser: Parser) -> None:
    parser.add_argument("--level", action="append", default=[], choices=LEVELS, dest="levels")
    parser.add_argument("--type", action="append", default=[], dest="types", metavar=_("类型"))
    parser.add_argument(
        "--county", action="append", default=[], dest="counties", metavar=_("区划代码")
    )
    parser.add_argument("--bbox", type=bounding_box, metavar="w,s,e,n")
    parser.add_argument("--search", default="", metavar=_("文字"))


def _show(commands: Commands[Parser]) -> None:
    parser = _command(commands, "show", _("查看一条隐患"))
    parser.add_argument("id", metavar="ID", help=_("编号或内部标识"))


def _assess(commands: Commands[Parser]) -> None:
    add_assess(_command(commands, "assess", _("评估一条隐患")))
    add_worksheet(_command(commands, "worksheet", _("写出一条隐患最近一次评估的底稿")))
    add_receptors(_command(commands, "receptors", _("受体：村庄、学校、医院等，导入或列出")))
    add_exposure(_command(commands, "exposure", _("影响范围内的受体和人数")))
    add_sign(_command(commands, "sign", _("签批一条隐患最近的评估")))
    add_assess_table(_command(commands, "assess-table", _("按一张表批量评估")))
    add_factor_defaults(_command(commands, "factor-defaults", _("各乡镇、县区的因素默认值")))
    add_rules(_command(commands, "rules", _("评估规则：列出、导出、试算、启用")))


def _move(commands: Commands[Parser]) -> None:
    parser = _command(commands, "move", _("移动一条隐患"))
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--lon", type=float, required=True)
    parser.add_argument("--lat", type=float, required=True)


def _release(commands: Commands[Parser]) -> None:
    add_release(_command(commands, "release", _("发布公开分布图")))
    add_definitions(_command(commands, "definitions", _("发布方案：列出、保存、删除")))
    add_decisions(
        _command(
            commands,
            "release-decisions",
            _("逐条公开方式的决定（更严或更宽）：列出，或由审核人作出"),
        )
    )


def _releases(commands: Commands[Parser]) -> None:
    _command(commands, "releases", _("发布登记：历次发布"))
    parser = _command(commands, "withdraw-release", _("撤回一次发布"))
    parser.add_argument("number", metavar="NUMBER")
    parser.add_argument("--why", required=True, metavar=_("理由"))
    parser = _command(commands, "remake-release", _("按留存的公开内容重制一次发布，逐字节相同"))
    parser.add_argument("number", metavar="NUMBER")
    parser.add_argument("outdir", type=Path, metavar="OUTDIR")


def _place_report(commands: Commands[Parser]) -> None:
    parser = _command(commands, "place-report", _("一个地点周边的公开风险告知单（一张 A4）"))
    parser.add_argument("file", type=Path, metavar="OUT.pdf")
    parser.add_argument("--at", required=True, metavar=_("经度,纬度"), type=lonlat)
    parser.add_argument("--name", required=True, metavar=_("地名"))
    parser.add_argument("--radius", type=float, default=3.0, metavar=_("公里"))
    parser.add_argument(
        "--from-release", default="", metavar=_("发布编号"), help=_("默认取最近一次公开发布")
    )


def lonlat(text: str) -> tuple[float, float]:
    """Longitude and latitude, degrees.

    Raises:
        argparse.ArgumentTypeError: Not two numbers.
    """
    try:
        lon, lat = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            _("应为“经度,纬度”，例如 119.60,39.93：{text}").format(text=text)
        ) from error
    return lon, lat


def _check_release(commands: Commands[Parser]) -> None:
    parser = _command(commands, "check-release", _("检查任意文件是否泄密"), register=False)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--db", type=Path, required=True, metavar="DB")


def _export(commands: Commands[Parser]) -> None:
    parser = _command(commands, "export", _("导出内部全量数据"))
    parser.add_argument("out", type=Path, metavar="OUT.(gpkg|geojson|shp|kml|xlsx|csv)")
    _filter(parser)


def _coords(commands: Commands[Parser]) -> None:
    parser = _command(commands, "coords", _("换算坐标"), register=False)
    parser.add_argument("text", metavar="TEXT")
    parser.add_argument("--from", required=True, dest="source", metavar="D")
    parser.add_argument("--to", required=True, dest="target", metavar="D")


def _verify(commands: Commands[Parser]) -> None:
    _command(commands, "verify", _("检查登记库完整性"))


def _photos(commands: Commands[Parser]) -> None:
    parser = _command(commands, "photos", _("把一批照片挂到对应的隐患上"))
    parser.add_argument("source", type=Path, metavar="FOLDER_OR_ZIP", help=_("文件夹或 zip"))
    parser.add_argument("--dry-run", action="store_true", help=_("只核对，不添加"))


def _batches(commands: Commands[Parser]) -> None:
    _command(commands, "batches", _("列出每次导入"))
    add_undo(_command(commands, "undo-batch", _("撤销一次导入")))
    add_reinterpret(_command(commands, "reinterpret", _("把一次导入的坐标按另一坐标系重新解读")))
    add_look_alikes(_command(commands, "look-alikes", _("可能是同一处的隐患，逐对列出")))
    add_merge(_command(commands, "merge", _("把两条记录合并为一条")))
    add_datum_parameters(
        _command(commands, "datum-parameters", _("本单位的旧坐标系转换参数（只存于加密登记库）"))
    )


def _backup(commands: Commands[Parser]) -> None:
    parser = _command(commands, "backup", _("备份登记库"))
    parser.add_argument("out", type=Path, metavar="OUT", help=_("备份文件，或放备份的文件夹"))


def _coverage(commands: Commands[Parser]) -> None:
    parser = _command(commands, "coverage", _("排查范围：哪里排查过哪类隐患"))
    parser.add_argument(
        "--set",
        nargs=3,
        metavar=("AREA", "TYPE", "STATE"),
        help=_(
            "登记一格：区划代码、类型、surveyed（已排查）、none（未发现）或 not_surveyed（未排查）"
        ),
    )
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help=_("排查日期"))
    parser.add_argument("--by", default="", metavar=_("姓名"), help=_("排查人"))
    parser.add_argument("--note", default="", metavar=_("文字"), help=_("备注"))


def _remediation(commands: Commands[Parser]) -> None:
    add_inspections(_command(commands, "inspections", _("列出到期应检查的隐患")), day)
    add_inspect(_command(commands, "inspect", _("登记一次检查")), day)
    add_round(_command(commands, "round", _("排一天的检查路线，打印检查单")), day)
    add_return(_command(commands, "inspection-return", _("读回填好的检查工作簿")))
    add_scans(_command(commands, "inspection-scans", _("按二维码附上扫描的检查单")))
    add_tasks(_command(commands, "tasks", _("列出整改任务")), day)
    add_task(_command(commands, "task", _("查看一项整改任务及其办理记录")), day)
    add_remedy(_command(commands, "remedy", _("办理整改任务")), day)
    add_ledger(_command(commands, "ledger", _("隐患排查治理台账：写出，或读回核对")), day)
    add_remind(_command(commands, "remind", _("到期提醒、到期和逾期督办的通知")), day)
    add_risk_list(_command(commands, "risk-list", _("风险点清单：写出，或读回核对")), day)
    add_ics(_command(commands, "ics", _("整改时限和检查日期写成日历文件")), day)
    add_receipt(_command(commands, "receipt", _("登记交回的通知回执")), day)
    add_notices(_command(commands, "notices", _("列出发过的通知和签收情况")), day)
    add_document(_command(commands, "document", _("为整改任务制作文书")), day)
    add_documents(_command(commands, "documents", _("文书种类、文号、模板和占位符")))
    add_workdays(_command(commands, "workdays", _("工作日：节假日、调休和本单位的改动")), day)


def _figures(commands: Commands[Parser]) -> None:
    add_figures(_command(commands, "figures", _("统计：各项指标、趋势、排名和构成它的记录")), day)
    add_fill_form(_command(commands, "fill-form", _("把统计数填进上级的汇总表，其余原样")), day)
    add_report(_command(commands, "report", _("月报：公文格式的 Word 文档")), day)
    add_form_cells(_command(commands, "form-cells", _("汇总表的单元格与指标的对应关系")))


def _demo(commands: Commands[Parser]) -> None:
    parser = _command(commands, "demo", _("用示例县演示全部工作"), register=False)
    parser.add_argument("outdir", type=Path, metavar="OUTDIR")


# --- typed arguments ------------------------------------------------------------------------------


def bounding_box(text: str) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            _("“{text}”应写成 西,南,东,北").format(text=text)
        ) from error
    if not (west <= east and south <= north):
        raise argparse.ArgumentTypeError(_("“{text}”的西应小于东，南应小于北").format(text=text))
    return west, south, east, north
