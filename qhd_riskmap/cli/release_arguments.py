"""The grammar of releasing: orders, saved definitions, decisions about single records."""

from __future__ import annotations

import argparse
from pathlib import Path

from qhd_riskmap.cli.assess_arguments import day
from qhd_riskmap.cli.sheet_arguments import add_sheet_options
from qhd_riskmap.domain.taxonomy import ReleaseClass
from qhd_riskmap.i18n import _
from qhd_riskmap.services.release_order import ProductFormat, SmallCells

RELEASE_FORMATS = tuple(kind.value for kind in ProductFormat)
TYPE_CLASS = "default"  # back to what the type says


def add_release(parser: argparse.ArgumentParser) -> None:
    """Grammar of ``release``."""
    parser.add_argument("outdir", type=Path, metavar="OUTDIR")
    parser.add_argument(
        "--definition", metavar=_("方案"), help=_("按存好的方案发布；写出的选项优先于方案")
    )
    add_order(parser)
    parser.add_argument("--control-dir", type=Path, metavar=_("文件夹"), help=_("脱敏核查单存放处"))
    parser.add_argument(
        "--supersedes", default="", metavar=_("发布编号"), help=_("本次发布替代的那一次")
    )


def add_order(parser: argparse.ArgumentParser) -> None:
    """What is released; nothing has a default here, so that a saved definition keeps its own."""
    parser.add_argument("--title", metavar=_("图名"))
    parser.add_argument("--format", dest="formats", type=formats, metavar=",".join(RELEASE_FORMATS))
    parser.add_argument("--county", metavar=_("区划代码"))
    parser.add_argument("--data-date", type=day, metavar="YYYY-MM-DD", help=_("资料截止日期"))
    add_office(parser)
    parser.add_argument("--approval-no", metavar=_("审图号"))
    parser.add_argument("--approval-date", type=day, metavar="YYYY-MM-DD")
    parser.add_argument("--prepared-by", metavar=_("姓名"), help=_("编制人"))
    parser.add_argument("--reviewed-by", metavar=_("姓名"), help=_("审核人"))
    parser.add_argument("--secrecy-reviewed-by", metavar=_("姓名"), help=_("保密审查人"))
    parser.add_argument(
        "--draft", action="store_true", default=None, help=_("送审样图：加水印，无审图号")
    )
    parser.add_argument("--small-cells", choices=[kind.value for kind in SmallCells])
    parser.add_argument("--purpose", metavar=_("用途"), help=_("记入发布登记"))
    parser.add_argument(
        "--emergency", action="store_true", default=None, help=_("应急保障：即送即审")
    )
    add_sheet_options(parser)


def add_office(parser: argparse.ArgumentParser) -> None:
    """Who makes and publishes, and from what."""
    parser.add_argument("--unit", default="", metavar=_("单位"), help=_("编制单位"))
    parser.add_argument("--publisher", default="", metavar=_("单位"), help=_("发布单位"))
    parser.add_argument("--source", default="", metavar=_("来源"), help=_("数据来源"))


def add_definitions(parser: argparse.ArgumentParser) -> None:
    """Grammar of ``definitions``."""
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--save", metavar=_("方案"), help=_("把后面写出的选项存为一个方案"))
    either.add_argument("--delete", metavar=_("方案"), help=_("删除一个方案"))
    add_order(parser)


def add_decisions(parser: argparse.ArgumentParser) -> None:
    """Grammar of ``release-decisions``."""
    parser.add_argument("id", nargs="?", metavar="ID", help=_("编号或内部标识；不写则列出全部决定"))
    parser.add_argument(
        "--class", dest="release_class",
        choices=[*(each.value for each in ReleaseClass), TYPE_CLASS],
        help=_("这一条怎样公开，可比类型更严或更宽；default 收回以前的决定"),
    )  # fmt: skip
    parser.add_argument("--reviewer", default="", metavar=_("姓名"), help=_("作出决定的审核人"))
    parser.add_argument("--why", default="", metavar=_("理由"))
    parser.add_argument(
        "--basis", default="", metavar=_("依据"), help=_("放宽所依据的同意、纪要或条款")
    )
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help=_("决定日期，默认今天"))


def formats(text: str) -> tuple[str, ...]:
    """A comma list of product formats."""
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    unknown = [part for part in wanted if part not in RELEASE_FORMATS]
    if unknown or not wanted:
        known = "、".join(RELEASE_FORMATS)
        raise argparse.ArgumentTypeError(
            _("格式“{text}”不支持，可用：{known}").format(text=text, known=known)
        )
    return wanted
