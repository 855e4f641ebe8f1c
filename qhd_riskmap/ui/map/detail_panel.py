"""The panel beside the map: everything about one hazard, to be read and edited.

An edit that is not saved stays with its hazard as a draft: choosing another one loses nothing and
asks nothing; coming back shows the draft again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.cartography.symbols import type_label
from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.feature_table import NO_LEVEL
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.domain.record_fields import (
    choice_words,
    record_fields,
    record_values,
    with_values,
)
from qhd_riskmap.domain.schema import Issue, Severity
from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.errors import ConflictError, NotFoundError
from qhd_riskmap.geo.coordinate_text import format_decimal
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.ui.map.attachment_panel import AttachmentPanel
from qhd_riskmap.ui.map.detail_facts import (
    facts,
    location_lines,
    record_lines,
    section,
)
from qhd_riskmap.ui.map.detail_frame import DetailFoot, DetailHead
from qhd_riskmap.ui.map.grading_desk import GradingDesk
from qhd_riskmap.ui.map.inspection_facts import InspectionFacts
from qhd_riskmap.ui.map.task_facts import TaskFacts
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.history import Restated
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.schema_form import SchemaForm
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS

if TYPE_CHECKING:
    from qhd_riskmap.services.assessment import AssessmentMaterial
    from qhd_riskmap.ui.map.exposure_facts import ExposureFacts

_WIDTH: Final = 320


@dataclass(frozen=True, slots=True)
class _Loaded:
    hazard: Hazard
    history: Sequence[Assessment]
    material: AssessmentMaterial


@dataclass(frozen=True, slots=True)
class _Draft:
    """Unsaved texts of one hazard, and the state of the register they were typed over."""

    hazard: Hazard
    record: dict[str, str]
    attributes: dict[str, str]


class DetailPanel(QFrame):
    """Form of the hazard in hand.

    Signals:
        closed: The officer closed the panel.
        delete_wanted: The officer wants this hazard deleted (`Hazard`).
        place_wanted: Show a place on the map (longitude, latitude).
        history_wanted: Show the past of this hazard (`Hazard`).
        publishing_wanted: Show how this hazard is published (its id).
        exposure_counted: Draw what stands inside its effect zone (`Exposure`), or None: nothing.
    """

    closed = Signal()
    delete_wanted = Signal(object)
    place_wanted = Signal(float, float)
    history_wanted = Signal(object)
    publishing_wanted = Signal(str)
    exposure_counted = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setMinimumWidth(_WIDTH)
        self.desk = desk
        self.hazard: Hazard | None = None
        self.grading = GradingDesk(desk, self)
        self.grading.graded.connect(self.rebase)
        self._wanted: str | None = None
        self._history: Sequence[Assessment] = ()
        self._drafts: dict[str, _Draft] = {}
        self._record: SchemaForm | None = None
        self._attributes: SchemaForm | None = None
        self.attachments: AttachmentPanel | None = None
        self.tasks: TaskFacts | None = None
        self.inspections: InspectionFacts | None = None
        self.exposure: ExposureFacts | None = None
        self.setAcceptDrops(True)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("detail-scroll")
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_XS, SPACE_S)
        layout.setSpacing(SPACE_S)
        head, foot = DetailHead(), DetailFoot()
        head.closed.connect(self.closed)
        head.assess_button.clicked.connect(self.assess)
        head.history_button.clicked.connect(self._ask_history)
        head.publish_button.clicked.connect(self._ask_publishing)
        self.publish_button = head.publish_button
        foot.save_button.clicked.connect(self.save)
        foot.revert_button.clicked.connect(self.revert)
        foot.delete_button.clicked.connect(self._delete)
        self.title, self.subtitle, self.chip = head.title, head.subtitle, head.chip
        self.assess_button, self.history_button = head.assess_button, head.history_button
        self.save_button, self.revert_button = foot.save_button, foot.revert_button
        self.delete_button = foot.delete_button
        layout.addWidget(head)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(foot)
        # A hazard that is still being read has no level to show: 未评级 would be a wrong answer.
        self.chip.hide()
        self.title.setText(_("正在读取隐患…"))
        self._set_dirty(dirty=False)
        self._permit()

    def _permit(self) -> None:
        """What this officer may not do is switched off."""
        held = self.desk.app.actor.permissions
        permit(self.assess_button, Permission.ASSESS, held)
        for button in (self.save_button, self.revert_button, self.delete_button):
            permit(button, Permission.EDIT, held)

    # -- showing --------------------------------------------------------------------------------

    def show_hazard(self, hazard_id: str, *, again: bool = False) -> None:
        """Read a hazard beside the window and show it.

        Args:
            hazard_id: The hazard.
            again: It was shown already: that it is gone now is nothing to talk about.
        """
        self._keep_draft()
        self._wanted = hazard_id
        app = self.desk.app

        def read(_job: JobContext) -> _Loaded:
            hazard = app.registry.get(hazard_id)
            service = app.assessment
            return _Loaded(hazard, service.of(hazard.id), service.material())

        self.desk.run(
            read,
            title=_("正在读取隐患…"),
            on_success=self._take,
            on_failure=partial(self._not_read, again),
            quiet=True,
        )

    def forget(self) -> None:
        """Show nothing; drafts stay."""
        self._keep_draft()
        self._wanted = None
        self.hazard = None
        self.exposure_counted.emit(None)

    def unsaved(self) -> str:
        """What would be lost by closing now."""
        self._keep_draft()
        names = [draft.hazard.name for draft in self._drafts.values()]
        if not names:
            return ""
        return _("有 {number} 处隐患的修改尚未保存：{names}。").format(
            number=len(names), names="、".join(names[:5])
        )

    def keep(self) -> dict[str, object]:
        """The drafts, for a panel in another language."""
        self._keep_draft()
        return {"drafts": dict(self._drafts)}

    def resume(self, state: dict[str, object]) -> None:
        """Take over the drafts."""
        drafts = state.get("drafts")
        if isinstance(drafts, dict):
            self._drafts = drafts

    def _take(self, loaded: _Loaded) -> None:
        if str(loaded.hazard.id) != self._wanted:
            return  # another one was chosen meanwhile
        self._show(loaded.hazard, loaded.history, loaded.material)

    def _not_read(self, again: bool, error: BaseException) -> None:  # noqa: FBT001 - bound
        self.hazard, gone = None, self._wanted
        if not isinstance(error, NotFoundError):
            self.desk.show_error(error)
            return
        # Deleted, merged or split back, here or at another desk: no reason for a dialog. While
        # another page is in front it may be one of its deleted hazards, which stays selected there.
        page = self.parentWidget()
        self.hide()
        if page is None or not page.isVisible():
            return
        left = [each for each in self.desk.selection.ids if each != gone]
        self.desk.selection.set(left, by=self)
        if not again:
            self.desk.notify(error.message)

    def _show(
        self,
        hazard: Hazard,
        history: Sequence[Assessment],
        material: AssessmentMaterial | None = None,
    ) -> None:
        from qhd_riskmap.ui.map.exposure_facts import ExposureFacts  # noqa: PLC0415 - not at the start

        if self.hazard is None or self.hazard.id != hazard.id:
            self.exposure_counted.emit(None)
        self.hazard, self._history = hazard, history
        hazard_type = taxonomy().get(hazard.type_key)
        self.title.setText(hazard.name)
        self.chip.show_level(hazard.level.rank if hazard.level else NO_LEVEL)
        self.chip.show()
        self.subtitle.setText(f"{type_label(hazard.type_key)} · {hazard.code}")
        body = QWidget()
        body.setObjectName("scroll-body")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.setSpacing(SPACE_S)
        self._record = self._form(hazard_type, common=True)
        self._attributes = self._form(hazard_type, common=False)
        column.addWidget(self._record)
        if hazard_type.fields:
            column.addWidget(section(_("{type}专项信息").format(type=type_label(hazard.type_key))))
            column.addWidget(self._attributes)
        column.addWidget(section(_("整改")))
        self.tasks = TaskFacts(self.desk, hazard)
        column.addWidget(self.tasks)
        column.addWidget(section(_("检查")))
        self.inspections = InspectionFacts(self.desk, hazard)
        column.addWidget(self.inspections)
        column.addWidget(section(_("影响范围")))
        self.exposure = ExposureFacts(self.desk, hazard)
        self.exposure.counted.connect(self.exposure_counted)
        column.addWidget(self.exposure)
        column.addWidget(section(_("照片和文件")))
        self.attachments = AttachmentPanel(self.desk, hazard)
        self.attachments.place_wanted.connect(self.place_wanted)
        column.addWidget(self.attachments)
        column.addWidget(section(_("位置")))
        column.addWidget(facts(location_lines(hazard), "detail-location"))
        column.addWidget(self._copy_button(hazard))
        if hazard.extras:
            column.addWidget(section(_("原表其他列")))
            lines = [f"{key}：{value}" for key, value in hazard.extras.items()]
            column.addWidget(facts(lines, "detail-extras"))
        column.addWidget(section(_("评估记录")))
        self.grading.take(hazard, history, material)
        column.addWidget(self.grading.section())
        column.addWidget(section(_("登记情况")))
        column.addWidget(facts(record_lines(hazard), "detail-record"))
        column.addStretch(1)
        self._scroll.setWidget(body)
        self._fill(hazard)

    def _form(self, hazard_type: HazardType, *, common: bool) -> SchemaForm:
        fields = record_fields(hazard_type) if common else hazard_type.fields
        form = SchemaForm(fields, words=choice_words() if common else None)
        form.setObjectName("form-record" if common else "form-attributes")
        form.edited.connect(self._edited)
        form.set_read_only(read_only=Permission.EDIT not in self.desk.app.actor.permissions)
        return form

    def _fill(self, hazard: Hazard) -> None:
        if self._record is None or self._attributes is None:
            return
        draft = self._drafts.get(str(hazard.id))
        if draft is None:
            self._record.set_values(record_values(hazard))
            self._attributes.set_values(hazard.attributes)
        else:
            self._record.set_values(draft.record)
            self._attributes.set_values(draft.attributes)
            self.hazard = draft.hazard  # keeps the revision the draft was typed over
        self._set_dirty(dirty=draft is not None)

    # -- editing --------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        """Whether the hazard shown has unsaved edits."""
        return self.save_button.isEnabled()

    def save(self) -> None:
        """Store the edits; bad fields are marked all at once and nothing is stored."""
        if self.hazard is None or self._record is None or self._attributes is None:
            return
        record, issues = self._record.read()
        attributes, more = self._attributes.read()
        if _has_errors([*issues, *more]):
            form = self._record if _has_errors(issues) else self._attributes
            form.focus_first_bad()
            self.desk.notify(_("有填写不正确的地方，已在栏目下方注明，改正后再保存。"), "warning")
            return
        changed = with_values(self.hazard, record, attributes, taxonomy().get(self.hazard.type_key))
        self.save_button.setEnabled(False)
        before = self.hazard
        registry = self.desk.app.registry
        self.desk.run(
            lambda _job: (before, *registry.update(changed)),
            title=_("正在保存…"),
            on_success=self._saved,
            on_failure=self._not_saved,
            quiet=True,
        )

    def revert(self) -> None:
        """Drop the edits and show what is stored."""
        if self.hazard is not None:
            self._drafts.pop(str(self.hazard.id), None)
            self._set_dirty(dirty=False)
            self.show_hazard(str(self.hazard.id))

    def assess(self) -> None:
        """Open the assessment of the hazard shown."""
        if self.hazard is not None:
            self.grading.open()

    def _saved(self, result: tuple[Hazard, Hazard, Changes]) -> None:
        before, hazard, changes = result
        words = _("修改“{name}”").format(name=hazard.name)
        self.desk.history.add(Restated(words, before, hazard), [hazard])
        self._drafts.pop(str(hazard.id), None)
        if self.hazard is not None and self.hazard.id == hazard.id:
            self._set_dirty(dirty=False)
            self._show(hazard, self._history)
        self.desk.notify(_("已保存“{name}”。").format(name=hazard.name), "success")
        self.desk.announce(changes)

    def _not_saved(self, error: BaseException) -> None:
        self._set_dirty(dirty=True)
        if isinstance(error, ConflictError):
            self.desk.notify(
                _("{message}您的修改仍在表单里。").format(message=error.message),
                "warning",
                action=_("载入最新内容"),
                callback=self.revert,
            )
        else:
            self.desk.show_error(error)

    def rebase(self, hazard: Hazard) -> None:
        """This desk raised the revision itself: edits typed before are no conflict with it.

        Unless someone else saved in between: then saving the form must say so.
        """
        self._keep_draft()
        key = str(hazard.id)
        draft = self._drafts.get(key)
        followed = self.desk.history.followed
        if draft is not None and followed(hazard.id, draft.hazard.revision) == hazard.revision:
            self._drafts[key] = _Draft(hazard, draft.record, draft.attributes)
            self._set_dirty(dirty=False)

    def _edited(self) -> None:
        self._set_dirty(dirty=True)

    def _set_dirty(self, *, dirty: bool) -> None:
        self.save_button.setEnabled(dirty)
        self.revert_button.setEnabled(dirty)

    def _keep_draft(self) -> None:
        if self.hazard is None or not self.dirty or self._record is None:
            return
        attributes = self._attributes.texts() if self._attributes is not None else {}
        self._drafts[str(self.hazard.id)] = _Draft(self.hazard, self._record.texts(), attributes)

    def changes(self, changes: Changes) -> None:
        """Read the hazard again when it was changed and nothing is being typed."""
        if changes.attachments and self.attachments is not None and self.hazard is not None:
            self.attachments.reload()
        if changes.tasks and self.tasks is not None and self.hazard is not None:
            self.tasks.reload()
        if changes.inspections and self.inspections is not None and self.hazard is not None:
            self.inspections.reload()
        if not changes.hazards or self.hazard is None or self._wanted is None:
            return
        touched = not changes.hazard_ids or self.hazard.id in changes.hazard_ids
        if touched and not self.dirty:
            self.show_hazard(self._wanted, again=True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files dropped anywhere on the form become attachments."""
        if self.attachments is not None and self.hazard is not None:
            self.attachments.dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped."""
        if self.attachments is not None and self.hazard is not None:
            self.attachments.dropEvent(event)

    # -- inside ---------------------------------------------------------------------------------

    def _ask_history(self) -> None:
        if self.hazard is not None:
            self.history_wanted.emit(self.hazard)

    def _ask_publishing(self) -> None:
        if self.hazard is not None:
            self.publishing_wanted.emit(str(self.hazard.id))

    def _delete(self) -> None:
        if self.hazard is not None:
            self.delete_wanted.emit(self.hazard)

    def _copy_button(self, hazard: Hazard) -> QPushButton:
        button = QPushButton(icon("content-copy"), _("复制坐标"))
        button.setObjectName("detail-copy-place")
        text = format_decimal(*hazard.anchor())
        button.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        return button


def _has_errors(issues: Sequence[Issue]) -> bool:
    return any(issue.severity is Severity.ERROR for issue in issues)
