"""The commands of the ledger, and the question in which form it is exported."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.actions import Command

_SHOWN_KINDS: Final = 2  # the first kinds write what is shown, the others every field
EXPORT_KINDS: Final = N_(
    "Excel，显示的列 (*.xlsx);;CSV，显示的列 (*.csv);;"
    "Excel，全部字段 (*.xlsx);;CSV，全部字段 (*.csv);;GeoPackage (*.gpkg);;GeoJSON (*.geojson);;"
    "Shapefile (*.shp);;KML (*.kml)"
)
REGISTER_COMMANDS: Final = (
    Command(
        id="register.map",
        title=N_("在地图上看(&M)"),
        menu="page",
        shortcut="Ctrl+M",
        icon="map-marker-radius-outline",
    ),
    Command(
        id="register.bulk-edit",
        title=N_("批量修改选中的隐患(&B)…"),
        menu="page",
        shortcut="Ctrl+B",
        needs=Permission.EDIT,
        icon="table-edit",
    ),
    Command(
        id="register.delete",
        title=N_("删除选中的隐患(&D)"),
        menu="page",
        shortcut="Ctrl+Shift+Del",
        needs=Permission.EDIT,
        icon="delete-outline",
    ),
    Command(
        id="register.restore",
        title=N_("恢复选中的隐患(&R)"),
        menu="page",
        needs=Permission.EDIT,
        icon="restore",
    ),
)


def ask_export(register: Path, parent: QWidget) -> tuple[Path | None, bool]:
    """Where the hazards shown shall be written, and whether only the columns shown are wanted."""
    name = _("{register}-台账.xlsx").format(register=register.stem)
    chosen, kind = QFileDialog.getSaveFileName(
        parent, _("导出当前显示的隐患"), str(register.with_name(name)), _(EXPORT_KINDS)
    )
    if not chosen:
        return None, False
    path = Path(chosen)
    path = path if path.suffix else path.with_suffix(".xlsx")
    return path, kind in _(EXPORT_KINDS).split(";;")[:_SHOWN_KINDS]
