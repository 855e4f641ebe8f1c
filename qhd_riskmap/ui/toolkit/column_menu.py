"""The menu in which an officer chooses the columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from qhd_riskmap.cartography.symbols import type_label
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.attribute_columns import columns_by_type

if TYPE_CHECKING:
    from qhd_riskmap.ui.toolkit.record_view import RecordView


def column_menu(view: RecordView) -> QMenu:
    """The columns every hazard has, below them those of each type, and the way back."""
    menu = QMenu(view)
    places = {column.key: number for number, column in enumerate(view.records.columns)}
    by_type = {
        key: [places[each] for each in keys if each in places]
        for key, keys in columns_by_type().items()
    }
    special = {number for numbers in by_type.values() for number in numbers}
    for number in places.values():
        if number not in special:
            _add(menu, view, number)
    menu.addSeparator()
    if special:
        types = menu.addMenu(_("各类型的专项信息"))
        types.setObjectName("columns-types")
        for key, numbers in by_type.items():
            _add_type(types, view, key, numbers)
    reset = menu.addAction(_("恢复默认的列"))
    reset.setObjectName("columns-reset")
    reset.triggered.connect(view.reset_columns)
    return menu


def _add_type(menu: QMenu, view: RecordView, key: str, numbers: list[int]) -> None:
    """A menu of its own per type, filled when it is opened: a hundred lines nobody reads."""
    title = type_label(key)
    chosen = sum(not view.isColumnHidden(number) for number in numbers)
    below = menu.addMenu(f"{title}（{chosen}）" if chosen else title)
    below.setObjectName(f"columns-{key}")

    def fill() -> None:
        below.clear()
        for number in numbers:
            _add(below, view, number)

    below.aboutToShow.connect(fill)


def _add(menu: QMenu, view: RecordView, number: int) -> None:
    column = view.records.columns[number]
    action = menu.addAction(column.heading)
    action.setObjectName(f"column-{column.key}")
    action.setCheckable(True)
    action.setChecked(not view.isColumnHidden(number))
    action.setEnabled(column.key != "name")
    action.toggled.connect(lambda on: view.show_column(number, on=on))
