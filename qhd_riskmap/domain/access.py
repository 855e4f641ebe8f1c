"""Who acts, and what they may do.

Accounts come later; until then an actor is a name (``--actor`` or the operating system's user) with
every permission. Services ask all the same, so that accounts change this module and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qhd_riskmap.errors import PermissionDeniedError
from qhd_riskmap.i18n import _


class Permission(StrEnum):
    """One thing a service may refuse."""

    READ = "read"
    EDIT = "edit"
    IMPORT = "import"
    ASSESS = "assess"
    RELEASE = "release"
    EXPORT = "export"
    ADMINISTER = "administer"


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
                    actor=self.name, permission=permission
                ),
                hint=_("请联系本单位管理员。"),
            )
