"""What can be asked of the map page: its commands, and the buttons above the map."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.map_toolbar import MapToolbar
from qhd_riskmap.ui.map.workbench import MapWorkbench
from qhd_riskmap.ui.toolkit.actions import Command

_ZOOM: Final = 1.5
MAP_COMMANDS: Final = (
    Command(
        id="map.save",
        title=N_("保存修改(&S)"),
        menu="page",
        shortcut="Ctrl+S",
        needs=Permission.EDIT,
        icon="content-save-outline",
    ),
    Command(
        id="map.assess",
        title=N_("评估选中的隐患(&E)…"),
        menu="page",
        shortcut="Ctrl+E",
        needs=Permission.ASSESS,
        icon="clipboard-check-outline",
    ),
    Command(
        id="map.publishing",
        title=N_("选中隐患的公开方式(&R)…"),
        menu="page",
        icon="publish",
    ),
    Command(
        id="map.place",
        title=N_("定位坐标(&G)…"),
        menu="page",
        shortcut="Ctrl+G",
        icon="crosshairs-gps",
    ),
    Command(
        id="map.print",
        title=N_("打印当前视野(&P)…"),
        menu="page",
        shortcut="Ctrl+P",
        icon="printer-outline",
    ),
    Command(
        id="map.fit-city",
        title=N_("显示全市(&A)"),
        menu="page",
        shortcut="Ctrl+Home",
        icon="fit-to-screen-outline",
    ),
    Command(
        id="map.fit-selection",
        title=N_("缩放到选中的隐患(&Z)"),
        menu="page",
        shortcut="Ctrl+Shift+F",
        icon="image-filter-center-focus",
    ),
    Command(
        id="map.bulk-edit",
        title=N_("批量修改选中的隐患(&B)…"),
        menu="page",
        shortcut="Ctrl+Shift+B",
        needs=Permission.EDIT,
        icon="table-edit",
    ),
    Command(
        id="map.delete",
        title=N_("删除选中的隐患(&D)"),
        menu="page",
        shortcut="Ctrl+Del",
        needs=Permission.EDIT,
        icon="delete-outline",
    ),
)


def fill_map_bar(
    bar: MapToolbar,
    canvas: MapCanvas,
    edit_menu: QMenu,
    bench: MapWorkbench,
    ask_place: Callable[[], object],
) -> None:
    """Put everything behind the tools: editing, going, zooming, bookmarks, time, search."""
    bar.add_menu(
        "map-edit",
        "vector-square-edit",
        _("编辑"),
        _("分割、合并、整形、旋转、平移、偏移、挖洞、增加部件"),
        edit_menu,
    )
    bar.add_line()
    bar.add(
        "map-place",
        "crosshairs-gps",
        _("定位坐标"),
        _("粘贴任何写法的坐标（Ctrl+G）"),
        ask_place,
        caption=_("定位"),
        spared=True,
    )
    bar.add_line()
    for name, glyph, title, tip, deed in (
        ("map-zoom-in", "magnify-plus-outline", _("放大"), "+", partial(canvas.zoom, _ZOOM)),
        ("map-zoom-out", "magnify-minus-outline", _("缩小"), "-", partial(canvas.zoom, 1 / _ZOOM)),
        (
            "map-fit-city",
            "fit-to-screen-outline",
            _("全市"),
            _("显示全市（Home）"),
            canvas.fit_city,
        ),
        (
            "map-fit-selection",
            "image-filter-center-focus",
            _("选中"),
            _("缩放到选中的隐患（Ctrl+Shift+F）"),
            canvas.fit_selection,
        ),
    ):
        bar.add(name, glyph, title, tip, deed, rare=True)
    bench.fill_toolbar(bar)


def add_switches(bar: MapToolbar, filters: QWidget, legend: QWidget, table: QWidget) -> QToolButton:
    """Put the switches of the panels at the end; the one of the filters."""
    switch = bar.add_switch(
        "switch-filter",
        "filter-outline",
        _("筛选与图例"),
        "Ctrl+Shift+L",
        filters,
        caption=_("筛选"),
        spared=True,
    )
    bar.add_switch(
        "switch-legend",
        "map-legend",
        _("图上图例"),
        "Ctrl+Shift+K",
        legend,
        caption=_("图例"),
        rare=True,
    ).setChecked(False)
    bar.add_switch(
        "switch-table",
        "table-large",
        _("下方列表"),
        "Ctrl+Shift+T",
        table,
        caption=_("列表"),
        spared=True,
    )
    return switch


def add_right_click(widget: QWidget, title: str, callback: Callable[[], object]) -> None:
    """Offer something where the right button is pressed on a widget."""
    action = QAction(title, widget)
    action.triggered.connect(callback)
    widget.addAction(action)
    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
