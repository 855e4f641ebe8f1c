"""The grammar of the commands on remediation."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from qhd_riskmap.i18n import _

Day = Callable[[str], date]
_DAY = "YYYY-MM-DD"
# The words of `domain.remediation`, spelt out: the grammar is read before any command's own libraries.
STATES = (
    "registered", "assessed", "assigned", "rectifying", "pending", "accepted", "rejected", "closed",
    "monitored", "transferred", "void",
)  # fmt: skip
HAZARD_STATES = ("registered", "assessed", "closed")
LEVELS = ("red", "orange", "yellow", "blue")
LATE_STAGES = ("none", "ahead", "soon", "due", "overdue")
PHOTO_STAGES = ("before", "after", "other")
GROUPS = ("hazard", "unit", "county")


def add_tasks(parser: argparse.ArgumentParser, day: Day) -> None:
    """``tasks``."""
    _filter(parser, day)
    parser.add_argument("--on", type=day, metavar=_DAY, help=_("按这一天计算逾期，默认今天"))
    parser.add_argument("--by", choices=GROUPS, help=_("按隐患、责任单位或县区汇总"))


def add_ledger(parser: argparse.ArgumentParser, day: Day) -> None:
    """``ledger``."""
    parser.add_argument("file", type=Path, metavar="FILE.xlsx", help=_("台账文件"))
    parser.add_argument("--read", action="store_true", help=_("读回并核对，不写出"))
    parser.add_argument(
        "--update", action="store_true", help=_("读回，更新任务内容和进展；须办理的只列出")
    )
    parser.add_argument("--major", action="store_true", help=_("只写重大隐患：重大隐患清单"))
    _filter(parser, day)


def add_risk_list(parser: argparse.ArgumentParser, day: Day) -> None:
    """``risk-list``."""
    parser.add_argument("file", type=Path, metavar="FILE.xlsx", help=_("风险点清单"))
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--read", action="store_true", help=_("读回并核对，不写出"))
    what.add_argument("--update", action="store_true", help=_("读回，更新能改的栏目"))
    for option, name, words in (
        ("--county", "counties", _("区划代码")),
        ("--type", "types", _("类型")),
    ):
        parser.add_argument(option, action="append", default=[], dest=name, metavar=words)
    parser.add_argument("--level", action="append", default=[], choices=LEVELS, dest="levels")
    parser.add_argument(
        "--state", action="append", default=[], choices=HAZARD_STATES, dest="states"
    )
    parser.add_argument("--from", type=day, dest="first", metavar=_DAY, help=_("排查日期不早于"))
    parser.add_argument("--to", type=day, dest="last", metavar=_DAY, help=_("排查日期不晚于"))


def _filter(parser: argparse.ArgumentParser, day: Day) -> None:
    parser.add_argument("--state", action="append", default=[], dest="states", choices=STATES)
    parser.add_argument("--late", action="append", default=[], dest="stages", choices=LATE_STAGES)
    for option, name, words in (
        ("--county", "counties", _("区划代码")),
        ("--type", "types", _("类型")),
        ("--unit", "units", _("责任单位")),
        ("--hazard", "hazards", _("编号或内部标识")),
    ):
        parser.add_argument(option, action="append", default=[], dest=name, metavar=words)
    parser.add_argument("--search", default="", metavar=_("文字"))
    parser.add_argument("--from", type=day, dest="first", metavar=_DAY, help=_("登记日期不早于"))
    parser.add_argument("--to", type=day, dest="last", metavar=_DAY, help=_("登记日期不晚于"))


def add_task(parser: argparse.ArgumentParser, day: Day) -> None:
    """``task``."""
    parser.add_argument("task", metavar="TASK", help=_("整改编号或内部标识"))
    parser.add_argument("--on", type=day, metavar=_DAY, help=_("按这一天计算逾期，默认今天"))


def add_remedy(parser: argparse.ArgumentParser, day: Day) -> None:
    """``remedy``."""
    parser.add_argument("target", metavar="TASK", help=_("整改编号；action 为 new 时是隐患编号"))
    parser.add_argument(
        "action",
        metavar="ACTION",
        help=_("new、edit、note、file、remove、restore，或一种办理（assess、assign……）"),
    )
    parser.add_argument("--set", action="append", default=[], dest="values", metavar=_("栏目=内容"))
    parser.add_argument("--on", type=day, metavar=_DAY, help=_("办理日期，默认今天"))
    parser.add_argument("--text", default="", metavar=_("文字"), help=_("进展"))
    parser.add_argument("--percent", type=int, metavar="N", help=_("进度，0 到 100"))
    parser.add_argument("--file", type=Path, metavar="FILE", help=_("照片或文件"))
    parser.add_argument("--stage", choices=PHOTO_STAGES, default=PHOTO_STAGES[-1])


def add_workdays(parser: argparse.ArgumentParser, day: Day) -> None:
    """``workdays``."""
    parser.add_argument(
        "--set",
        nargs=2,
        metavar=("DATE", "work|off|default"),
        help=_("改写一天：work 上班，off 放假，default 恢复随程序的安排"),
    )
    parser.add_argument("--note", default="", metavar=_("文字"), help=_("依据"))
    parser.add_argument("--from", type=day, dest="start", metavar=_DAY, help=_("起算日，不计在内"))
    parser.add_argument("--days", type=int, metavar="N", help=_("几个工作日以后"))


def add_remind(parser: argparse.ArgumentParser, day: Day) -> None:
    """``remind``."""
    parser.add_argument("--on", type=day, metavar=_DAY, help=_("通知的日期，默认今天"))
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help=_("存放通知的文件夹")
    )


def add_receipt(parser: argparse.ArgumentParser, _day: Day) -> None:
    """``receipt``."""
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.xlsx", help=_("交回的回执"))
    parser.add_argument("--check", action="store_true", help=_("只核对，不登记"))


def add_notices(parser: argparse.ArgumentParser, _day: Day) -> None:
    """``notices``."""
    parser.add_argument("--open", action="store_true", help=_("只列还没有全部签收的"))


def add_ics(parser: argparse.ArgumentParser, day: Day) -> None:
    """``ics``."""
    parser.add_argument("file", type=Path, metavar="FILE.ics", help=_("日历文件"))
    parser.add_argument(
        "--only",
        choices=("tasks", "inspections"),
        default=None,
        help=_("只写整改时限，或只写检查日期"),
    )
    _filter(parser, day)
