"""How one record is published: its type's way, what may be chosen instead, and what the public would see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.cartography.symbols import level_label, type_label
from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.release_decision import (
    ReleaseDecision,
    checked_decision,
    closeness,
    looser_classes,
    stricter_classes,
    undecidable,
)
from qhd_riskmap.domain.taxonomy import HazardType, ReleaseClass, taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.release_decisions import LONGEST_REASON, RecordStanding
from qhd_riskmap.ui.map.decision_sight import DecisionSight, Sight, sight_of
from qhd_riskmap.ui.toolkit.date_field import DateField
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S, theme

_SIZE: Final = (960, 700)
_EXCLUDED: Final = {
    "secrecy": N_("这条记录标为“内部”或“涉密”，现在不公开；决定在改为“公开”以后起作用。"),
    "closed": N_("这条记录已销号，现在不公开；决定在重新启用以后起作用。"),
    "deleted": N_("这条记录已删除，现在不公开；决定在恢复以后起作用。"),
}
_PAST: Final = (
    ListColumn(title=N_("日期"), text=lambda d: d.decided_on.isoformat(), width=92),
    ListColumn(title=N_("公开方式"), text=lambda d: _(d.release_class.label), width=150),
    ListColumn(title=N_("审核人"), text=lambda d: d.reviewer, width=84),
    ListColumn(title=N_("依据"), text=lambda d: d.basis, width=0),
    ListColumn(title=N_("理由"), text=lambda d: d.reason, width=0),
    ListColumn(title=N_("记录人"), text=lambda d: d.recorded_by, width=84),
)


@dataclass(frozen=True, slots=True)
class _Drawn:
    wanted: ReleaseClass
    sight: Sight


class DecisionDialog(QDialog):
    """One record: choose, look, sign."""

    def __init__(
        self,
        desk: Desk,
        hazard_id: str,
        parent: QWidget | None = None,
        *,
        withdraw: bool = False,
    ) -> None:
        """Open on a record.

        Args:
            desk: The desk.
            hazard_id: Id of the record.
            parent: Window it belongs to.
            withdraw: Choose the type's own way from the start.
        """
        super().__init__(parent)
        self.setObjectName("release-decision")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("公开方式"))
        self._desk, self._id, self._withdraw = desk, hazard_id, withdraw
        self.standing: RecordStanding | None = None
        self.choices: dict[ReleaseClass, QRadioButton] = {}
        self.drawn: ReleaseClass | None = None
        self._build()
        size_on_screen(self, *_SIZE)
        self.reload()

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.title = words(role="title", name="decision-title")
        self.about = words(role="muted", name="decision-about")
        self.note = words(name="decision-note")
        self.note.hide()
        self.group = QButtonGroup(self)
        self.group.buttonToggled.connect(lambda _button, on: self._chosen() if on else None)
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE_S)
        self.sight = DecisionSight()
        left = QVBoxLayout()
        left.setSpacing(SPACE_S)
        left.addWidget(words(_("怎样公开"), role="section"))
        left.addLayout(self._list)
        left.addStretch(1)
        upper = QHBoxLayout()
        upper.setSpacing(SPACE_L)
        upper.addLayout(left, 1)
        upper.addWidget(self.sight)
        self.reviewer = self._line("decision-reviewer", _("审核人"))
        self.on = DateField("decision-on", _("决定日期"))
        self.on.set_day(date.today())  # noqa: DTZ011 - the desk's own calendar
        self.basis = self._line("decision-basis", _("依据"))
        self.reason = self._line("decision-reason", _("理由"))
        for line in (self.reviewer, self.on.line, self.basis, self.reason):
            line.textChanged.connect(self._judge)
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_M)
        form.addRow(_("理由"), self.reason)
        form.addRow(_("依据"), self.basis)
        form.addRow(_("审核人"), self.reviewer)
        form.addRow(_("决定日期"), self.on)
        self.problem = words(name="decision-problem")
        self.past = ListModel(_PAST)
        self.past_table = ListTable(self.past, "decision-past", _("以前的决定"))
        self.past_table.setMinimumHeight(96)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        for widget in (self.title, self.about, self.note):
            column.addWidget(widget)
        column.addLayout(upper)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(words(_("以前的决定"), role="section"))
        column.addWidget(self.past_table, 1)
        column.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        self.record_button = push_button(
            _("记下决定"), "decision-record", self.record, glyph="file-sign", primary=True
        )
        self.record_button.setEnabled(False)
        foot = QHBoxLayout()
        foot.addWidget(
            words(_("决定只增不改，都记入日志；名称等文字不因放宽而公开。"), role="muted"), 1
        )
        foot.addWidget(self.record_button)
        foot.addWidget(push_button(_("关闭"), "decision-close", self.close))
        return foot

    @staticmethod
    def _line(name: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(name)
        line.setAccessibleName(label)
        line.setMaxLength(LONGEST_REASON)
        return line

    # -- reading --------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the record and its decisions again."""
        self._desk.run(
            lambda _job: self._desk.app.release_decisions.standing(self._id),
            title=_("正在读取公开方式…"),
            on_success=self.show_standing,
            quiet=True,
        )

    def show_standing(self, standing: RecordStanding) -> None:
        """Show a record; the way in force is chosen."""
        self.standing = standing
        hazard, kind = standing.hazard, self._kind()
        self.title.setText(hazard.name)
        now = standing.in_force
        self.about.setText(
            _("{code} · {type} · {level}。类型的公开方式：{own}。现在：{now}。").format(
                code=hazard.code,
                type=type_label(hazard.type_key),
                level=level_label(hazard.level.rank if hazard.level else 0),
                own=_(kind.release_class.label),
                now=_(now.release_class.label) if now else _("按类型"),
            )
        )
        self._show_note(standing, kind)
        self._offer(kind)
        for editor in (self.reason, self.basis, self.reviewer, self.on):
            editor.setEnabled(not undecidable(kind))
        self.past.show_rows(standing.past)
        chosen = now.release_class if now and not self._withdraw else kind.release_class
        if chosen in self.choices:
            self.choices[chosen].setChecked(True)
        self._judge()

    def _show_note(self, standing: RecordStanding, kind: HazardType) -> None:
        text = ""
        if undecidable(kind):
            text = _(
                "“{type}”属于社会安全类，任何情况下都不公开，也不能逐条决定：突发事件应对法只要求公布"
                "自然灾害、事故灾难、公共卫生事件的危险源。"
            ).format(type=_(kind.label))
        elif standing.excluded in _EXCLUDED:
            text = _(_EXCLUDED[standing.excluded])
        self.note.setText(text)
        self.note.setStyleSheet(f"color: {theme().warning};")
        self.note.setVisible(bool(text))

    def _offer(self, kind: HazardType) -> None:
        if self.choices:
            return
        own = kind.release_class
        strict, loose = stricter_classes(kind), looser_classes(kind)
        for each in (*strict, own, *loose):
            how = _("比类型更严") if each in strict else _("比类型更宽，须另一人审核")
            text = _(each.label) + "　" + (_("按类型") if each is own else how)
            button = QRadioButton(text)
            button.setObjectName(f"decision-{each.value}")
            button.setEnabled(not undecidable(kind))
            self.choices[each] = button
            self.group.addButton(button)
            self._list.addWidget(button)

    def _kind(self) -> HazardType:
        if self.standing is None:
            raise RuntimeError("asked before the record was read")
        return taxonomy().get(self.standing.hazard.type_key)

    # -- choosing -------------------------------------------------------------------------------

    def chosen(self) -> ReleaseClass | None:
        """The way that is chosen."""
        return next((key for key, button in self.choices.items() if button.isChecked()), None)

    def _chosen(self) -> None:
        wanted = self.chosen()
        if wanted is None or self.standing is None:
            return
        self._judge()
        self.sight.wait()
        hazard, ratio, dark = self.standing.hazard, self.devicePixelRatioF(), theme().dark
        service = self._desk.app.release_decisions

        def work(_job: JobContext) -> _Drawn:
            shown = service.shown_as(hazard, wanted)
            return _Drawn(wanted, sight_of(hazard, shown, wanted, ratio=ratio, dark=dark))

        self._desk.run(work, title=_("正在画公开的样子…"), on_success=self._show_drawn, quiet=True)

    def _show_drawn(self, drawn: _Drawn) -> None:
        if drawn.wanted is self.chosen():  # else another one was chosen meanwhile
            self.sight.show_sight(drawn.sight)
            self.drawn = drawn.wanted

    # -- deciding -------------------------------------------------------------------------------

    def in_force(self) -> ReleaseClass:
        """The way that counts now."""
        decision = self.standing.in_force if self.standing else None
        return decision.release_class if decision else self._kind().release_class

    def _judge(self) -> None:
        """Say what is missing, in the words of the rule itself."""
        wanted = self.chosen()
        if self.standing is None or wanted is None:
            return
        loosens = closeness(wanted) > closeness(self.in_force())
        closer = closeness(wanted) > closeness(self._kind().release_class)
        self.basis.setPlaceholderText(
            _("如企业书面同意、会议纪要或法规条款") if closer else _("可以不填")
        )
        self.reviewer.setPlaceholderText(
            _("不能是编辑人或经办人") if loosens else _("不填则由经办人署名")
        )
        self.problem.setText(self._complaint(wanted, loosens=loosens))
        problem = bool(self.problem.text()) or wanted is self.in_force()
        self.record_button.setEnabled(not problem)
        permit(self.record_button, Permission.RELEASE, self._desk.app.actor.permissions)

    def _complaint(self, wanted: ReleaseClass, *, loosens: bool) -> str:
        if self.standing is None or undecidable(self._kind()) or wanted is self.in_force():
            return ""
        me, on = self._desk.app.actor.name, self.on.day()
        if on is None:
            return _("请填写决定日期。")
        decision = ReleaseDecision(
            hazard_id=self.standing.hazard.id, release_class=wanted,
            reason=self.reason.text().strip(), basis=self.basis.text().strip(),
            reviewer=self.reviewer.text().strip() or ("" if loosens else me), decided_on=on,
        )  # fmt: skip
        try:
            checked_decision(
                decision, self.standing.hazard, date.today(),  # noqa: DTZ011
                editors=(*self.standing.editors, me), before=self.in_force(),
            )  # fmt: skip
        except InvalidInputError as error:
            return error.message
        return ""

    def record(self) -> None:
        """Record what is chosen."""
        wanted = self.chosen()
        if wanted is None or not self.record_button.isEnabled():
            return
        own = wanted is self._kind().release_class
        said = {
            "reviewer": self.reviewer.text(),
            "reason": self.reason.text(),
            "basis": self.basis.text(),
        }
        on = self.on.day()
        service = self._desk.app.release_decisions
        self._desk.run(
            lambda _job: service.decide(self._id, None if own else wanted, on=on, **said),
            title=_("正在记下决定…"),
            on_success=self._recorded,
        )

    def _recorded(self, changes: Changes) -> None:
        self._withdraw = False
        self.reason.clear()
        self.basis.clear()
        self._desk.notify(_("已记下决定。"), "success")
        self._desk.announce(changes)
        self.reload()
