"""The grammar of the commands on statistics."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from qhd_riskmap.i18n import _

Day = Callable[[str], date]
_DAY = "YYYY-MM-DD"
# The keys of `services.figure_charts`, spelt out: the grammar is read before any command's own libraries.
CHARTS = ("grades", "rates", "flows", "stands", "units")
LEVELS = ("red", "orange", "yellow", "blue")


def add_figures(parser: argparse.ArgumentParser, day: Day) -> None:
    """``figures``."""
    add_scope(parser, day)
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--rows", metavar=_("指标"), help=_("列出构成这一指标的记录"))
    asked.add_argument(
        "--public", action="store_true", help=_("可以对外提供的数：不该公开的不计，小数合并")
    )
    asked.add_argument("--chart", choices=CHARTS, help=_("把一张图写到 --out，PNG 或 SVG"))
    parser.add_argument("--out", type=Path, metavar="OUT.png|svg", help=_("与 --chart 同用"))
    parser.add_argument(
        "--at",
        action="append",
        default=[],
        metavar=_("维度=值"),
        help=_("与 --rows 同用：county、type、level（1 至 4，0 为未评级）、unit、day"),
    )


def add_fill_form(parser: argparse.ArgumentParser, day: Day) -> None:
    """``fill-form``."""
    parser.add_argument("workbook", type=Path, metavar="FORM.xlsx", help=_("上级的汇总表，不改动"))
    parser.add_argument("out", type=Path, metavar="OUT.xlsx", help=_("填好的另一个文件"))
    parser.add_argument(
        "--cells", required=True, metavar=_("名称|文件"), help=_("已保存的名称，或 JSON、表格文件")
    )
    add_scope(parser, day)


def add_report(parser: argparse.ArgumentParser, day: Day) -> None:
    """``report``."""
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.docx", help=_("写到哪里"))
    parser.add_argument("--template", type=Path, metavar="FILE.docx", help=_("另用一个 Word 模板"))
    add_scope(parser, day)


def add_form_cells(parser: argparse.ArgumentParser) -> None:
    """``form-cells``."""
    parser.add_argument("name", nargs="?", metavar="NAME", help=_("名称；不写则列出全部"))
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--save", type=Path, metavar="FILE", help=_("从 JSON 或表格读入并保存"))
    what.add_argument("--export", type=Path, metavar="OUT.json", help=_("写出为 JSON"))
    what.add_argument("--remove", action="store_true", help=_("删除"))


def add_scope(parser: argparse.ArgumentParser, day: Day) -> None:
    """What is counted at all, and for which day."""
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--on", type=day, metavar=_DAY, help=_("统计日，默认今天"))
    when.add_argument("--month", metavar="YYYY-MM", help=_("统计到这个月的最后一天"))
    parser.add_argument("--from", type=day, dest="first", metavar=_DAY, help=_("登记日期不早于"))
    parser.add_argument("--to", type=day, dest="last", metavar=_DAY, help=_("登记日期不晚于"))
    for option, name, words in (
        ("--county", "counties", _("区划代码")),
        ("--type", "types", _("类型")),
    ):
        parser.add_argument(option, action="append", default=[], dest=name, metavar=words)
    parser.add_argument("--level", action="append", default=[], choices=LEVELS, dest="levels")
