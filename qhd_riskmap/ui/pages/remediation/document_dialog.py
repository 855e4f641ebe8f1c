"""Documents of one task on the desk: which can be made, what is filled in, made and opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.remediation.document_rules import DocumentRules
from qhd_riskmap.domain.remediation.documents import GIVEN, document_kinds
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.office_documents import MadeDocument
from qhd_riskmap.ui.pages.remediation.law_dialog import LawDialog
from qhd_riskmap.ui.toolkit.date_field import DateField
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.outside_files import copies_folder, open_file
from qhd_riskmap.ui.toolkit.page_parts import push_button, set_role, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_NOTE: Final = "note"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the dialog begins with."""

    possible: Mapping[str, tuple[str, ...]]
    given: Mapping[str, str]
    provisions: DocumentRules


class DocumentDialog(QDialog):
    """Chooses a kind and fills in what the register does not know.

    Signals:
        make_wanted: Kind, day, what was filled in.
        template_wanted: The office's own template of a kind is to be edited.
        law_wanted: The provisions are to be edited.
    """

    make_wanted = Signal(str, object, object)
    template_wanted = Signal(str)
    law_wanted = Signal()

    def __init__(
        self,
        number: str,
        today: date,
        known: _Known,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("document-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("文书：{number}").format(number=number))
        self.resize(560, 520)
        possible, given = known.possible, known.given
        self._possible, self._provisions = possible, known.provisions
        self.kind = QComboBox()
        self.kind.setObjectName("document-kind")
        self.kind.setAccessibleName(_("文书种类"))
        for kind in document_kinds():
            self.kind.addItem(kind.title, kind.key)
        self.day = DateField("document-day", _("落款日期"))
        self.day.set_day(today)
        self.law = words("", role="muted", name="document-law")
        self.why = words("", role="muted", name="document-why")
        self.fields: dict[str, QLineEdit] = {}
        form = QFormLayout()
        form.setSpacing(SPACE_S)
        form.addRow(_("文书种类"), self.kind)
        form.addRow(_("落款日期"), self.day)
        for key, label in GIVEN.items():
            line = QLineEdit(given.get(key, ""))
            line.setObjectName(f"document-{key}")
            line.setAccessibleName(_(label))
            self.fields[key] = line
            form.addRow(_(label), line)
        self.make = push_button(_("制作"), "document-make", self._make, primary=True)
        close = push_button(_("关闭"), "document-close", self.reject)
        self.template = push_button(_("改模板…"), "document-template", self._edit_template)
        self.template.setToolTip(_("把这种文书的模板放进“文书模板”文件夹，用 Word 修改"))
        row = QHBoxLayout()
        self.laws = push_button(_("法律依据…"), "document-laws", self.law_wanted.emit)
        row.addWidget(self.template)
        row.addWidget(self.laws)
        row.addStretch(1)
        row.addWidget(self.make)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addLayout(form)
        layout.addWidget(self.law)
        layout.addWidget(self.why)
        layout.addStretch(1)
        layout.addLayout(row)
        self.kind.currentIndexChanged.connect(self._chosen)
        first = next((k.key for k in document_kinds() if not possible[k.key]), "")
        self.kind.setCurrentIndex(max(0, self.kind.findData(first)))
        self._chosen()

    def take_provisions(self, provisions: DocumentRules) -> None:
        """Other provisions are in force now."""
        self._provisions = provisions
        self._chosen()

    def _chosen(self) -> None:
        law = self._provisions.laws[str(self.kind.currentData())]
        mark = f"（{_(law.confidence.label)}）" if law.confidence.doubtful else ""
        self.law.setText(_("依据：{source}").format(source=f"{law.text}{mark}"))
        reasons = self._possible[str(self.kind.currentData())]
        self.make.setEnabled(not reasons)
        hint = _("空着的执法人员、证号、联系人在纸上留线手填。文书存入任务的材料。")
        self.why.setText("".join(reasons) or hint)
        set_role(self.why, "warning" if reasons else "muted")

    def _edit_template(self) -> None:
        self.template_wanted.emit(str(self.kind.currentData()))

    def _make(self) -> None:
        day = self.day.day()
        if day is None:
            self.why.setText(_("请填写落款日期。"))
            set_role(self.why, "warning")
            return
        self.make.setEnabled(False)
        given = {key: line.text() for key, line in self.fields.items()}
        self.make_wanted.emit(str(self.kind.currentData()), day, given)


class DocumentActions(QObject):
    """Does the work of the dialog beside the window."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self.dialog: DocumentDialog | None = None
        self.laws: LawDialog | None = None

    def ask(self, number: str) -> None:
        """Open the dialog for a task."""
        service = self._desk.app.documents

        def read(_job: object) -> _Known:
            return _Known(service.possible([number]), service.last_given(), service.provisions())

        self._desk.run(
            read, title=_("正在读取文书…"), on_success=partial(self._show, number), quiet=True
        )

    # -- inside -----------------------------------------------------------------------------------

    def _show(self, number: str, known: _Known) -> None:
        today = self._desk.app.remediation.today()
        dialog = DocumentDialog(number, today, known, self._window)
        dialog.make_wanted.connect(partial(self._make, number))
        dialog.template_wanted.connect(self._edit_template)
        dialog.law_wanted.connect(self._edit_law)
        dialog.template.setEnabled(Permission.ADMINISTER in self._desk.app.actor.permissions)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()

    def _make(self, number: str, kind: str, day: date, given: Mapping[str, str]) -> None:
        service = self._desk.app.documents
        self._desk.run(
            lambda _job: service.make(kind, [number], given, on=day),
            title=_("正在制作文书…"),
            on_success=self._made,
            on_failure=self._not_made,
        )

    def _made(self, result: tuple[MadeDocument, Changes]) -> None:
        made, changes = result
        if self.dialog is not None:
            self.dialog.accept()
        self._desk.announce(changes)
        self._desk.notify(
            _("已制作 {name}，存入任务的材料。").format(name=made.file.name),
            "success",
            action=_("打开"),
            callback=partial(self._open, made),
        )

    def _not_made(self, error: BaseException) -> None:
        if self.dialog is not None:
            self.dialog.make.setEnabled(True)
        self._desk.show_error(error)

    def _edit_template(self, kind: str) -> None:
        service = self._desk.app.documents
        self._desk.run(
            lambda _job: service.copy_template(kind),
            title=_("正在准备模板…"),
            on_success=open_file,
        )

    def _edit_law(self) -> None:
        self.laws = LawDialog(self._desk, self.dialog or self._window)
        self.laws.finished.connect(self._law_edited)
        self.laws.open()

    def _law_edited(self) -> None:
        self.laws = None
        service = self._desk.app.documents
        self._desk.run(
            lambda _job: service.provisions(),
            title=_("正在读取规则…"),
            on_success=self._take_provisions,
            quiet=True,
        )

    def _take_provisions(self, found: DocumentRules) -> None:
        if self.dialog is not None:
            self.dialog.take_provisions(found)

    def _open(self, made: MadeDocument) -> None:
        path = copies_folder() / made.file.name
        path.write_bytes(made.content)
        open_file(path)

    def _closed(self) -> None:
        self.dialog = None
