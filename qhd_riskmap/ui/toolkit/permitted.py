"""Controls an officer may not use are switched off and say why."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.i18n import _


def refusal(permission: Permission, held: frozenset[Permission]) -> str:
    """Why an officer who holds these may not do that; "" where he may."""
    if permission in held:
        return ""
    return _("您没有“{permission}”权限，请联系本单位管理员。").format(
        permission=_(permission.label)
    )


def permit(widget: QWidget, permission: Permission, held: frozenset[Permission]) -> None:
    """Switch a control off, with the reason in its tip, unless the permission is held."""
    reason = refusal(permission, held)
    if reason:
        widget.setEnabled(False)
        widget.setToolTip(reason)
