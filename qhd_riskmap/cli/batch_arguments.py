"""The grammar of the commands on whole imports."""

from __future__ import annotations

import argparse
from pathlib import Path

from qhd_riskmap.i18n import _

# `services.survey_batches.Edited`, spelt out: the grammar is read before any command's own libraries.
EDITED = ("ask", "keep", "include")


def add_batch(parser: argparse.ArgumentParser) -> None:
    """The batch, and what to do with rows somebody has worked on since."""
    parser.add_argument("batch", metavar="BATCH", help=_("批次编号，或其开头几位"))
    parser.add_argument(
        "--edited",
        default=EDITED[0],
        choices=EDITED,
        help=_("导入后又改过的行：ask 列出并停下，keep 保留，include 一并处理"),
    )


def add_undo(parser: argparse.ArgumentParser) -> None:
    """undo-batch."""
    add_batch(parser)
    parser.add_argument("--change", metavar=_("操作编号"), help=_("改为撤回这次撤销或重新解读"))


def add_reinterpret(parser: argparse.ArgumentParser) -> None:
    """Reinterpret."""
    add_batch(parser)
    parser.add_argument("--datum", required=True, metavar="D", help=_("这些坐标原来是什么坐标系"))
    parser.add_argument("--was", metavar="D", help=_("只改当时按这个坐标系读入的行"))


def add_datum_parameters(parser: argparse.ArgumentParser) -> None:
    """datum-parameters."""
    parser.add_argument("--datum", metavar="D", help=_("西安80、北京54 或新北京54"))
    parser.add_argument("--file", type=Path, metavar=_("文件"), help=_("七个或四个数，每行一个"))
    parser.add_argument("--name", default=_("本单位参数"), metavar=_("名称"))
    parser.add_argument("--remove", action="store_true", help=_("删除这个坐标系的参数"))


def add_look_alikes(parser: argparse.ArgumentParser) -> None:
    """look-alikes."""
    key = _("序号")
    parser.add_argument(
        "--apart", type=int, action="append", metavar=key, help=_("记为不是同一处，可多次")
    )
    parser.add_argument(
        "--again", type=int, action="append", metavar=key, help=_("重新列为待合并，可多次")
    )


def add_merge(parser: argparse.ArgumentParser) -> None:
    """Merge."""
    parser.add_argument("keep", metavar="KEEP", help=_("保留的一条：编号或 ID"))
    parser.add_argument("other", metavar="OTHER", help=_("并入的一条"))
    parser.add_argument(
        "--take", action="append", metavar=_("字段"), help=_("这一项取并入的一条的值，可多次")
    )
    parser.add_argument("--dry-run", action="store_true", help=_("只列出不同的项目"))
