"""Editing a cell in place: checked like the form, stored at once, one step to undo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QStyle,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from qhd_riskmap.domain.hazard import AttributeValue, Hazard
from qhd_riskmap.domain.record_fields import choice_words, common_fields, with_field
from qhd_riskmap.domain.schema import Field, FieldKind, Severity, clean_text, parse_value
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import ConflictError, InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.ui.toolkit.attribute_columns import NO, YES
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.history import Restated
from qhd_riskmap.ui.toolkit.level_delegate import LevelDelegate
from qhd_riskmap.ui.toolkit.record_table import FIELD_ROLE, TYPE_ROLE, VALUE_ROLE, RecordTableModel

Index = QModelIndex | QPersistentModelIndex


def read_cell(field: Field, text: str) -> tuple[AttributeValue | None, str]:
    """The value typed into a cell, and a warning that goes with it.

    Raises:
        InvalidInputError: It cannot be stored; the message says why.
    """
    tidy = clean_text(text)
    if tidy is None:
        if field.required:
            raise InvalidInputError(_("“{label}”不能为空。").format(label=_(field.label)))
        return None, ""
    value, issue = parse_value(field, tidy)
    if value is None and issue is not None:
        raise InvalidInputError(issue.message)
    warning = issue.message if issue is not None and issue.severity is Severity.WARNING else ""
    return value, warning


class RecordDelegate(LevelDelegate):
    """Level chips, and editors for the cells that may be edited.

    Args:
        parent: Qt parent.
        marked: Whether a row is to look selected, whatever Qt's selection model says.
    """

    def __init__(
        self, parent: QObject | None = None, *, marked: Callable[[int], bool] | None = None
    ) -> None:
        super().__init__(parent)
        self._marked = marked

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        if self._marked is not None and self._marked(index.row()):
            option.state |= QStyle.StateFlag.State_Selected
        super().paint(painter, option, index)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A list for choices, a line for everything else."""
        field = _field_at(index)
        choices = _choices(field) if field is not None else ()
        if field is None or not choices:
            line = QLineEdit(parent)
            line.setObjectName("cell-editor")
            return line
        box = QComboBox(parent)
        box.setObjectName("cell-editor")
        words = choice_words().get(field.key, {})
        if not field.required:
            box.addItem("", "")
        for choice in choices:
            box.addItem(words.get(choice) or _(choice), choice)
        del option
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Show what is stored."""
        value = str(index.data(VALUE_ROLE) or "")
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(0, editor.findData(value)))
        elif isinstance(editor, QLineEdit):
            editor.setText(value)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Pass on what changed and can be stored; say why where it cannot."""
        text = str(editor.currentData()) if isinstance(editor, QComboBox) else ""
        if isinstance(editor, QLineEdit):
            text = editor.text()
        field = _field_at(index)
        if field is None or text == str(index.data(VALUE_ROLE) or ""):
            return
        try:
            read_cell(field, text)
        except InvalidInputError as error:
            place = editor.mapToGlobal(editor.rect().bottomLeft())
            QToolTip.showText(place, _("没有保存。{reason}").format(reason=error.message))
            return
        model.setData(index, text)


class CellEditor(QObject):
    """Stores what was typed into cells."""

    def __init__(self, desk: Desk, model: RecordTableModel) -> None:
        super().__init__(model)
        self._desk = desk
        model.edited.connect(self.store)

    def store(self, hazard_id: str, revision: int, field_key: str, text: str) -> None:
        """Store one cell if nobody changed the hazard since it was shown."""
        table = self._desk.features.table
        row = table.row_of(hazard_id)
        field = _field(field_key, str(table.type_keys[row]) if row is not None else "")
        if field is None:
            return
        value, warning = read_cell(field, text)
        registry = self._desk.app.registry

        def work(_job: JobContext) -> tuple[Hazard, Hazard, Changes]:
            before = registry.get(hazard_id)
            if before.revision != revision:
                raise ConflictError(
                    _("“{name}”刚被 {actor} 修改过，您的修改没有保存。").format(
                        name=before.name, actor=before.updated_by
                    ),
                    hint=_("列表已更新，请核对后重新输入。"),
                )
            return (before, *registry.update(with_field(before, field_key, value)))

        def stored(result: tuple[Hazard, Hazard, Changes]) -> None:
            before, after, changes = result
            words = _("修改“{name}”的{label}").format(name=before.name, label=_(field.label))
            self._desk.history.add(Restated(words, before, after), [after])
            self._desk.notify(warning or _("已保存：{step}。").format(step=words), _kind(warning))
            self._desk.announce(changes)

        self._desk.run(
            work, title=_("正在保存…"), on_success=stored, on_failure=self._refused, quiet=True
        )

    def _refused(self, error: BaseException) -> None:
        self._desk.announce(Changes(hazards=True))
        self._desk.show_error(error)


def _kind(warning: str) -> str:
    return "warning" if warning else "success"


def _field_at(index: Index) -> Field | None:
    return _field(str(index.data(FIELD_ROLE) or ""), str(index.data(TYPE_ROLE) or ""))


def _field(key: str, type_key: str) -> Field | None:
    """A field every hazard has, or one of this type."""
    own = next((each.fields for each in taxonomy().types if each.key == type_key), ())
    return next((field for field in (*common_fields(), *own) if field.key == key), None)


def _choices(field: Field) -> tuple[str, ...]:
    if field.kind is FieldKind.BOOLEAN:
        return (YES, NO)
    return tuple(field.choices) if field.kind is FieldKind.CHOICE else ()
