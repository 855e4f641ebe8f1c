"""Where products and control papers of a release may lie, and which products a draft may hold."""

from __future__ import annotations

from pathlib import Path

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.release_control import holds_control_papers
from qhd_riskmap.services.release_order import DRAFT_FORMATS, ReleaseOrder


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


def control_folder(order: ReleaseOrder, database: Path) -> Path:
    """The folder for control papers.

    Raises:
        InvalidInputError: They, those of an earlier release, or the register would lie among the products.
    """
    control = order.control_dir or database.with_name(f"{database.stem}_发布审批材料")
    target = order.out_dir.resolve()
    if target in (control.resolve(), *control.resolve().parents):
        raise InvalidInputError(
            _("审批材料不能放在公开成果文件夹之内。"),
            hint=_("请另选成果文件夹，或用 --control-dir 指定审批材料的位置。"),
        )
    if holds_control_papers(target):
        raise InvalidInputError(
            _("所选成果文件夹里已有审批材料，公开时会一并流出。"), hint=_("请另选成果文件夹。")
        )
    if target in database.resolve().parents:
        raise InvalidInputError(
            _("隐患数据库就在成果文件夹里，公开时会一并流出。"), hint=_("请另选成果文件夹。")
        )
    if target == target.parent:
        raise InvalidInputError(
            _("成果不能直接放在磁盘根目录。"), hint=_("请在磁盘里新建一个文件夹。")
        )
    return control
