"""The grammar of the commands on inspections."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from qhd_riskmap.i18n import _

Day = Callable[[str], date]
_DAY = "YYYY-MM-DD"
# The words of `domain`, spelt out: the grammar is read before any command's own libraries.
RESULTS = ("normal", "problems", "unreached")
LEVELS = ("red", "orange", "yellow", "blue")


def add_inspections(parser: argparse.ArgumentParser, day: Day) -> None:
    """``inspections``."""
    parser.add_argument("--on", type=day, required=True, metavar=_DAY, help=_("到这一天应检查的"))
    _add_wanted(parser)
    parser.add_argument("--route", metavar=_("经度,纬度"), help=_("从这里出发并返回，按路线排列"))


def _add_wanted(parser: argparse.ArgumentParser) -> None:
    for option, name, words in (
        ("--county", "counties", _("区划代码")),
        ("--type", "types", _("类型")),
    ):
        parser.add_argument(option, action="append", default=[], dest=name, metavar=words)
    parser.add_argument("--level", action="append", default=[], dest="levels", choices=LEVELS)
    parser.add_argument("--ahead", type=int, metavar="N", help=_("连同这天以后 N 天内到期的"))


def add_inspect(parser: argparse.ArgumentParser, day: Day) -> None:
    """``inspect``."""
    parser.add_argument("hazard", metavar="ID", help=_("编号或内部标识"))
    parser.add_argument("--on", type=day, required=True, metavar=_DAY, help=_("检查日期"))
    parser.add_argument("--by", required=True, metavar=_("姓名"), help=_("检查人"))
    parser.add_argument("--phone", default="", metavar=_("电话"), help=_("检查人的电话"))
    parser.add_argument("--result", required=True, choices=RESULTS)
    parser.add_argument("--note", default="", metavar=_("文字"), help=_("其他情况"))
    parser.add_argument(
        "--finding", action="append", default=[], dest="findings", metavar=_("问题")
    )
    parser.add_argument(
        "--photo", action="append", default=[], dest="photos", type=Path, metavar="FILE"
    )


def add_round(parser: argparse.ArgumentParser, day: Day) -> None:
    """``round``."""
    parser.add_argument("--id", metavar=_("路线编号"), help=_("再打印以前排好的路线"))
    parser.add_argument("--on", type=day, metavar=_DAY, help=_("检查的日期"))
    parser.add_argument("--start", metavar=_("经度,纬度"), help=_("从这里出发并返回"))
    parser.add_argument("--by", default="", metavar=_("姓名"), help=_("检查人"))
    parser.add_argument("--phone", default="", metavar=_("电话"), help=_("检查人的电话"))
    parser.add_argument(
        "--hazard", action="append", default=[], dest="hazards", metavar="ID",
        help=_("去哪些隐患；不写则是到期应检查的"),
    )  # fmt: skip
    _add_wanted(parser)
    parser.add_argument(
        "--out", action="append", default=[], type=Path, dest="files", metavar="FILE",
        help=_("写出检查单：.pdf 打印，.xlsx 填写"),
    )  # fmt: skip


def add_return(parser: argparse.ArgumentParser) -> None:
    """``inspection-return``."""
    parser.add_argument("file", type=Path, metavar="FILE.xlsx")
    parser.add_argument("--dry-run", action="store_true", help=_("只检查，不登记"))


def add_scans(parser: argparse.ArgumentParser) -> None:
    """``inspection-scans``."""
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--dry-run", action="store_true", help=_("只辨认，不附上"))
