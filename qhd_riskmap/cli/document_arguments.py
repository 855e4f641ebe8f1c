"""The grammar of the commands on the office's documents."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from qhd_riskmap.i18n import _


def add_document(parser: argparse.ArgumentParser, day: Callable[[str], date]) -> None:
    """``document``."""
    parser.add_argument("kind", metavar="KIND", help=_("文书种类，见 documents"))
    parser.add_argument("tasks", nargs="+", metavar="TASK", help=_("整改编号，同一责任单位"))
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help=_("落款日期，默认今天"))
    parser.add_argument("--set", action="append", default=[], dest="values", metavar=_("栏目=内容"))
    parser.add_argument("--out", type=Path, metavar="DIR", help=_("另存一份 docx 和 PDF"))


def add_documents(parser: argparse.ArgumentParser) -> None:
    """``documents``."""
    parser.add_argument("--task", metavar="TASK", help=_("只列这项任务的文书"))
    parser.add_argument("--placeholders", action="store_true", help=_("列出模板可用的占位符"))
    parser.add_argument("--check", action="store_true", help=_("检查自己的模板"))
    parser.add_argument("--copy", metavar="KIND", help=_("把自带的模板复制出来，用 Word 修改"))
    parser.add_argument("--pattern", nargs=2, metavar=("KIND", _("写法")), help=_("改写文号"))
