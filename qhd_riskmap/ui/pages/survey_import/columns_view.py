"""The columns of one sheet as a table: header, what each is taken for, how that was found, first values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QComboBox,
    QCompleter,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_column_choices import FieldGroup, how_recognised
from qhd_riskmap.services.survey_layout import ShownColumn
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.keyed_table import dress_table
from qhd_riskmap.ui.toolkit.page_parts import plain_tip
from qhd_riskmap.ui.toolkit.theme import theme

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
KEY_ROLE: Final = Role.UserRole
_NO_PARENT: Final = QModelIndex()
_TITLES: Final = (
    N_("列"),
    N_("对方的列名"),
    N_("认作"),
    N_("怎么认的"),
    N_("单位换算"),
    N_("前几个值"),
)
MEANING: Final = 2
_WIDTHS: Final = (44, 170, 190, 110, 160, 200)
_SOURCE_COLOURS: Final = {
    "label": "success",
    "alias": "success",
    "likeness": "warning",
    "choice": "accent",
    "remembered": "accent",
    "none": "muted",
}
_ARROW_PX: Final = 18
_OPENING: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


class ColumnsModel(QAbstractTableModel):
    """Columns of one sheet.

    Signals:
        chosen: The officer takes a column for a field: its header, key of the field, "" for none.
    """

    chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.columns: Sequence[ShownColumn] = ()

    def show_columns(self, columns: Sequence[ShownColumn]) -> None:
        """Show the columns of a sheet; those of the same sheet keep their editor and place."""
        same = [c.header for c in columns] == [c.header for c in self.columns]
        if same:
            self.columns = columns
            if columns:
                last = self.index(len(columns) - 1, len(_TITLES) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.columns = columns
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """One row per column of the sheet."""
        return 0 if parent.isValid() else len(self.columns)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """What is told of each."""
        return 0 if parent.isValid() else len(_TITLES)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Only the meaning is the officer's."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == MEANING else flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """Titles."""
        if orientation is Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return _(_TITLES[section])
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Words, colour or key of one cell."""
        if not index.isValid():
            return None
        column = self.columns[index.row()]
        if role in {Role.DisplayRole, Role.AccessibleTextRole}:
            return _text(column, index.column())
        if role == Role.ToolTipRole:
            return plain_tip(_text(column, index.column()))
        if role == KEY_ROLE:
            return column.key
        if role == Role.ForegroundRole and index.column() in {MEANING, MEANING + 1}:
            name = _SOURCE_COLOURS[column.source] if index.column() > MEANING else ""
            return QColor(getattr(theme(), name or ("text" if column.key else "muted")))
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Tell what the officer chose; it comes back with everything that follows from it."""
        if role != Role.EditRole or index.column() != MEANING:
            return False
        column = self.columns[index.row()]
        if str(value) == column.key and (value or column.source != "none"):
            return False
        self.chosen.emit(column.header, str(value))
        return True


def _text(column: ShownColumn, place: int) -> str:
    return (
        column.letters,
        column.header,
        column.label or _("保留为附加属性"),
        how_recognised(column),
        column.conversion,
        "　".join(column.samples),
    )[place]


class FieldBox(QComboBox):
    """All fields under their headings; typing a part of a name finds it."""

    def __init__(self, groups: Sequence[FieldGroup], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("field-box")
        self.setAccessibleName(_("这一列是"))
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(16)
        self.setModel(_items(groups))
        names = [text for row in range(self.count()) if (text := self.name_at(row))]
        self._finder = QCompleter(names, self)
        self._finder.setFilterMode(Qt.MatchFlag.MatchContains)
        self._finder.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(self._finder)
        self.view().setMinimumWidth(260)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is the delegate's: it takes what is written; the box would take the item it knows."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.accept()
            return
        super().keyPressEvent(event)

    def name_at(self, row: int) -> str:
        """Name of the field in a row; "" for a heading."""
        return self.itemText(row) if self.itemData(row, KEY_ROLE) is not None else ""

    def show_key(self, key: str) -> None:
        """Select a field."""
        self.setCurrentIndex(max(self.findData(key, KEY_ROLE), 0))
        line = self.lineEdit()
        if line is not None:
            line.selectAll()

    def key_in_hand(self) -> str | None:
        """The field written or chosen; None where what is written names none."""
        wanted = self.currentText().strip()
        for row in range(self.count()):
            if wanted and self.name_at(row) == wanted:
                return str(self.itemData(row, KEY_ROLE))
        self._finder.setCompletionPrefix(wanted)
        if wanted and self._finder.completionCount() == 1:
            return str(self.itemData(self.findText(self._finder.currentCompletion()), KEY_ROLE))
        return None


def _items(groups: Sequence[FieldGroup]) -> QStandardItemModel:
    model = QStandardItemModel()
    none = QStandardItem(_("保留为附加属性"))
    none.setData("", KEY_ROLE)
    model.appendRow(none)
    bold = QFont()
    bold.setBold(True)
    for group in groups:
        heading = QStandardItem(group.title)
        heading.setFont(bold)
        heading.setFlags(Qt.ItemFlag.NoItemFlags)
        model.appendRow(heading)
        for key, name in group.fields:
            item = QStandardItem(name)
            item.setData(key, KEY_ROLE)
            model.appendRow(item)
    return model


class FieldDelegate(QStyledItemDelegate):
    """A cell that looks like what it is: a drop-down list."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.groups: Sequence[FieldGroup] = ()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The name, and the arrow of a list."""
        if index.column() != MEANING:
            super().paint(painter, option, index)
            return
        narrow = QStyleOptionViewItem(option)
        narrow.rect = option.rect.adjusted(0, 0, -_ARROW_PX, 0)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(theme().selected))
        super().paint(painter, narrow, index)
        arrow = option.rect.adjusted(option.rect.width() - _ARROW_PX, 0, -2, 0)
        icon("menu-down", colour="muted").paint(painter, arrow)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """The list of fields."""
        del option, index
        box = FieldBox(self.groups, parent)
        box.activated.connect(lambda _row: self._take(box))
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Begin with what the column is taken for."""
        if isinstance(editor, FieldBox):
            editor.show_key(str(index.data(KEY_ROLE)))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Pass a field on; words that name none change nothing."""
        if isinstance(editor, FieldBox) and (key := editor.key_in_hand()) is not None:
            model.setData(index, key)

    def _take(self, box: FieldBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box, QAbstractItemDelegate.EndEditHint.NoHint)


