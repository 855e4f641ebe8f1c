"""Brings a register to the newest schema by Alembic, without any ini file."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from qhd_riskmap.errors import NewerSchemaError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.schema_number import SCHEMA_VERSION, VERSION_TABLE

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SCRIPTS = "qhd_riskmap.storage:migrations"  # a package path: works from a wheel and when frozen


def current_version(connection: Connection) -> str | None:
    """The schema version of the file, or None where it has none."""
    found = connection.exec_driver_sql(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", (VERSION_TABLE,)
    ).scalar()
    if not found:
        return None
    version = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()  # noqa: S608 - own constant
    return str(version) if version is not None else None


def refuse_newer(version: str, name: str) -> None:
    """Stop before a file of a newer program is touched.

    Raises:
        NewerSchemaError: ``version`` is beyond what this program knows.
    """
    if not version.isdigit() or int(version) > int(SCHEMA_VERSION):
        raise NewerSchemaError(
            _("登记库“{name}”由更新版本的程序建立。").format(name=name),
            hint=_("请先升级本程序。"),
            detail=f"schema {version} > {SCHEMA_VERSION}",
        )


def upgrade(connection: Connection) -> None:
    """Run the missing versions inside the transaction of ``connection``."""
    from alembic import command  # noqa: PLC0415 - 0.2 s that an up-to-date register need not pay
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    config.attributes["connection"] = connection
    alembic_log = logging.getLogger("alembic")
    level = alembic_log.level
    alembic_log.setLevel(logging.WARNING)
    try:
        command.upgrade(config, "head")
    finally:
        alembic_log.setLevel(level)
