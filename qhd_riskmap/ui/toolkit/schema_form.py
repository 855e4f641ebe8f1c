"""A form made from a schema: one editor and one error line per field, all bad fields marked at once.

Values travel as the same texts that a sheet's cells hold, so form, sheet and command line share the
parsing of `domain.schema`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QWidget,
)

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.schema import Field, FieldKind, Issue, Severity, read_fields
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_LONG_TEXT: Final = frozenset({"notes", "address"})
_LONG_HEIGHT: Final = 58
Editor = QLineEdit | QPlainTextEdit | QComboBox


class ChoiceBox(QComboBox):
    """A drop-down that the mouse wheel does not change while the form is scrolled past it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the scroll area unless the box has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class SchemaForm(QWidget):
    """Editors for a sequence of fields.

    Signals:
        edited: The officer changed a value.
    """

    edited = Signal()

    def __init__(
        self,
        fields: Sequence[Field],
        *,
        words: Mapping[str, Mapping[str, str]] | None = None,
        long_texts: Collection[str] = _LONG_TEXT,
        parent: QWidget | None = None,
    ) -> None:
        """Lay the fields out below each other.

        Args:
            fields: In display order.
            words: For choice fields whose values are keys: value → word shown, by field key.
            long_texts: Keys of the fields with room for several lines.
            parent: Qt parent.
        """
        super().__init__(parent)
        self.fields = tuple(fields)
        self._words = words or {}
        self._long_texts = frozenset(long_texts)
        self._editors: dict[str, Editor] = {}
        self._errors: dict[str, QLabel] = {}
        self._loading = False
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_S)
        grid.setVerticalSpacing(SPACE_XS)
        grid.setColumnStretch(1, 1)
        for number, field in enumerate(self.fields):
            self._add_row(grid, number * 2, field)

    def editor(self, key: str) -> Editor:
        """The editor of one field."""
        return self._editors[key]

    def error_text(self, key: str) -> str:
        """The complaint shown under one field, or ""."""
        return self._errors[key].text()

    def set_values(self, values: Mapping[str, AttributeValue | None]) -> None:
        """Show values; fields that are not named become empty."""
        self._loading = True
        try:
            for field in self.fields:
                self._show(field, _as_text(field, values.get(field.key)))
        finally:
            self._loading = False
        self.mark(())

    def texts(self) -> dict[str, str]:
        """What stands in the editors."""
        return {field.key: self._text(field) for field in self.fields}

    def read(self) -> tuple[dict[str, AttributeValue], list[Issue]]:
        """Typed values and issues; marks every bad field.

        A value that was typed and cannot be read is an error here, also for an optional field:
        unlike a sheet, the officer is present to mend it.
        """
        values, issues = read_fields(self.fields, self.texts())
        strict = [
            Issue(
                field=issue.field,
                code=issue.code,
                severity=Severity.ERROR,
                message=issue.message,
            )
            if issue.field not in values and issue.code != "missing"
            else issue
            for issue in issues
        ]
        self.mark(strict)
        return values, strict

    def mark(self, issues: Iterable[Issue]) -> None:
        """Show each issue under its field and frame the editors that hold errors."""
        by_field: dict[str, Issue] = {}
        for issue in issues:
            known = by_field.get(issue.field)
            if known is None or issue.severity is Severity.ERROR:
                by_field[issue.field] = issue
        for field in self.fields:
            found = by_field.get(field.key)
            label = self._errors[field.key]
            label.setText(found.message if found else "")
            label.setVisible(found is not None)
            bad = found is not None and found.severity is Severity.ERROR
            _set_property(label, "role", "error" if bad else "warning")
            _set_property(self._editors[field.key], "bad", bad)

    def focus_first_bad(self) -> None:
        """Put the cursor into the first field marked as an error."""
        for field in self.fields:
            editor = self._editors[field.key]
            if editor.property("bad"):
                editor.setFocus()
                return

    def set_read_only(self, *, read_only: bool) -> None:
        """Show without letting change."""
        for key in self._editors:
            self.lock(key, locked=read_only)

    def lock(self, key: str, *, locked: bool) -> None:
        """Show one field without letting it change, or let it change again."""
        editor = self._editors[key]
        if isinstance(editor, QComboBox):
            editor.setEnabled(not locked)
        else:
            editor.setReadOnly(locked)

    # -- rows -----------------------------------------------------------------------------------

    def _add_row(self, grid: QGridLayout, row: int, field: Field) -> None:
        editor = self._make_editor(field)
        editor.setObjectName(f"field-{field.key}")
        editor.setAccessibleName(field.header)
        help_text = _(field.help)
        if field.example and not isinstance(editor, QComboBox):
            editor.setPlaceholderText(_("例如：{example}").format(example=field.example))
        editor.setToolTip(help_text)
        # A wrapped name takes its star along.
        star = "\N{NO-BREAK SPACE}*" if field.required else ""
        label = QLabel(field.header + star)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setToolTip(help_text)
        label.setBuddy(editor)
        label.setFixedWidth(104)
        top = Qt.AlignmentFlag.AlignTop if isinstance(editor, QPlainTextEdit) else None
        label.setAlignment((top or Qt.AlignmentFlag.AlignVCenter) | Qt.AlignmentFlag.AlignLeft)
        error = QLabel()
        error.setObjectName(f"error-{field.key}")
        error.setTextFormat(Qt.TextFormat.PlainText)
        error.setWordWrap(True)
        error.hide()
        grid.addWidget(label, row, 0)
        grid.addWidget(editor, row, 1)
        grid.addWidget(error, row + 1, 0, 1, 2)
        self._editors[field.key] = editor
        self._errors[field.key] = error

    def _make_editor(self, field: Field) -> Editor:
        if field.choices or field.kind is FieldKind.BOOLEAN:
            return self._make_choice(field)
        if field.key in self._long_texts:
            long = QPlainTextEdit()
            long.setTabChangesFocus(True)
            long.setFixedHeight(_LONG_HEIGHT)
            long.textChanged.connect(self._changed)
            return long
        line = QLineEdit()
        if field.kind in {FieldKind.NUMBER, FieldKind.INTEGER}:
            line.setAlignment(Qt.AlignmentFlag.AlignRight)
        line.textEdited.connect(self._changed)
        return line

    def _make_choice(self, field: Field) -> QComboBox:
        box = ChoiceBox()
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        box.setMinimumContentsLength(6)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        if not field.required:
            box.addItem("", "")
        choices = field.choices or ("是", "否")
        words = self._words.get(field.key, {})
        for choice in choices:
            box.addItem(words.get(choice) or _(choice), choice)
        box.currentIndexChanged.connect(self._changed)
        return box

    def _show(self, field: Field, text: str) -> None:
        editor = self._editors[field.key]
        if isinstance(editor, QComboBox):
            place = editor.findData(text)
            if place < 0 and text:
                # A stored word that the rules no longer list is kept, not silently replaced.
                editor.addItem(text, text)
                place = editor.count() - 1
            editor.setCurrentIndex(place)
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText(text)
        else:
            editor.setText(text)
            editor.setCursorPosition(0)

    def _text(self, field: Field) -> str:
        editor = self._editors[field.key]
        if isinstance(editor, QComboBox):
            return str(editor.currentData() or "")
        if isinstance(editor, QPlainTextEdit):
            return editor.toPlainText()
        return editor.text()

    def _changed(self) -> None:
        if not self._loading:
            self.edited.emit()


def _as_text(field: Field, value: AttributeValue | None) -> str:
    if value is None:
        return ""
    if field.kind is FieldKind.BOOLEAN:
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def _set_property(widget: QWidget, name: str, value: object) -> None:
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