class ColumnsTable(QTableView):
    """The view; a click or a key on a meaning opens the list."""

    def __init__(self, model: ColumnsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("columns-table")
        self.setAccessibleName(_("各列认作什么"))
        self.setModel(model)
        dress_table(self)
        self.setSortingEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.fields = FieldDelegate(self)
        self.setItemDelegate(self.fields)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.EditKeyPressed | trigger.AnyKeyPressed)
        header = self.horizontalHeader()
        for place, width in enumerate(_WIDTHS):
            self.setColumnWidth(place, width)
        header.setSectionResizeMode(len(_WIDTHS) - 1, QHeaderView.ResizeMode.Stretch)
        self.clicked.connect(self._open_list)

    def begin(self) -> None:
        """Put the cursor on the first meaning."""
        self.setCurrentIndex(self.model().index(0, MEANING))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and the space bar open the list; in a dialog Enter would be taken for yes."""
        index = self.currentIndex()
        if event.key() in _OPENING and index.isValid():
            self._open_list(index.siblingAtColumn(MEANING))
            return
        super().keyPressEvent(event)

    def _open_list(self, index: QModelIndex) -> None:
        if index.column() != MEANING:
            return
        self.setCurrentIndex(index)
        self.edit(index)
        box = self.viewport().findChild(FieldBox)
        if isinstance(box, FieldBox):
            # Shown within the click it would take the release of the button for a choice.
            QTimer.singleShot(0, box, box.showPopup)
