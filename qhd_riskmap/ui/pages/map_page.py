"""地图: the home page: map, filters, table and the form of the hazard in hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.detail_panel import DetailPanel
from qhd_riskmap.ui.map.exposure_overlay import ExposureOverlay
from qhd_riskmap.ui.map.filter_panel import FilterPanel
from qhd_riskmap.ui.map.geometry_editing import GeometryEditing
from qhd_riskmap.ui.map.layer_desk import LayerDesk
from qhd_riskmap.ui.map.layer_panel import LayerPanel
from qhd_riskmap.ui.map.map_bar import MAP_COMMANDS, add_right_click, add_switches, fill_map_bar
from qhd_riskmap.ui.map.map_toolbar import MapToolbar
from qhd_riskmap.ui.map.place_dialog import PlaceDialog
from qhd_riskmap.ui.map.renderer import Frame
from qhd_riskmap.ui.map.scene import Scene
from qhd_riskmap.ui.map.view_choices import ViewChoices
from qhd_riskmap.ui.map.workbench import MapWorkbench
from qhd_riskmap.ui.toolkit.actions import Command
from qhd_riskmap.ui.toolkit.cell_editing import CellEditor
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.empty_note import EmptyNote
from qhd_riskmap.ui.toolkit.page import Page
from qhd_riskmap.ui.toolkit.permitted import refusal
from qhd_riskmap.ui.toolkit.record_actions import RecordActions
from qhd_riskmap.ui.toolkit.record_table import RecordTableModel
from qhd_riskmap.ui.toolkit.record_view import RecordView
from qhd_riskmap.ui.toolkit.stored_columns import StoredColumns

_COLUMN_SIZES = (228, 760, 352)
_ROW_SIZES = (460, 190)
_PAINTED_MS: Final = 20  # by then the picture is on the screen
_BOTH_PANELS_FROM: Final = 1000


class MapPage(Page):
    """Map in the middle, filters left, form right, table below; all linked by the selection."""

    key = "map"
    help_page = "map"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._actions = RecordActions(desk, self)
        self.dialog: QDialog | None = None
        self.canvas = MapCanvas(desk.selection)
        self.toolbar = MapToolbar(self.canvas)
        self.editing = GeometryEditing(desk, self.canvas, self)
        self.bench = MapWorkbench(desk, self.canvas, self)
        self.filter_panel = FilterPanel()
        self.choices = ViewChoices(desk.settings)
        self.layers = LayerDesk(desk, self.canvas, LayerPanel(), self)
        self.detail = DetailPanel(desk)
        self.zones = ExposureOverlay(self.canvas, self.detail.exposure_counted)
        self.model = RecordTableModel(parent=self)
        self.model.editable = Permission.EDIT in desk.app.actor.permissions
        self.table = RecordView(
            self.model,
            desk.selection,
            desk.settings,
            name="map-table",
            officer=desk.app.actor.name,
        )
        CellEditor(desk, self.model)
        StoredColumns(desk, self.model)
        self.filter_panel.add_to_layers(self.layers.panel, above=True)
        self.filter_panel.add_to_layers(self.choices)
        self._lay_out()
        fill_map_bar(self.toolbar, self.canvas, self.editing.menu, self.bench, self.ask_place)
        self._filter_switch = add_switches(
            self.toolbar, self.filter_panel, self.canvas.legend_plate, self._below
        )
        if reason := refusal(Permission.EDIT, desk.app.actor.permissions):
            self.toolbar.refuse_writing(reason)
        self._mask: npt.NDArray[np.bool_] | None = None
        self._painted = QTimer(self)
        self._painted.setSingleShot(True)
        self._painted.timeout.connect(self.desk.drawn)
        self._painted.timeout.connect(self._make_ready)
        self._ready: Scene | None = None
        self._wanted_table: FeatureTable | None = None
        self._connect()
        self.canvas.set_projection(self.choices.projection)
        self._layers()
        self._reload()

    # -- page -----------------------------------------------------------------------------------

    def activate(self) -> None:
        """Give the map the keyboard and bring the selected hazard into view."""
        self.canvas.setFocus()
        self.canvas.show_selected()

    def changes(self, changes: Changes) -> None:
        """The shared columns reload by themselves; the form reads its hazard again."""
        self.detail.changes(changes)
        self.layers.changes(changes)

    def commands(self) -> tuple[tuple[Command, Callable[[], object]], ...]:
        """Save, find a place, fit."""
        actions = (
            self._save,
            self._assess_current,
            self._show_publishing,
            self.ask_place,
            self.ask_print,
            self.canvas.fit_city,
            self.canvas.fit_selection,
            self.bulk_edit,
            self._delete_current,
        )
        return tuple(zip(MAP_COMMANDS, actions, strict=True))

    def start_search(self) -> None:
        """Cursor into the search box above the map."""
        self.bench.search_box.start()

    def unsaved(self) -> str:
        """Drafts of the form, and the shape in hand."""
        return "\n".join(filter(None, (self.editing.unsaved(), self.detail.unsaved())))

    def keep(self) -> dict[str, object]:
        """View, filter, drafts."""
        return {
            "viewport": self.canvas.viewport,
            "wanted": self.filter_panel.wanted(),
            "filters_shown": self._filter_switch.isChecked(),
            **self.detail.keep(),
            **self.editing.keep(),
        }

    def resume(self, state: dict[str, object]) -> None:
        """Show what the former page showed."""
        self.detail.resume(state)
        self.editing.resume(state)
        wanted = state.get("wanted")
        if isinstance(wanted, Mapping):
            self.filter_panel.choose(wanted)
        viewport = state.get("viewport")
        if isinstance(viewport, type(self.canvas.viewport)):
            self.canvas.centre_on(*viewport.centre, viewport.scale_denominator())
        self._selection_changed(None)
        # Not laid out yet, the page thinks itself too narrow for both panels.
        self._filter_switch.setChecked(bool(state.get("filters_shown", True)))

    def restyle(self) -> None:
        """The ground of the map follows the theme."""
        self.canvas.restyle()
        self._empty.restyle()

    def close_down(self) -> None:
        """Stop painting; remember widths."""
        self._painted.stop()
        self.table.remember_layout()
        self.layers.close_down()
        self.editing.close_down()
        self.canvas.close_down()

    # -- building -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._empty = EmptyNote(
            _("登记库里还没有隐患。导入各部门报来的排查表，或者用“画点”在地图上登记第一处。"),
            _("导入排查表"),
            partial(self.desk.go_to, "import"),
            icon_name="file-import-outline",
        )
        self._below = QStackedWidget()
        self._below.addWidget(self.table)
        self._below.addWidget(self._empty)
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._rows.setObjectName("map-rows")
        self._rows.addWidget(self.canvas)
        self._rows.addWidget(self._below)
        self._rows.setStretchFactor(0, 1)
        self._rows.setSizes(list(_ROW_SIZES))
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.toolbar)
        column.addWidget(self.bench.time)
        column.addWidget(self._rows, 1)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setObjectName("map-columns")
        for widget in (self.filter_panel, middle, self.detail):
            self._columns.addWidget(widget)
        self._columns.setStretchFactor(1, 1)
        self._columns.setSizes(list(_COLUMN_SIZES))
        self._columns.setCollapsible(1, False)  # noqa: FBT003 - Qt's signature
        self.detail.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._columns)

    def _connect(self) -> None:
        desk, canvas = self.desk, self.canvas
        desk.features.replaced.connect(self._reload)
        desk.features.indexed.connect(self._fill_table)
        desk.selection.changed.connect(self._selection_changed)
        canvas.pointed.connect(desk.pointed)
        canvas.scaled.connect(desk.scaled)
        canvas.failed.connect(desk.show_error)
        canvas.refused.connect(desk.notify)
        canvas.shown.connect(self._shown)
        self.editing.stored.connect(self.detail.rebase)
        canvas.opened.connect(self._open)
        self.table.opened.connect(self._open)
        self.model.filtered.connect(self._show_rows)
        self.bench.opened.connect(self._open)
        self.bench.hazard_wanted.connect(self._fly_to)
        self.bench.past_wanted.connect(self._show_on_map)
        self.bench.past_closed.connect(self._show_rows)
        self.filter_panel.filtered.connect(self._filter)
        self.filter_panel.layers_changed.connect(self._layers)
        self.choices.changed.connect(self._layers)
        self.choices.projection_chosen.connect(canvas.set_projection)
        self.detail.closed.connect(self._close_detail)
        self.detail.delete_wanted.connect(self._delete)
        self.detail.history_wanted.connect(self.bench.show_history)
        self.detail.publishing_wanted.connect(self.bench.show_publishing)
        add_right_click(self.table, _("公开方式…"), self._show_publishing)
        self.detail.place_wanted.connect(self.bench.go_to_place)

    # -- showing --------------------------------------------------------------------------------

    def _reload(self) -> None:
        table = self.desk.features.table
        nothing = self.desk.features.loaded and not len(table)
        self._below.setCurrentWidget(self._empty if nothing else self.table)
        self._filter()

    def _filter(self) -> None:
        wanted = self.filter_panel.wanted()
        table = self.desk.features.table
        mask = self.desk.features.facets.mask(wanted) if any(wanted.values()) else None
        self._mask = mask
        # The first hazards are drawn before the texts of the table are made.
        if self.desk.features.complete or not self.desk.features.loaded:
            self._fill_table()
        else:
            self._show_on_map(table if mask is None else table.take(mask))

    def _fill_table(self) -> None:
        features, mask = self.desk.features, self._mask
        self.model.set_table(features.table, mask)
        self._show_rows()
        shown = len(features.table) if mask is None else int(np.count_nonzero(mask))
        self.filter_panel.show_counts(features.facets, shown)

    def _show_rows(self) -> None:
        """The map shows what the table shows, in the order of the register."""
        if self.bench.time.active:
            self.bench.time.set_filter(self.filter_panel.wanted())
            return
        table, rows = self.model.table, self.model.rows
        self._show_on_map(table if len(rows) == len(table) else table.take(np.sort(rows)))

    def _show_on_map(self, table: FeatureTable) -> None:
        if table is not self._wanted_table:
            self._wanted_table = table
            self.canvas.show_table(table)

    def _layers(self) -> None:
        chosen = self.choices.options(self.filter_panel.options(self.canvas.options))
        self.canvas.set_options(chosen)

    def _shown(self, frame: Frame) -> None:
        self.filter_panel.show_legend(frame.legend)
        self.desk.scaled.emit(self.canvas.viewport.scale_denominator())
        if self.desk.features.loaded and frame.scene.table is self._wanted_table:
            self._painted.start(_PAINTED_MS)

    def _make_ready(self) -> None:
        """The picture is there: have ready beside the window what a click on it asks."""
        scene = self.canvas.scene
        if scene is not None and scene is not self._ready:
            self._ready = scene
            self.desk.run(
                lambda _job: scene.make_ready(),
                title=_("正在准备…"),
                database=False,
                quiet=True,
            )

    def _selection_changed(self, by: object) -> None:
        current = self.desk.selection.current
        if current is None:
            self.detail.forget()
            self.detail.hide()
            return
        self.detail.show()
        self._make_room()
        self.detail.show_hazard(current)
        if by is not self.canvas:
            self.canvas.show_selected()

    def _make_room(self) -> None:
        """On a narrow window the form takes the place of the filters."""
        if self.width() < _BOTH_PANELS_FROM:
            self._filter_switch.setChecked(False)

    def _open(self, hazard_id: str) -> None:
        self.desk.selection.set([hazard_id], by=self)
        self.canvas.fit_selection()

    def _fly_to(self, hazard_id: str) -> None:
        """Go to a hazard that was searched for, even if the filter hides it."""
        if self.model.row_of(hazard_id) is None and (
            self.desk.features.table.row_of(hazard_id) is not None
        ):
            self.filter_panel.clear()
            self.model.clear_filters()
            self.desk.notify(_("它被筛选条件隐藏，已取消筛选。"))
        self._open(hazard_id)
        self.canvas.setFocus()

    def _close_detail(self) -> None:
        self.desk.selection.clear(by=self)

    def bulk_edit(self) -> None:
        """Set one field of the selected hazards."""
        self.dialog = self._actions.bulk_edit(self.desk.selection.ids, self)

    def _save(self) -> None:
        if self.canvas.editor.dirty:
            self.canvas.editor.save()
        if self.detail.dirty:
            self.detail.save()

    # -- places ---------------------------------------------------------------------------------

    def ask_print(self) -> None:
        """Show the current view as a sheet."""
        # Loading print support costs a start that does not print.
        from qhd_riskmap.ui.map.print_dialog import PrintDialog  # noqa: PLC0415

        dialog = PrintDialog(self.desk, self.canvas, self.layers, self)
        self.dialog = dialog
        dialog.open()

    def ask_place(self, text: str = "") -> None:
        """Ask for a coordinate and go there; ``text`` is one already pasted elsewhere."""
        dialog = PlaceDialog(text, self)
        dialog.place_found.connect(self.bench.go_to_place)
        dialog.new_here.connect(self.editing.register_at)
        if reason := refusal(Permission.EDIT, self.desk.app.actor.permissions):
            dialog.refuse_new(reason)
        self.dialog = dialog
        dialog.open()

    def _delete_current(self) -> None:
        if self.detail.hazard is not None and self.detail.isVisible():
            self._delete(self.detail.hazard)
        else:
            self._say_choose_first()

    def _assess_current(self) -> None:
        if self.detail.hazard is not None and self.detail.isVisible():
            self.detail.assess()
        else:
            self._say_choose_first()

    def _show_publishing(self) -> None:
        if len(self.desk.selection) == 1:
            self.bench.show_publishing(self.desk.selection.ids[0])
        else:
            self._say_choose_first()

    def _say_choose_first(self) -> None:
        """A key that does nothing without a word looks broken."""
        self.desk.notify(_("请先在地图上或列表里选中一处隐患。"))

    def _delete(self, hazard: Hazard) -> None:
        self._actions.delete([(hazard.id, hazard.revision)])
