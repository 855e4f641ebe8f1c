"""The register of receptors: a list comes in with all its problems, then it is kept."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.receptor import Receptor, kind_of
from qhd_riskmap.domain.region import regions
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.receptors import ReceptorPreview
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_S


def _households(each: Receptor) -> str:
    return "" if each.households is None else str(each.households)


def _county(each: Receptor) -> str:
    return _(regions().get(each.county).name) if each.county else ""


_RECEPTORS: Final = (
    ListColumn(title=N_("名称"), text=lambda each: each.name, width=0),
    ListColumn(title=N_("类别"), text=lambda each: each.kind),
    ListColumn(
        title=N_("人数"), text=lambda each: str(each.people), width=80, right=True,
        key=lambda each: each.people,
    ),
    ListColumn(
        title=N_("户数"), text=_households, width=80, right=True,
        key=lambda each: each.households or 0,
    ),
    ListColumn(title=N_("县区"), text=_county),
    ListColumn(title=N_("乡镇"), text=lambda each: each.township),
)  # fmt: skip
_PROBLEMS: Final = (
    ListColumn(
        title=N_("行"), text=lambda each: str(each.row), width=60, right=True,
        key=lambda each: each.row,
    ),
    ListColumn(title=N_("名称"), text=lambda each: each.name, width=200),
    ListColumn(title=N_("问题"), text=lambda each: each.message, width=0),
)  # fmt: skip


class ReceptorPanel(QWidget):
    """Receptors."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.preview: ReceptorPreview | None = None
        self.load_button = push_button(
            _("选择名单…"), "receptors-load", self._ask, glyph="file-upload-outline", primary=True
        )
        self.store_button = push_button(_("入库"), "receptors-store", self.store, glyph="check")
        self.remove_button = push_button(
            _("停用选中的"), "receptors-remove", self.remove, glyph="delete-outline"
        )
        self.note = words(
            _(
                "村庄、学校、医院等受体自成一册，名单要有名称、类别、人数、经度、纬度（村庄另有户数）；"
                "公路、水源等可用 GeoJSON。"
            ),
            name="receptors-note",
        )
        self.problems = ListTable(ListModel(_PROBLEMS), "receptors-problems", _("问题"))
        self.problems.hide()
        self.summary = words(role="muted", name="receptors-summary")
        self.list = ListTable(ListModel(_RECEPTORS), "receptors-list", _("受体"))
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        for button in (self.load_button, self.store_button):
            top.addWidget(button)
        top.addStretch(1)
        top.addWidget(self.remove_button)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE_S)
        layout.addLayout(top)
        layout.addWidget(self.note)
        layout.addWidget(self.problems, 1)
        layout.addWidget(self.summary)
        layout.addWidget(self.list, 2)
        self._permit()

    def reload(self) -> None:
        """Read the receptors in force."""
        service = self._desk.app.receptors
        self._desk.run(
            lambda _job: service.all(), title=_("正在读取受体…"), on_success=self._show, quiet=True
        )

    def load(self, path: Path) -> None:
        """Read a list, not stored yet."""
        service = self._desk.app.receptors
        self._desk.run(
            lambda _job: service.preview(path), title=_("正在读取名单…"), on_success=self._previewed
        )

    def store(self) -> None:
        """Store the good rows of the list."""
        preview, service = self.preview, self._desk.app.receptors
        if preview is not None:
            self._desk.run(
                lambda _job: service.commit(preview), title=_("正在入库…"), on_success=self._stored
            )

    def remove(self) -> None:
        """Take the chosen receptors out of force."""
        ids, service = [each.id for each in self.list.selected()], self._desk.app.receptors
        if ids:
            self._desk.run(
                lambda _job: service.remove(ids),
                title=_("正在停用…"),
                on_success=self._desk.announce,
            )

    def _previewed(self, preview: ReceptorPreview) -> None:
        self.preview = preview
        unknown = "、".join(preview.notes)
        lines = [
            _("{file}：可用 {good} 行，有问题 {bad} 行；坐标按 {datum} 读。").format(
                file=preview.file, good=len(preview.receptors), bad=len(preview.problems),
                datum=preview.datum,
            )
        ]  # fmt: skip
        if unknown:
            lines.append(_("不认识的类别按“其他”计：{words}").format(words=unknown))
        self.note.setText("\n".join(lines))
        self.problems.list_model.show_rows(preview.problems)
        self.problems.setVisible(bool(preview.problems))
        self._permit()

    def _stored(self, result: tuple[int, Changes]) -> None:
        count, changes = result
        self.preview = None
        self._permit()
        self._desk.notify(_("已入库 {n} 处受体。").format(n=count), "success")
        self._desk.announce(changes)

    def _show(self, found: list[Receptor]) -> None:
        kinds = Counter(_(kind_of(each.kind).label) for each in found)
        people = sum(each.people for each in found)
        words_of = "，".join(f"{kind} {n}" for kind, n in kinds.items())
        self.summary.setText(
            _("在册 {n} 处、{people} 人。{kinds}").format(
                n=len(found), people=people, kinds=words_of
            )
        )
        self.list.list_model.show_rows(found)

    def _permit(self) -> None:
        held = self._desk.app.actor.permissions
        self.store_button.setEnabled(bool(self.preview and self.preview.receptors))
        permit(self.load_button, Permission.IMPORT, held)
        permit(self.store_button, Permission.IMPORT, held)
        permit(self.remove_button, Permission.EDIT, held)

    def _ask(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(
            self,
            _("受体名单"),
            "",
            _("名单 ({endings})").format(endings="*.xlsx *.xls *.ods *.csv *.geojson *.json"),
        )
        if name:
            self.load(Path(name))
