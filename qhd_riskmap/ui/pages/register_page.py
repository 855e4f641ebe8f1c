"""台账: all hazards as a table: search, filter, export, delete and restore."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from uuid import UUID

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.feature_table import FeatureTable, empty_table
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.geo.coordinate_text import CoordinateTextError, parse_point
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.map.look_alikes_dialog import LOOK_ALIKES, open_look_alikes
from qhd_riskmap.ui.toolkit.actions import Command
from qhd_riskmap.ui.toolkit.bulk_edit_dialog import BulkEditDialog
from qhd_riskmap.ui.toolkit.cell_editing import CellEditor
from qhd_riskmap.ui.toolkit.chosen_rows import ChosenRows
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.empty_note import EmptyNote
from qhd_riskmap.ui.toolkit.facet_list import FacetButton
from qhd_riskmap.ui.toolkit.facets import FACETS, FacetIndex, Mask
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.page import Page
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.record_actions import RecordActions
from qhd_riskmap.ui.toolkit.record_table import RecordTableModel
from qhd_riskmap.ui.toolkit.record_view import RecordView
from qhd_riskmap.ui.toolkit.register_parts import REGISTER_COMMANDS, ask_export
from qhd_riskmap.ui.toolkit.register_search import RegisterSearch, rows_of
from qhd_riskmap.ui.toolkit.risk_list_desk import RiskListDesk
from qhd_riskmap.ui.toolkit.stored_columns import StoredColumns
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S

_TYPING_PAUSE_MS = 150


class RegisterPage(Page):
    """The ledger."""

    key = "register"
    help_page = "register"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._deleted_search = RegisterSearch(desk, deleted=True)
        self._deleted = empty_table()
        self.dialog: BulkEditDialog | None = None
        self._actions = RecordActions(desk, self)
        self._facet_index = desk.features.facets
        self.model = RecordTableModel(parent=self)
        self.model.editable = Permission.EDIT in desk.app.actor.permissions
        self.table = RecordView(
            self.model,
            desk.selection,
            desk.settings,
            name="register-table",
            officer=desk.app.actor.name,
        )
        CellEditor(desk, self.model)
        self.facets = {facet.key: FacetButton(facet) for facet in FACETS}
        self.risk_list = RiskListDesk(desk, self, self._shown_codes)
        self.chosen = ChosenRows("register-chosen")
        self.chosen.changed.connect(self._filter)
        self._make_bar()
        self._make_buttons()
        for button in (self.delete_button, self.bulk_button, self.restore_button):
            permit(button, Permission.EDIT, desk.app.actor.permissions)
        permit(self.export_button, Permission.EXPORT, desk.app.actor.permissions)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TYPING_PAUSE_MS)
        self._timer.timeout.connect(self._search)
        desk.features.replaced.connect(self._reload)
        for search in (desk.search, self._deleted_search):
            search.ready.connect(self._search_ready)
        desk.selection.changed.connect(self._selection_changed)
        self.table.opened.connect(self._open_on_map)
        self.model.filtered.connect(self._filter)
        StoredColumns(desk, self.model, self.trash.isChecked)
        self._reload()

    # -- page -----------------------------------------------------------------------------------

    def activate(self) -> None:
        """Give the table the keyboard."""
        self.table.setFocus()

    def changes(self, changes: Changes) -> None:
        """Deleted ones are read here; the live ones come with the shared columns."""
        if changes.hazards and self.trash.isChecked():
            self._read_deleted()

    def commands(self) -> tuple[tuple[Command, Callable[[], object]], ...]:
        """Delete, restore, map, columns."""
        actions = (self.show_on_map, self.bulk_edit, self.delete_selected, self.restore_selected)
        return (
            (LOOK_ALIKES, partial(open_look_alikes, self.desk, self)),
            *zip(REGISTER_COMMANDS, actions, strict=True),
            *self.risk_list.commands(),
        )

    def start_search(self) -> None:
        """Cursor into the search box."""
        self.search.setFocus()
        self.search.selectAll()

    def keep(self) -> dict[str, object]:
        """Search and filters."""
        return {
            "text": self.search.text(),
            "wanted": {key: each.list.checked() for key, each in self.facets.items()},
        }

    def resume(self, state: dict[str, object]) -> None:
        """Search and filter as before."""
        wanted = state.get("wanted")
        if isinstance(wanted, Mapping):
            for key, each in self.facets.items():
                each.list.set_checked(wanted.get(key, frozenset()))
        self.search.setText(str(state.get("text", "")))

    def restyle(self) -> None:
        """The empty page's icon."""
        self._empty.restyle()

    def close_down(self) -> None:
        """Remember the table's layout."""
        self._timer.stop()
        self.table.remember_layout()

    # -- building -------------------------------------------------------------------------------

    def _make_bar(self) -> None:
        self.search = QLineEdit()
        self.search.setObjectName("register-search")
        self.search.setAccessibleName(_("查找"))
        self.search.setPlaceholderText(_("名称、编号、单位、电话、乡镇或拼音首字母（Ctrl+F）"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(300)
        self.search.addAction(
            icon("magnify", colour="muted"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.search.textChanged.connect(self._typed)
        self.search.returnPressed.connect(self._into_table)
        for each in self.facets.values():
            each.chosen.connect(self._filter)
        self.clear_button = QToolButton()
        self.clear_button.setObjectName("register-clear")
        self.clear_button.setIcon(icon("filter-off-outline"))
        self.clear_button.setToolTip(_("取消查找和所有筛选条件"))
        self.clear_button.setAccessibleName(_("取消筛选"))
        self.clear_button.clicked.connect(self.clear)
        self.columns_button = QToolButton()
        self.columns_button.setObjectName("register-columns")
        self.columns_button.setIcon(icon("table-column"))
        self.columns_button.setToolTip(_("选择显示哪些列"))
        self.columns_button.setAccessibleName(_("选择列"))
        self.columns_button.clicked.connect(self._show_columns)
        self.trash = QCheckBox(_("已删除"))
        self.trash.setObjectName("register-trash")
        self.trash.setToolTip(_("查看已删除的隐患，可以恢复"))
        self.trash.toggled.connect(self._trash_toggled)

    def _make_buttons(self) -> None:
        self.count = QLabel()
        self.count.setObjectName("register-count")
        self.count.setProperty("role", "muted")
        self.map_button = _button("register-map", "map-marker-radius-outline", _("在地图上看"))
        self.map_button.clicked.connect(self.show_on_map)
        self.copy_button = _button("register-copy", "content-copy", _("复制"))
        self.copy_button.setToolTip(_("复制选中的行，可以直接粘贴到 Excel 或 WPS（Ctrl+C）"))
        self.copy_button.clicked.connect(self.table.copy)
        self.export_button = _button("register-export", "export", _("导出…"))
        self.export_button.setToolTip(_("把当前显示的内容保存为文件（内部资料，含联系方式）"))
        self.export_button.clicked.connect(self._ask_export)
        self.bulk_button = _button("register-bulk", "table-edit", _("批量修改…"))
        self.bulk_button.setToolTip(_("把选中的隐患的某一项改成同样的内容（Ctrl+B）"))
        self.bulk_button.clicked.connect(self.bulk_edit)
        self.delete_button = _button("register-delete", "delete-outline", _("删除"))
        self.delete_button.clicked.connect(self.delete_selected)
        self.restore_button = _button("register-restore", "restore", _("恢复"))
        self.restore_button.clicked.connect(self.restore_selected)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_S)
        bar.addWidget(self.search, 1)
        for each in self.facets.values():
            bar.addWidget(each)
        for control in (self.clear_button, self.columns_button, self.trash):
            bar.addWidget(control)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(SPACE_S)
        self._foot.addWidget(self.count, 1)
        for button in (
            self.map_button,
            self.copy_button,
            self.export_button,
            self.bulk_button,
            self.delete_button,
            self.restore_button,
        ):
            self._foot.addWidget(button)
        self._empty = EmptyNote(
            _("登记库里还没有隐患。导入各部门报来的排查表，程序会逐格检查并指出问题。"),
            _("导入排查表"),
            partial(self.desk.go_to, "import"),
            icon_name="file-import-outline",
        )
        self._nothing = EmptyNote(
            _("没有符合条件的隐患。"),
            _("取消查找和筛选"),
            self.clear,
            icon_name="filter-outline",
        )
        self._stack = QStackedWidget()
        for state in (self.table, self._empty, self._nothing):
            self._stack.addWidget(state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_S)
        layout.setSpacing(SPACE_S)
        layout.addLayout(bar)
        layout.addWidget(self.chosen)
        layout.addWidget(self._stack, 1)
        layout.addLayout(self._foot)

    # -- showing --------------------------------------------------------------------------------

    def source(self) -> FeatureTable:
        """The rows in question: live ones, or the deleted ones."""
        return self._deleted if self.trash.isChecked() else self.desk.features.table

    def clear(self) -> None:
        """No search, no filter."""
        self.search.clear()
        for each in self.facets.values():
            each.list.set_checked(frozenset())
        self.model.clear_filters()
        self.chosen.clear()
        self._search()

    def show_rows(self, title: str, keys: Collection[str]) -> None:
        """The hazards behind a number, whatever was searched for before."""
        self.trash.setChecked(False)
        self.clear()
        self.chosen.show_rows(title, keys)

    def _reload(self) -> None:
        table = self.source()
        trash = self.trash.isChecked()
        self._facet_index = FacetIndex.of(table) if trash else self.desk.features.facets
        self._filter()
        if self.search.text().strip():
            self._texts().want()

    def _texts(self) -> RegisterSearch:
        return self._deleted_search if self.trash.isChecked() else self.desk.search

    def _search_ready(self) -> None:
        if self.search.text().strip():
            self._filter()

    def _typed(self) -> None:
        self._timer.start()

    def _search(self) -> None:
        self._timer.stop()
        text = self.search.text().strip()
        if text:
            self._texts().want()
        self._filter()
        self._offer_place(text)

    def _filter(self) -> None:
        table = self.source()
        found = self._found()
        wanted = {key: each.list.checked() for key, each in self.facets.items()}
        mask = self._facet_index.mask(wanted)
        if found is not None:
            mask &= found
        if self.chosen.keys is not None:
            mask &= np.isin(table.ids, list(self.chosen.keys))
        everything = bool(mask.all())
        self.model.set_table(table, None if everything else mask)
        self._show_counts(wanted, found)
        shown = len(self.model.rows)
        self.count.setText(
            _("显示 {shown:,} 条，共 {total:,} 条").format(shown=shown, total=len(table))
        )
        self.clear_button.setEnabled(
            bool(self.search.text())
            or any(wanted.values())
            or bool(self.model.filters)
            or self.chosen.keys is not None
        )
        self._show_state(shown)

    def _found(self) -> Mask | None:
        text = self.search.text().strip()
        if not text:
            return None
        index = self._texts().index
        if index is not None:
            return rows_of(index, self.source(), text)
        # Until the texts are read everything stays in view, but a coordinate is nobody's name.
        return np.zeros(len(self.source()), dtype=bool) if _is_coordinate(text) else None

    def _show_counts(self, wanted: dict[str, frozenset[str]], found: Mask | None) -> None:
        for key, each in self.facets.items():
            everything = self._facet_index.counts(key, {})
            there = frozenset(value for value, number in everything.items() if number)
            each.list.show_counts(self._facet_index.counts(key, wanted, found), there)

    def _show_state(self, shown: int) -> None:
        empty_register = self.desk.features.loaded and not len(self.desk.features.table)
        if shown:
            self._stack.setCurrentWidget(self.table)
        elif empty_register and not self.trash.isChecked():
            self._stack.setCurrentWidget(self._empty)
        elif self.clear_button.isEnabled():
            self._stack.setCurrentWidget(self._nothing)
        else:
            self._stack.setCurrentWidget(self.table)
        self._enable()

    def _selection_changed(self, _by: object) -> None:
        self._enable()

    def _enable(self) -> None:
        # One that is shown is enough; looking up all of 100,000 would be felt.
        chosen = any(self.model.row_of(each) is not None for each in self.desk.selection.ids)
        trash = self.trash.isChecked()
        self.map_button.setEnabled(chosen and not trash)
        self.copy_button.setEnabled(chosen)
        may_export = Permission.EXPORT in self.desk.app.actor.permissions
        self.export_button.setEnabled(bool(len(self.model.rows)) and may_export)
        may = self.model.editable
        self.delete_button.setEnabled(chosen and not trash and may)
        self.delete_button.setVisible(not trash)
        self.bulk_button.setEnabled(chosen and not trash and may)
        self.bulk_button.setVisible(not trash)
        self.restore_button.setEnabled(chosen and trash and may)
        self.restore_button.setVisible(trash)

    def _offer_place(self, text: str) -> None:
        """A coordinate in the search box is no mistake: its place can be shown on the map."""
        if not self.trash.isChecked() and _is_coordinate(text) and not len(self.model.rows):
            self.desk.notify(
                _("这是一个坐标，按回车键在地图上定位。"),
                action=_("在地图上定位"),
                callback=partial(self.desk.place_wanted.emit, text),
            )

    def _into_table(self) -> None:
        self._search()
        text = self.search.text().strip()
        if not len(self.model.rows) and _is_coordinate(text):
            self.desk.place_wanted.emit(text)
        elif len(self.model.rows):
            self.table.setFocus()
            self.table.selectRow(0)

    def _show_columns(self) -> None:
        place = self.columns_button.rect().bottomLeft()
        self.table.column_menu().popup(self.columns_button.mapToGlobal(place))

    # -- acting ---------------------------------------------------------------------------------

    def _chosen(self) -> list[str]:
        return [each for each in self.desk.selection.ids if self.model.row_of(each) is not None]

    def show_on_map(self) -> None:
        """Go to the map with the selected hazards."""
        if self.map_button.isEnabled():
            self.desk.go_to("map")

    def _open_on_map(self, hazard_id: str) -> None:
        if not self.trash.isChecked():
            self.desk.selection.set([hazard_id], by=self.table)
            self.desk.go_to("map")

    def _ask_export(self) -> None:
        path, as_shown = ask_export(self.desk.app.path, self)
        if path is not None:
            self.export_shown(path) if as_shown else self.export(path)

    def export_shown(self, path: Path) -> None:
        """Write the columns and rows shown, as they stand."""
        self._actions.export_shown(path, self.table.shown())

    def _shown_codes(self) -> frozenset[str]:
        return frozenset(self.model.shown_table().codes.tolist())

    def bulk_edit(self) -> None:
        """Set one field of the selected hazards."""
        if not self.trash.isChecked() and self.model.editable:
            self.dialog = self._actions.bulk_edit(self._chosen(), self)

    def export(self, path: Path) -> None:
        """Write every field of the hazards shown, in the format of the file's ending."""
        shown = self.model.shown_table().ids.tolist()
        self._actions.export(path, shown, deleted=self.trash.isChecked())

    def delete_selected(self) -> None:
        """Delete softly; can be undone."""
        table, chosen = self.source(), self._chosen()
        if not chosen or self.trash.isChecked():
            return
        self._actions.delete(
            [(UUID(each), int(table.revisions[table.row_of(each) or 0])) for each in chosen]
        )

    def restore_selected(self) -> None:
        """Restore deleted hazards."""
        if self.trash.isChecked():
            self._actions.restore([UUID(each) for each in self._chosen()])

    def _trash_toggled(self) -> None:
        self.desk.selection.clear(by=self)
        if self.trash.isChecked():
            self._read_deleted()
        else:
            self._reload()
            self._search()

    def _read_deleted(self) -> None:
        registry = self.desk.app.registry
        self.desk.run(
            lambda _job: registry.features(HazardFilter(deleted=True)),
            title=_("正在读取已删除的隐患…"),
            on_success=self._take_deleted,
            quiet=True,
        )

    def _take_deleted(self, table: FeatureTable) -> None:
        self._deleted = table
        if self.trash.isChecked():
            self._reload()


def _is_coordinate(text: str) -> bool:
    try:
        parse_point(text)
    except CoordinateTextError:
        return False
    return True


def _button(name: str, icon_name: str, words: str) -> QPushButton:
    button = QPushButton(icon(icon_name), words)
    button.setObjectName(name)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
