"""Where products and control papers of a release may lie, and which products a draft may hold."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.release_control import is_control_paper
from qhd_riskmap.services.release_order import DRAFT_FORMATS, ReleaseOrder

# More than any folder of products holds; a walk of a whole disk would take minutes.
MOST_LOOKED_AT: Final = 10_000
_REGISTER_SUFFIX: Final = ".qhd"


def require_formats(order: ReleaseOrder) -> None:
    """Refuse an order without products, and a draft of what cannot bear its mark.

    Raises:
        InvalidInputError: It is such an order.
    """
    if not order.formats:
        raise InvalidInputError(_("没有选择要制作的格式。"))
    unmarked = [product.value for product in order.formats if product not in DRAFT_FORMATS]
    if order.draft and unmarked:
        raise InvalidInputError(
            _(
                "送审样图不含数据文件（{names}）：数据里没有地方加水印，传出去分不清是否已经审核。"
            ).format(names="、".join(unmarked)),
            hint=_("可用：{names}；数据文件等取得审图号以后再发布。").format(
                names="、".join(product.value for product in DRAFT_FORMATS)
            ),
        )


def usual_control_folder(database: Path) -> Path:
    """Where control papers lie when nobody says otherwise."""
    return database.with_name(f"{database.stem}_发布审批材料")


def control_folder(order: ReleaseOrder, database: Path) -> Path:
    """The folder for the control papers of an order."""
    return order.control_dir or usual_control_folder(database)


def require_apart(out_dir: Path, control: Path, database: Path) -> None:
    """Refuse a folder of products that would carry control papers or the register out with it.

    Raises:
        InvalidInputError: They would lie among the products, or the products among them.
    """
    target = out_dir.resolve()
    if target == target.parent:
        raise InvalidInputError(
            _("成果不能直接放在磁盘根目录。"), hint=_("请在磁盘里新建一个文件夹。")
        )
    if control.resolve().is_relative_to(target):
        raise InvalidInputError(
            _("审批材料不能放在公开成果文件夹之内。"),
            hint=_("请另选成果文件夹；发布时也可以用 --control-dir 另定审批材料的位置。"),
        )
    require_not_among_papers(target, control, database)
    if database.resolve().is_relative_to(target):
        raise InvalidInputError(
            _("隐患数据库就在成果文件夹里，公开时会一并流出。"), hint=_("请另选成果文件夹。")
        )
    _require_nothing_internal(target, control)


def require_not_among_papers(folder: Path, control: Path, database: Path) -> None:
    """Refuse to put anything public into a folder of control papers, or below one.

    Raises:
        InvalidInputError: It is such a folder.
    """
    target = folder.resolve()
    kept = (control.resolve(), usual_control_folder(database).resolve())
    inside = any(target.is_relative_to(each) for each in kept)
    if inside or any(is_control_paper(part) for part in target.parts):
        raise InvalidInputError(
            _("公开成果不能放在审批材料文件夹里面：{path}。").format(path=folder),
            hint=_("请另选成果文件夹。"),
        )
    if target.is_dir() and any(is_control_paper(each.name) for each in target.iterdir()):
        raise InvalidInputError(
            _("所选成果文件夹里已有审批材料，公开时会一并流出。"), hint=_("请另选成果文件夹。")
        )


def _require_nothing_internal(target: Path, control: Path) -> None:
    """Look below the folder too: who publishes a folder publishes what lies in its folders."""
    for n, each in enumerate(_everything_below(target)):
        if n == MOST_LOOKED_AT:
            raise InvalidInputError(
                _(
                    "所选成果文件夹里已有 {n} 个以上的文件，无法确认其中没有审批材料和登记库。"
                ).format(n=MOST_LOOKED_AT),
                hint=_("请新建一个文件夹存放成果。"),
            )
        leads_there = each.is_symlink() and control.resolve().is_relative_to(Path(each).resolve())
        if is_control_paper(each.name) or leads_there:
            raise InvalidInputError(
                _("所选成果文件夹里有审批材料“{path}”，公开时会一并流出。").format(
                    path=Path(each).relative_to(target)
                ),
                hint=_("请把它移走，或另选成果文件夹。"),
            )
        if each.name.lower().endswith(_REGISTER_SUFFIX):
            raise InvalidInputError(
                _("所选成果文件夹里有登记库或其备份“{path}”，公开时会一并流出。").format(
                    path=Path(each).relative_to(target)
                ),
                hint=_("请把它移走，或另选成果文件夹。"),
            )


def _everything_below(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What lies in a folder and its folders, the nearest first; links are not followed."""
    waiting = deque([str(folder)])
    while waiting:
        try:
            entries = sorted(os.scandir(waiting.popleft()), key=lambda entry: entry.name)
        except OSError:  # not there yet, no folder, or not ours to read
            continue
        for entry in entries:
            yield entry
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
