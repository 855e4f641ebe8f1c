"""The form of one inspection: who, when, the check list, what was found, photos; map and page share it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.inspection.checklist import CheckLists, Question
from qhd_riskmap.domain.inspection.record import (
    Answer,
    Finding,
    Inspection,
    InspectionResult,
    Verdict,
)
from qhd_riskmap.errors import ConflictError, InvalidInputError, UnreadableFileError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.date_field import DateField
from qhd_riskmap.ui.toolkit.page_parts import plain_tip, push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_HEADS: Final = (N_("检查项目"), N_("依据"), N_("结论"), N_("说明"), N_("转整改"))
_QUESTION, _BASIS, _VERDICT, _NOTE, _TASK = range(5)
_WIDTHS: Final = {_BASIS: 170, _VERDICT: 96, _NOTE: 150, _TASK: 64}
_SIZE: Final = (940, 690)
_TEXT_HEIGHT: Final = 62
_PICTURES: Final = "*.jpg *.jpeg *.png *.webp *.gif *.bmp *.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionEntry:
    """What was filled in.

    Attributes:
        told: The inspection.
        findings: What becomes remediation tasks.
        photos: Pictures to hang on it.
    """

    told: Inspection
    findings: tuple[Finding, ...]
    photos: tuple[Path, ...]


class InspectionDialog(QDialog):
    """Fill in and confirm; what the service refuses is said here, and nothing typed is lost.

    Signals:
        confirmed: An `InspectionEntry`.
    """

    confirmed = Signal(object)

    def __init__(
        self,
        hazard: Hazard,
        asked: CheckLists,
        *,
        today: date,
        inspector: str,
        sheet: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """Lay the form out.

        Args:
            hazard: What was inspected.
            asked: The check lists in force.
            today: The day that is proposed.
            inspector: Who is proposed.
            sheet: Identity of the sheet that is typed in, "" for none.
            parent: Qt parent.
        """
        super().__init__(parent)
        self.setObjectName("inspection-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("登记检查"))
        size_on_screen(self, *_SIZE)
        self.hazard, self._version, self._sheet = hazard, asked.version, sheet
        self.questions: tuple[Question, ...] = asked.of(hazard.type_key)
        self.photos: list[Path] = []
        self.day = DateField("inspection-day", _("检查日期"))
        self.day.set_day(today)
        self.inspector = self._line("inspection-inspector", _("检查人"), inspector)
        self.phone = self._line("inspection-phone", _("电话"), "")
        self.outcome = QComboBox()
        self.outcome.setObjectName("inspection-result")
        self.outcome.setAccessibleName(_("检查结果"))
        for result in InspectionResult:
            self.outcome.addItem(_(result.label), result.value)
        self.table = QTableWidget(len(self.questions), len(_HEADS))
        self._fill_table()
        self.problems = self._text("inspection-problems", _("发现的问题"))
        self.problems.setPlaceholderText(
            _("检查表以外发现的问题，每行一个；登记后各成一项整改任务")
        )
        self.problems.textChanged.connect(self._something_found)
        self.note = self._text("inspection-note", _("其他情况"))
        self.photo_list = words("", role="muted", name="inspection-photos")
        self.reasons = words("", role="error", name="inspection-reasons")
        self.reasons.hide()
        self._build()

    # -- building -------------------------------------------------------------------------------

    def _line(self, name: str, label: str, text: str) -> QLineEdit:
        line = QLineEdit(text)
        line.setObjectName(name)
        line.setAccessibleName(label)
        return line

    def _text(self, name: str, label: str) -> QPlainTextEdit:
        text = QPlainTextEdit()
        text.setObjectName(name)
        text.setAccessibleName(label)
        text.setTabChangesFocus(True)
        text.setFixedHeight(_TEXT_HEIGHT)
        return text

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_S)
        title = f"{self.hazard.name}（{self.hazard.code}）"
        layout.addWidget(words(title, role="section", name="inspection-hazard"))
        layout.addLayout(self._head())
        layout.addWidget(self.table, 1)
        texts = QGridLayout()
        texts.setSpacing(SPACE_S)
        for column, (label, editor) in enumerate(
            ((_("发现的问题"), self.problems), (_("其他情况"), self.note))
        ):
            texts.addWidget(QLabel(label), 0, column)
            texts.addWidget(editor, 1, column)
        layout.addLayout(texts)
        row = QHBoxLayout()
        row.addWidget(
            push_button(
                _("添加照片…"), "inspection-add-photos", self.ask_photos, glyph="camera-outline"
            )
        )
        row.addWidget(self.photo_list, 1)
        layout.addLayout(row)
        layout.addWidget(self.reasons)
        layout.addWidget(self._buttons())

    def _head(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(SPACE_S)
        parts = (
            (_("检查日期"), self.day), (_("检查人"), self.inspector), (_("电话"), self.phone),
            (_("检查结果"), self.outcome),
        )  # fmt: skip
        for column, (text, editor) in enumerate(parts):
            label = QLabel(text)
            label.setBuddy(editor)
            grid.addWidget(label, 0, column)
            grid.addWidget(editor, 1, column)
            grid.setColumnStretch(column, 1)
        self.all_pass = push_button(
            _("全部合格"), "inspection-all-pass", self.pass_all, glyph="check-all"
        )
        grid.addWidget(self.all_pass, 1, len(parts))
        return grid

    def _fill_table(self) -> None:
        table = self.table
        table.setObjectName("inspection-answers")
        table.setAccessibleName(_("检查表"))
        table.setHorizontalHeaderLabels([_(head) for head in _HEADS])
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.setTabKeyNavigation(False)
        table.setWordWrap(True)
        header = table.horizontalHeader()
        header.setSectionResizeMode(_QUESTION, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            table.setColumnWidth(column, width)
        for row, question in enumerate(self.questions):
            for column, text in ((_QUESTION, question.text), (_BASIS, question.source)):
                item = QTableWidgetItem(text)
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                item.setToolTip(plain_tip(item.text()))
                table.setItem(row, column, item)
            table.setCellWidget(row, _VERDICT, self._verdict_box(row, question))
            table.setItem(row, _NOTE, QTableWidgetItem(""))
            tick = QCheckBox()
            tick.setObjectName(f"task-{question.key}")
            tick.setAccessibleName(_("转为整改任务"))
            tick.setChecked(True)
            table.setCellWidget(row, _TASK, tick)
            tick.hide()

    def _verdict_box(self, row: int, question: Question) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"verdict-{question.key}")
        box.setAccessibleName(_("结论"))
        box.addItem("", None)
        for verdict in Verdict:
            box.addItem(_(verdict.label), verdict.value)
        box.currentIndexChanged.connect(lambda _at, row=row: self._answered(row))
        return box

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        self.ok = box.addButton(_("登记"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setObjectName("inspection-ok")
        self.ok.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        cancel = box.addButton(_("取消"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setObjectName("inspection-cancel")
        self.ok.clicked.connect(self._confirm)
        cancel.clicked.connect(self.reject)
        return box

    # -- answers --------------------------------------------------------------------------------

    def verdict_box(self, row: int) -> QComboBox:
        """Where the answer of a row is chosen."""
        box = self.table.cellWidget(row, _VERDICT)
        if not isinstance(box, QComboBox):
            raise TypeError("answers are chosen from a list")
        return box

    def task_tick(self, row: int) -> QCheckBox:
        """Whether a failed answer becomes a task."""
        tick = self.table.cellWidget(row, _TASK)
        if not isinstance(tick, QCheckBox):
            raise TypeError("tasks are ticked")
        return tick

    def pass_all(self) -> None:
        """Answer what is still open with 合格."""
        for row in range(len(self.questions)):
            box = self.verdict_box(row)
            if box.currentData() is None:
                box.setCurrentIndex(box.findData(Verdict.PASS.value))

    def answers(self) -> tuple[Answer, ...]:
        """What was answered."""
        found = []
        for row, question in enumerate(self.questions):
            verdict = self.verdict_box(row).currentData()
            if verdict is not None:
                note = self.table.item(row, _NOTE)
                text = note.text().strip() if note is not None else ""
                found.append(
                    Answer(
                        key=question.key,
                        question=question.text,
                        verdict=Verdict(verdict),
                        note=text,
                    )
                )
        return tuple(found)

    def entry(self, on: date) -> InspectionEntry:
        """What is filled in."""
        answers = self.answers()
        basis = {question.key: question.source for question in self.questions}
        ticked = {
            question.key
            for row, question in enumerate(self.questions)
            if self.task_tick(row).isChecked()
        }
        findings = [
            Finding(problem=answer.problem, basis=basis[answer.key], question=answer.key)
            for answer in answers
            if answer.verdict is Verdict.FAIL and answer.key in ticked
        ]
        findings += [Finding(problem=line) for line in self._problem_lines()]
        told = Inspection(
            on=on, inspector=self.inspector.text(), phone=self.phone.text(),
            result=InspectionResult(self.outcome.currentData()), note=self.note.toPlainText(),
            answers=answers, checklist=self._version if answers else "", sheet=self._sheet,
        )  # fmt: skip
        return InspectionEntry(told=told, findings=tuple(findings), photos=tuple(self.photos))

    def _problem_lines(self) -> list[str]:
        return [text for line in self.problems.toPlainText().splitlines() if (text := line.strip())]

    def _answered(self, row: int) -> None:
        failed = self.verdict_box(row).currentData() == Verdict.FAIL.value
        self.task_tick(row).setVisible(failed)
        if failed:
            self._something_found()

    def _something_found(self) -> None:
        """Where a problem is written down, the result says so."""
        if self._problem_lines() or any(a.verdict is Verdict.FAIL for a in self.answers()):
            self.outcome.setCurrentIndex(self.outcome.findData(InspectionResult.PROBLEMS.value))

    # -- photos ---------------------------------------------------------------------------------

    def ask_photos(self) -> None:
        """Choose pictures."""
        names, _kind = QFileDialog.getOpenFileNames(
            self, _("添加照片"), "", _("照片和文件 ({kinds})").format(kinds=_PICTURES)
        )
        self.add_photos([Path(name) for name in names])

    def add_photos(self, paths: Sequence[Path]) -> None:
        """Take pictures to be kept with the inspection."""
        self.photos = list(dict.fromkeys((*self.photos, *paths)))
        self.photo_list.setText("、".join(path.name for path in self.photos))

    # -- confirming -----------------------------------------------------------------------------

    def refuse(self, error: BaseException) -> bool:
        """Say why it was refused; False for an error that is not about what was filled in."""
        if isinstance(error, (InvalidInputError, ConflictError, UnreadableFileError)):
            self._show_problem(f"{error.message}{error.hint}")
            return True
        return False

    def _show_problem(self, text: str) -> None:
        self.ok.setEnabled(True)
        self.reasons.setText(text)
        self.reasons.setVisible(bool(text))

    def _confirm(self) -> None:
        day = self.day.day()
        if day is None:
            self._show_problem(_("请填写检查日期，例如 2026-11-23。"))
            return
        self._show_problem("")
        self.ok.setEnabled(False)
        self.confirmed.emit(self.entry(day))
