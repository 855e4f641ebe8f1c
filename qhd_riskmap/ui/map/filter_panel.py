"""The panel left of the map: what is shown, and what the signs mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.cartography.legend import LegendEntry
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.legend_view import LegendView
from qhd_riskmap.ui.toolkit.facet_list import FacetList
from qhd_riskmap.ui.toolkit.facets import FACETS, FacetIndex
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS

_WIDTH = 218
_LAYERS = (
    ("basemap", N_("行政区划和海域")),
    ("labels", N_("隐患名称")),
    ("hatch", N_("面状隐患填充花纹")),
)


class FilterPanel(QFrame):
    """Filters with counts, layers, legend.

    Signals:
        filtered: The filter changed.
        layers_changed: Which layers to paint changed.
    """

    filtered = Signal()
    layers_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setMinimumWidth(_WIDTH)
        self.lists = {facet.key: FacetList(facet) for facet in FACETS}
        self.layer_boxes: dict[str, QCheckBox] = {}
        self.legend = LegendView()
        self.count = QLabel()
        self.count.setObjectName("filter-count")
        self.count.setProperty("role", "muted")
        self.clear_button = QPushButton(_("清除"))
        self.clear_button.setObjectName("filter-clear")
        self.clear_button.setToolTip(_("取消所有筛选条件"))
        self.clear_button.clicked.connect(self.clear)
        top = QHBoxLayout()
        top.addWidget(self.count, 1)
        top.addWidget(self.clear_button)
        filters, column = _scrolled("filter-scroll")
        layers, self._layer_column = _scrolled("layer-scroll")
        for facet in FACETS:
            column.addWidget(_heading(_(facet.title)))
            column.addWidget(self.lists[facet.key])
            self.lists[facet.key].chosen.connect(self._changed)
        column.addWidget(_heading(_("图例")))
        column.addWidget(self.legend)
        column.addStretch(1)
        for key, title in _LAYERS:
            box = QCheckBox(_(title))
            box.setObjectName(f"layer-{key}")
            box.setChecked(True)
            box.toggled.connect(self.layers_changed)
            self.layer_boxes[key] = box
            self._layer_column.addWidget(box)
        self._layer_column.addStretch(1)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("filter-tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(filters, _("筛选与图例"))
        self.tabs.addTab(layers, _("图层"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_XS, SPACE_S)
        layout.addLayout(top)
        layout.addWidget(self.tabs, 1)

    def add_to_layers(self, widget: QWidget, *, above: bool = False) -> None:
        """Put a part onto the tab of the layers, below what is there or above it."""
        place = 0 if above else self._layer_column.count() - 1
        self._layer_column.insertWidget(place, widget)

    def wanted(self) -> dict[str, frozenset[str]]:
        """The chosen values by facet key."""
        return {key: each.checked() for key, each in self.lists.items()}

    def choose(self, wanted: Mapping[str, frozenset[str]]) -> None:
        """Check exactly these values."""
        for key, each in self.lists.items():
            each.set_checked(wanted.get(key, frozenset()))

    def clear(self) -> None:
        """Check nothing."""
        self.choose({})

    def show_counts(self, index: FacetIndex, shown: int) -> None:
        """Renew the counts beside the values."""
        wanted = self.wanted()
        for key, each in self.lists.items():
            present = index.counts(key, {})
            there = frozenset(value for value, number in present.items() if number)
            each.show_counts(index.counts(key, wanted), there)
        self.count.setText(_("显示 {shown:,} / {total:,}").format(shown=shown, total=index.size))
        self.clear_button.setEnabled(any(wanted.values()))

    def show_legend(self, entries: tuple[LegendEntry, ...]) -> None:
        """Renew the legend."""
        self.legend.show_entries(entries)

    def options(self, options: MapOptions) -> MapOptions:
        """``options`` with the layers chosen here."""
        on = {key: box.isChecked() for key, box in self.layer_boxes.items()}
        return replace(
            options,
            basemap=on["basemap"],
            labels=on["labels"],
            hatch=on["hatch"],
        )

    def _changed(self) -> None:
        self.filtered.emit()


def _scrolled(name: str) -> tuple[QScrollArea, QVBoxLayout]:
    body = QWidget()
    body.setObjectName("scroll-body")
    column = QVBoxLayout(body)
    column.setContentsMargins(0, SPACE_XS, SPACE_S, 0)
    column.setSpacing(SPACE_XS)
    scroll = QScrollArea()
    scroll.setObjectName(name)
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(body)
    return scroll, column


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("role", "section")
    label.setContentsMargins(0, SPACE_S, 0, 0)
    return label
