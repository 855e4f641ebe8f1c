"""What people are told of something protected that was found in a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.release_checker import COORDINATES, FILE_NAME, HIDDEN, POSITION, Leak
from qhd_riskmap.services.release_drawing import DRAWING

KINDS: Final = {
    "name": N_("隐患名称"),
    "phone": N_("电话"),
    "contact": N_("联系人"),
    "person": N_("人员姓名"),
    "address": N_("地址"),
    "unit": N_("责任单位"),
    "regulator": N_("监管部门"),
    "township": N_("乡镇"),
    "code": N_("隐患编号"),
    "id": N_("记录标识"),
    "notes": N_("备注"),
    "extra": N_("其他栏目"),
    "attribute": N_("隐患属性"),
    "sub_kind": N_("隐患细类"),
    "remedy": N_("整改内容"),
    "inspection": N_("检查情况"),
    COORDINATES: N_("坐标原文"),
    POSITION: N_("真实位置"),
    HIDDEN: N_("隐藏内容"),
    FILE_NAME: N_("文件名"),
    DRAWING: N_("图面"),
}
# Two numbers in neighbouring cells are found with the markup between them.
_MARKUP: Final = re.compile(r"(?:</?[A-Za-z][^<>]*(?:>|$))+")


def kind_of(leak: Leak) -> str:
    """What sort of thing was found."""
    kind = KINDS.get(leak.kind)
    return _(kind) if kind else leak.kind


def value_of(leak: Leak) -> str:
    """What was found, without the markup of the file."""
    return _MARKUP.sub(" ", leak.value).strip() or leak.value


def advice(leaks: Sequence[Leak]) -> str:
    """What to do about it; what the check does not know where nothing was found."""
    if leaks:
        return _("请不要把这些文件交给公众，也不要上传到网上；请删掉后用“发布”重新制作。")
    return _("按登记库里的名称、电话、编号、责任单位和真实位置检查；登记库之外的内容请另行审查。")


def lines_of(paths: Sequence[Path], leaks: Sequence[Leak]) -> list[str]:
    """All of a check, a line each: the verdict, what was found, what to do."""
    if not leaks:
        verdict = _("{n} 个文件里没有发现泄密内容").format(n=len(paths))
        return [verdict, advice(leaks)]
    files = len({leak.file for leak in leaks})
    told = dict.fromkeys(
        _("{file}：{kind}“{value}”，位于 {where}").format(
            file=leak.file, kind=kind_of(leak), value=value_of(leak), where=leak.where
        )
        for leak in leaks
    )
    hidden = [_("隐藏内容是打开文件时看不见的部分，不认得的一律列出。")]
    return [
        _("{files} 个文件里发现 {n} 处不应公开的内容").format(files=files, n=len(leaks)),
        *told,
        *(hidden if any(leak.kind == HIDDEN for leak in leaks) else ()),
        advice(leaks),
    ]
