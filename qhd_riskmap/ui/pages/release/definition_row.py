"""Choosing, saving and forgetting a release definition above the order form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.release_definitions import ordered
from qhd_riskmap.storage.release_definition_repository import SavedDefinition
from qhd_riskmap.ui.pages.release.order_form import OrderForm
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button
from qhd_riskmap.ui.toolkit.schema_form import ChoiceBox
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_LEAST_LETTERS: Final = 8


class DefinitionRow(QWidget):
    """A box of the saved definitions; choosing one fills the form."""

    def __init__(self, desk: Desk, form: OrderForm) -> None:
        super().__init__()
        self._desk = desk
        self._form = form
        self.saved: tuple[SavedDefinition, ...] = ()
        self.box = ChoiceBox()
        self.box.setObjectName("release-definition")
        self.box.setAccessibleName(_("发布方案"))
        # A long name must not push the buttons out of the column.
        self.box.setSizeAdjustPolicy(
            ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.setMinimumContentsLength(_LEAST_LETTERS)
        self.box.activated.connect(self._choose)
        self.keep = push_button(_("存为方案…"), "definition-save", self.ask_name)
        self.forget = push_button(_("删除方案"), "definition-delete", self.remove)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.box, 1)
        row.addWidget(self.keep)
        row.addWidget(self.forget)
        self.show_saved(())

    def reload(self, chosen: str = "") -> None:
        """Read the saved definitions again."""
        self._desk.run(
            lambda _job: self._desk.app.release_definitions.all(),
            title=_("正在读取发布方案…"),
            on_success=lambda saved: self.show_saved(saved, chosen),
            quiet=True,
        )

    def show_saved(self, saved: Sequence[SavedDefinition], chosen: str = "") -> None:
        """List definitions."""
        self.saved = tuple(saved)
        with QSignalBlocker(self.box):
            self.box.clear()
            self.box.addItem(_("选用发布方案…"), "")
            for each in self.saved:
                self.box.addItem(each.name, each.name)
            self.box.setCurrentIndex(max(0, self.box.findData(chosen)))
        self.forget.setEnabled(self.box.currentIndex() > 0)

    def ask_name(self) -> None:
        """Ask for a name and keep what the form says."""
        name, given = QInputDialog.getText(
            self, _("存为方案"), _("方案名称："), text=self.box.currentData() or ""
        )
        if given:
            self.save(name)

    def save(self, name: str) -> None:
        """Keep what the form says under a name."""
        order = self._form.order()
        self._desk.run(
            lambda _job: self._desk.app.release_definitions.save(name, order),
            title=_("正在保存方案…"),
            on_success=lambda _changes: self._saved(name),
        )

    def remove(self) -> None:
        """Forget the chosen definition."""
        name = self.box.currentData()
        self._desk.run(
            lambda _job: self._desk.app.release_definitions.remove(name),
            title=_("正在删除方案…"),
            on_success=lambda _changes: self.reload(),
        )

    def _saved(self, name: str) -> None:
        self._desk.notify(_("已存为方案“{name}”。").format(name=name), "success")
        self._desk.announce(Changes(releases=True))
        self.reload(" ".join(name.split()))

    def _choose(self, index: int) -> None:
        self.forget.setEnabled(index > 0)
        if index > 0:
            folder = self._form.order().out_dir
            self._form.show_order(ordered(self.saved[index - 1].content, folder))
