"""Who acts, and what they may do.

Accounts come later; until then an actor is a name (``--actor`` or the operating system's user) with
every permission. Services ask all the same, so that accounts change this module and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qhd_riskmap.errors import PermissionDeniedError
from qhd_riskmap.i18n import N_, _


class Permission(StrEnum):
    """One thing a service may refuse."""

    READ = "read"
    EDIT = "edit"
    IMPORT = "import"
    ASSESS = "assess"
    REMEDY = "remedy"
    ACCEPT = "accept"
    SUPERVISE = "supervise"
    RELEASE = "release"
    EXPORT = "export"
    ADMINISTER = "administer"
    SIGN_RED = "sign-red"
    SIGN_ORANGE = "sign-orange"
    SIGN_YELLOW = "sign-yellow"
    SIGN_BLUE = "sign-blue"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _PERMISSION_LABELS[self]


_PERMISSION_LABELS = {
    Permission.READ: N_("查看"),
    Permission.EDIT: N_("编辑"),
    Permission.IMPORT: N_("导入"),
    Permission.ASSESS: N_("评估"),
    Permission.REMEDY: N_("整改办理"),
    Permission.ACCEPT: N_("整改验收"),
    Permission.SUPERVISE: N_("整改督办"),
    Permission.RELEASE: N_("发布"),
    Permission.EXPORT: N_("导出"),
    Permission.ADMINISTER: N_("管理"),
    Permission.SIGN_RED: N_("签批重大风险"),
    Permission.SIGN_ORANGE: N_("签批较大风险"),
    Permission.SIGN_YELLOW: N_("签批一般风险"),
    Permission.SIGN_BLUE: N_("签批低风险"),
}

# Who may sign which level, from the worst: each is a permission of its own.
SIGNING = (
    Permission.SIGN_RED,
    Permission.SIGN_ORANGE,
    Permission.SIGN_YELLOW,
    Permission.SIGN_BLUE,
)

ALL_PERMISSIONS = frozenset(Permission)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person a change is recorded under."""

    name: str
    permissions: frozenset[Permission] = ALL_PERMISSIONS

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("an actor has a name")

    def require(self, permission: Permission) -> None:
        """Refuse unless the actor holds ``permission``.

        Raises:
            PermissionDeniedError: It is not among the actor's permissions.
        """
        if permission not in self.permissions:
            raise PermissionDeniedError(
                _("{actor} 没有“{permission}”权限。").format(
                    actor=self.name, permission=_(permission.label)
                ),
                hint=_("请联系本单位管理员。"),
            )
