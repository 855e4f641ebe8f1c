"""The grammar of the commands on assessment."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from qhd_riskmap.i18n import _

# `domain.worksheet.Occasion`, spelt out: the grammar is read before any command's own libraries.
OCCASIONS = ("first", "periodic", "changed", "remediated")


def day(text: str) -> date:
    """A calendar day, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            _("“{text}”不是日期，应为 2014-03-05").format(text=text)
        ) from error


def factor(text: str) -> tuple[str, str]:
    """One ``NAME=value``."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise argparse.ArgumentTypeError(_("“{text}”应写成 L=4").format(text=text))
    return name.strip(), value.strip()


def _add_pairs(parser: argparse.ArgumentParser, name: str, dest: str, words: str) -> None:
    parser.add_argument(
        name, dest=dest, action="append", default=[], type=factor, metavar="L=4", help=words
    )


def add_assess(parser: argparse.ArgumentParser) -> None:
    """Assess."""
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--method", required=True, metavar="KEY", help=_("评估方法"))
    _add_pairs(parser, "--set", "factors", _("因素的取值"))
    _add_pairs(parser, "--after", "after", _("采取措施之后的取值，给出剩余等级"))
    _add_pairs(parser, "--evidence", "evidence", _("取值的依据"))
    parser.add_argument(
        "--known", action="store_true", help=_("没有给出的因素取台账中的值和本地默认值")
    )
    parser.add_argument(
        "--exposure",
        action="store_true",
        help=_("没有给出的因素取受体统计值；给出的与统计不同时须有 --override"),
    )
    _add_pairs(parser, "--override", "override", _("不采用统计值的理由"))
    parser.add_argument(
        "--occasion",
        choices=OCCASIONS,
        default=OCCASIONS[0],
        help=_("first 定级，periodic 复评，changed 情况变化，remediated 整改后"),
    )
    parser.add_argument("--opinion", default="", metavar=_("文字"), help=_("评估意见"))
    parser.add_argument("--measures", default="", metavar=_("文字"), help=_("拟采取措施"))
    parser.add_argument(
        "--expert", action="append", default=[], metavar=_("姓名"), help=_("参加专家")
    )
    parser.add_argument(
        "--next-review", type=day, metavar="YYYY-MM-DD", help=_("下次复评日期，默认按等级")
    )
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help=_("评估日期，默认今天"))
    parser.add_argument("--worksheet", type=Path, metavar="OUT.docx|pdf", help=_("写出评估底稿"))


def add_worksheet(parser: argparse.ArgumentParser) -> None:
    """Worksheet."""
    parser.add_argument("id", metavar="ID")
    parser.add_argument("out", type=Path, metavar="OUT.docx|pdf")
    parser.add_argument(
        "--template",
        type=Path,
        metavar="FILE.docx",
        help=_("本单位的模板，默认用登记库旁“文书模板”里的"),
    )


def add_sign(parser: argparse.ArgumentParser) -> None:
    """Sign."""
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--opinion", default="", metavar=_("文字"), help=_("签批意见"))


def add_assess_table(parser: argparse.ArgumentParser) -> None:
    """assess-table."""
    parser.add_argument("file", type=Path, metavar="FILE", help=_("每行一处隐患的评估表"))
    parser.add_argument("--out", type=Path, metavar="OUT.xlsx", help=_("逐行写出结果"))
    parser.add_argument(
        "--keep-good", action="store_true", help=_("有问题的行不影响其他行入库；默认全有或全无")
    )
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help=_("评估日期，默认今天"))


def add_factor_defaults(parser: argparse.ArgumentParser) -> None:
    """factor-defaults."""
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help=_("按乡镇、县区的默认值表")
    )


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Rules."""
    parser.add_argument("key", nargs="?", metavar="KEY", help=_("评估方法"))
    parser.add_argument("--export", type=Path, metavar="OUT.json", help=_("导出现行规则以便修改"))
    parser.add_argument("--rehearse", type=Path, metavar="FILE", help=_("试算：哪些隐患会变色"))
    parser.add_argument("--adopt", type=Path, metavar="FILE", help=_("启用改过的规则"))
    parser.add_argument("--reason", default="", metavar=_("文字"), help=_("启用的理由"))
    parser.add_argument("--regrade", action="store_true", help=_("启用时把会变色的隐患重新评估"))
    parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help=_("重新评估的日期，默认今天"))


def add_receptors(parser: argparse.ArgumentParser) -> None:
    """Receptors."""
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help=_("受体名单，表格或 GeoJSON")
    )
    parser.add_argument("--datum", metavar="D", help=_("名单的坐标系，默认看表头，否则 CGCS2000"))
    parser.add_argument("--dry-run", action="store_true", help=_("只检查，不入库"))
    parser.add_argument(
        "--remove", action="append", default=[], metavar="ID", help=_("停用一处受体")
    )


def add_exposure(parser: argparse.ArgumentParser) -> None:
    """Exposure."""
    parser.add_argument("id", nargs="?", metavar="ID", help=_("不写则统计全部隐患的默认范围"))
    parser.add_argument(
        "--zone",
        metavar="Z",
        help=_("如 radius:500、band:200、pir、bleve:8000、itself、erg:1005:truck:night:low"),
    )
    parser.add_argument("--wind-from", type=float, metavar=_("度"), help=_("风的来向，正北为 0"))
    parser.add_argument(
        "--geojson", type=Path, metavar="OUT.geojson", help=_("写出范围和其中的受体")
    )
