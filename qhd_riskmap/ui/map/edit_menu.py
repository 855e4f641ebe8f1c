"""The edit menu of the map: the rarer operations, only those that fit what is selected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from qhd_riskmap.geo.outline import ShapeKind
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.tools import MENU_TOOLS
from qhd_riskmap.ui.toolkit.icons import icon


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What is selected, as far as the menu cares.

    Attributes:
        count: Number of hazards.
        kinds: Kinds of their shapes.
        types: Their hazard types.
        parts: Parts of the shape, if it is one hazard.
        node: A vertex of the shape in hand is chosen.
        may_edit: The officer may edit at all.
    """

    count: int = 0
    kinds: frozenset[ShapeKind] = frozenset()
    types: frozenset[str] = frozenset()
    parts: int = 0
    node: bool = False
    may_edit: bool = True

    @property
    def kind(self) -> ShapeKind | None:
        """The kind of the one selected hazard."""
        return next(iter(self.kinds)) if self.count == 1 else None


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    title: str
    hint: str
    icon_name: str
    fits: Callable[[Chosen], bool]


def _one(chosen: Chosen) -> bool:
    return chosen.count == 1


def _stretched(chosen: Chosen) -> bool:
    return chosen.kind in {ShapeKind.LINE, ShapeKind.AREA}


def _area(chosen: Chosen) -> bool:
    return chosen.kind is ShapeKind.AREA


def _alike(chosen: Chosen) -> bool:
    return chosen.count > 1 and len(chosen.kinds) == 1 and len(chosen.types) == 1


def _scattered(chosen: Chosen) -> bool:
    return _stretched(chosen) and chosen.parts > 1


def _node(chosen: Chosen) -> bool:
    return chosen.node


_FITS: Final[dict[str, Callable[[Chosen], bool]]] = {
    "move": _one,
    "rotate": _stretched,
    "reshape": _stretched,
    "split": _stretched,
    "hole": _area,
    "part": _one,
}
_ENTRIES: Final = (
    *(
        _Entry(tool.key, tool.title, tool.hint, tool.icon_name, _FITS[tool.key])
        for tool in MENU_TOOLS
    ),
    _Entry(
        "offset",
        N_("偏移与缓冲…"),
        N_("按距离画出平行线，或者周围一定距离的范围"),
        "arrow-expand-horizontal",
        _one,
    ),
    _Entry(
        "merge",
        N_("合并为一处…"),
        N_("把选中的几处同类隐患合并成一条记录"),
        "vector-combine",
        _alike,
    ),
    _Entry(
        "dissolve",
        N_("合并部件"),
        N_("把同一处隐患相接的几块连成一块"),
        "vector-union",
        _scattered,
    ),
    _Entry(
        "mend",
        N_("修复自相交…"),
        N_("先预览修复后的图形，确认后才修改"),
        "auto-fix",
        _area,
    ),
    _Entry(
        "delete-ring",
        N_("删除部件或洞"),
        N_("删除所选节点所在的那一块或那个洞（Shift+Delete）"),
        "delete-outline",
        _node,
    ),
)


class EditMenu(QMenu):
    """Rebuilt each time it opens.

    Signals:
        chosen: Key of an operation.
    """

    chosen = Signal(str)

    def __init__(self, ask: Callable[[], Chosen], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("edit-menu")
        self.setToolTipsVisible(True)
        self._ask = ask
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Offer what fits the selection, with a hint where nothing does."""
        self.clear()
        state = self._ask()
        if state.may_edit:
            for entry in _ENTRIES:
                if entry.fits(state):
                    action = self.addAction(icon(entry.icon_name), _(entry.title))
                    action.setObjectName(f"edit-{entry.key}")
                    action.setToolTip(_(entry.hint))
                    action.triggered.connect(lambda _on=False, key=entry.key: self.chosen.emit(key))
        if self.isEmpty():
            words = (
                _("先选中一处隐患")
                if not state.count
                else _("选中的隐患类型或图形不同，不能一起编辑")
            )
            if not state.may_edit:
                words = _("您没有编辑权限")
            nothing = self.addAction(words)
            nothing.setObjectName("edit-nothing")
            nothing.setEnabled(False)
