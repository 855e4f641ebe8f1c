"""The 导入 page: start, preview, outcome."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.survey_headers import ColumnChoice
from qhd_riskmap.errors import ConflictError, RiskMapError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_import import ImportOutcome, ImportPreview
from qhd_riskmap.services.survey_issues import RowKey
from qhd_riskmap.services.survey_rows import SheetReading
from qhd_riskmap.services.survey_table import SeenPreview, seen_preview
from qhd_riskmap.ui.pages.survey_import.after_strip import AfterStrip
from qhd_riskmap.ui.pages.survey_import.columns_dialog import columns_dialog, sheet_key
from qhd_riskmap.ui.pages.survey_import.left_out import left_out_words, sorted_out
from qhd_riskmap.ui.pages.survey_import.outcome_panel import OutcomePanel
from qhd_riskmap.ui.pages.survey_import.review_panel import ReviewPanel
from qhd_riskmap.ui.pages.survey_import.session import ImportSession, SheetKey
from qhd_riskmap.ui.pages.survey_import.start_panel import StartPanel
from qhd_riskmap.ui.pages.survey_import.template_maker import TemplateMaker
from qhd_riskmap.ui.toolkit.actions import Command
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.drop_area import dropped_files, dropped_photos, has_files
from qhd_riskmap.ui.toolkit.job_progress import JobProgress
from qhd_riskmap.ui.toolkit.job_runner import JobHandle
from qhd_riskmap.ui.toolkit.one_line import OneLine
from qhd_riskmap.ui.toolkit.outside_files import open_folder_of
from qhd_riskmap.ui.toolkit.page import Page
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

SURVEY_KINDS: Final = N_(
    "排查表 (*.xlsx *.xlsm *.xls *.et *.ods *.xlsb *.csv *.txt *.tsv *.zip *.shp *.gpkg *.geojson"
    " *.json *.kml *.kmz *.dxf);;所有文件 (*)"
)
WORKBOOK_KINDS: Final = N_("Excel 工作簿 (*.xlsx)")
_MOST_SELECTED: Final = 2000
COMMANDS: Final = (
    Command(
        id="import.choose",
        title=N_("选择排查表(&I)…"),
        menu="page",
        shortcut="Ctrl+I",
        needs=Permission.IMPORT,
        icon="file-upload-outline",
    ),
    Command(
        id="import.template",
        title=N_("生成模板(&T)…"),
        menu="page",
        icon="file-download-outline",
    ),
)


class SurveyImportPage(Page):
    """Departments' sheets in."""

    key: ClassVar[str] = "import"
    help_page: ClassVar[str] = "import"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.setAcceptDrops(True)
        self.start = StartPanel()
        self.review = ReviewPanel()
        self.outcome = OutcomePanel()
        self.progress = JobProgress(paced=True)
        self.templates = TemplateMaker(desk, self, self._follow)
        self.session = ImportSession()
        self._asked = self._seen = self.session
        self._arriving = False
        self._looked_at: SeenPreview | None = None
        self.result: ImportOutcome | None = None
        self._build()
        self.start.files_wanted.connect(self.ask_files)
        self.start.template_wanted.connect(self.ask_template)
        self.start.dropped.connect(self.take_files)
        self.start.area.photos_dropped.connect(self.take_photos)
        self.review.answered.connect(self._answered)
        self.review.cards.columns_wanted.connect(self._ask_columns)
        self.review.counts.office.named.connect(self._sender_named)
        self.review.placed.connect(self._placed)
        self.review.matching.use(self.desk)
        self.review.matching.decided.connect(self._count_chosen)
        self.review.rows.mended.connect(self._mended)
        self.review.rows.ticked.connect(self._ticked)
        self.review.rows.datum_given.connect(self._datum_given)
        self.review.rows.undo_wanted.connect(self._step_back)
        self.outcome.map_wanted.connect(self._show_on_map)
        self.outcome.copies_wanted.connect(self.ask_copies)
        self.outcome.again_wanted.connect(self.begin)
        self.outcome.look_alikes_wanted.connect(self.after.open_look_alikes)
        self.begin()

    def _build(self) -> None:
        self.stack = QStackedWidget()
        for panel in (self.start, self.review, self.outcome):
            self.stack.addWidget(panel)
        self.subtitle = OneLine(role="muted", name="import-subtitle")
        self.back = push_button(_("换文件"), "import-back", self.begin, glyph="arrow-left")
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(words(_("导入排查表"), role="title", wrap=False))
        head.addWidget(self.subtitle, 1)
        self.after = AfterStrip(self.desk)
        head.addWidget(self.after)
        head.addWidget(self.back)
        self.commit_button = push_button(
            _("提交入库"),
            "import-commit",
            self.commit,
            glyph="database-import-outline",
            primary=True,
        )
        self.copies_button = push_button(
            _("把退回的行存成标注副本…"),
            "import-copies",
            self.ask_copies,
            glyph="file-document-edit-outline",
        )
        self.foot_words = words(
            _("一次提交，要么全部入库，要么一条不入。"), role="muted", name="import-foot"
        )
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(SPACE_S)
        foot.addWidget(self.foot_words, 1)
        foot.addWidget(self.copies_button)
        foot.addWidget(self.commit_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_M)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addWidget(self.stack, 1)
        column.addWidget(self._foot)

    # -- page protocol --------------------------------------------------------------------------

    def activate(self) -> None:
        """Say how much waits; on the empty page the keyboard starts the work."""
        self.after.refresh()
        if self.stack.currentWidget() is self.start:
            self.start.choose.setFocus()

    def commands(self) -> tuple[tuple[Command, Callable[[], object]], ...]:
        """选择排查表 and 生成模板."""
        return ((COMMANDS[0], self.ask_files), (COMMANDS[1], self.ask_template))

    def unsaved(self) -> str:
        """A preview that was not committed."""
        if self.preview is not None and self.result is None and self.preview.candidates:
            return _("导入预览里有 {n} 行还没有提交入库。").format(n=self.preview.accepted)
        return ""

    def keep(self) -> dict[str, object]:
        """The files being previewed and everything said of them."""
        if self.preview is None or self.result is not None:
            return {}
        return {"session": self.session}

    def resume(self, state: dict[str, object]) -> None:
        """Preview the same files again, in the language now in force."""
        session = state.get("session")
        if isinstance(session, ImportSession):
            self.session = session
            self._look()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.start.restyle()
        self.review.restyle()
        self._show_again()

    def close_down(self) -> None:
        """End the painter's thread."""
        self.review.close_down()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped anywhere on the page."""
        if has_files(event.mimeData()) and not self.progress.running:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the files."""
        photos = dropped_photos(event.mimeData())
        if photos is not None:
            event.acceptProposedAction()
            self.take_photos(photos)
        elif self.take_files(dropped_files(event.mimeData())):
            event.acceptProposedAction()

    def take_photos(self, source: Path | tuple[Path, ...]) -> None:
        """Photos were dropped: find out which hazards they show."""
        self.after.open_photos(source)

    # -- files in -------------------------------------------------------------------------------

    def begin(self) -> None:
        """Back to the empty page."""
        if self.progress.running:
            return
        self._looked_at = None
        self.result = None
        self.session = ImportSession()
        self._show_start()

    def _show_start(self) -> None:
        self._show(
            self.start, _("xlsx、xls、et、ods、csv，及 shp、gpkg、kml、dxf；一次可以选多个文件")
        )

    def ask_files(self) -> None:
        """Choose files."""
        chosen, _kind = QFileDialog.getOpenFileNames(
            self, _("选择排查表"), self._folder(), _(SURVEY_KINDS)
        )
        if chosen:
            self.take_files([Path(text) for text in chosen])

    def take_files(self, paths: Sequence[Path]) -> bool:
        """Preview files; False where none of them can be a survey sheet."""
        sheets, others = sorted_out(paths)
        if self.progress.running or not paths:
            return False
        if not sheets:
            self.desk.notify(
                _(
                    "这些文件不是排查表。可以导入 xlsx、xls、et、ods、csv，"
                    "以及 shp、gpkg、geojson、kml、dxf。"
                ),
                "warning",
            )
            return False
        if others:
            self.desk.notify(left_out_words(others), "warning")
        self.begin()
        self.session.paths = sheets
        self._look()
        return True

    def _look(self) -> None:
        # What is said meanwhile belongs to the next look.
        session = self._asked = copy.deepcopy(self.session)
        handle = self.desk.run(
            lambda job: seen_preview(session.previewed(self.desk.app.survey_import, job)),
            title=_("正在读取并检查 {n} 个文件…").format(n=len(session.paths)),
            on_success=self._looked,
            on_failure=self._not_looked,
            on_cancel=self._look_cancelled,
        )
        self._follow(handle)

    def _looked(self, seen: SeenPreview) -> None:
        preview = seen.preview
        self._looked_at = seen
        self.result = None
        self._seen = self._asked
        self._arriving = self.stack.currentWidget() is not self.review
        self.review.show_preview(seen, self.session)
        names = _("、").join(path.name for path in self.paths[:3])
        more = _(" 等 {n} 个文件").format(n=len(self.paths)) if len(self.paths) > 3 else ""  # noqa: PLR2004
        self._show(self.review, names + more)
        self._count_chosen()
        self.copies_button.setEnabled(bool(preview.issues or preview.mended))

    def _not_looked(self, error: BaseException) -> None:
        self.desk.show_error(error)
        self._back_to_seen()

    def _look_cancelled(self) -> None:
        again = self.preview is not None
        self._back_to_seen()
        self.desk.notify(
            _("已停止重读，预览回到改动之前，登记库没有变化。")
            if again
            else _("已停止读取，登记库没有变化。")
        )

    def _back_to_seen(self) -> None:
        """What was said for a look that never came is taken back; the preview shown holds."""
        if self.preview is None:
            self._show_start()
            return
        self.session = self.session.as_seen(self._seen)
        self._show_again()

    def _show_again(self) -> None:
        if self._looked_at is not None:
            self.review.show_preview(self._looked_at, self.session)

    def _answered(self, file: Path, sheet: str, notation: str) -> None:
        key = (file, sheet)
        if notation:
            self.session.answer(key, notation)
            self._look()
            return
        self.session.unclear.add(key)
        self._show_again()

    def _sender_named(self, sender: str) -> None:
        self.session.sender = sender
        self._look()

    def _ask_columns(self, reading: SheetReading) -> None:
        if self.preview is not None and not self.progress.running:
            dialog = columns_dialog(reading, self.preview, self.session, self)
            dialog.confirmed.connect(partial(self._columns_said, sheet_key(reading)))
            dialog.open()

    def _columns_said(self, key: SheetKey, choice: ColumnChoice) -> None:
        self.session.lay_out(key, choice)
        self._look()

    # -- rows -----------------------------------------------------------------------------------

    def _mended(self, key: RowKey, column: int, text: str) -> None:
        self.session.write_cell(key, column, text)
        self._look()

    def _placed(self, key: RowKey, lon: float, lat: float) -> None:
        try:
            self.session.place(key, lon, lat)
        except RiskMapError as error:
            self.desk.notify(str(error), "warning")
            return
        self._look()

    def _datum_given(self, keys: list[RowKey], notation: str) -> None:
        self.session.give_datum(keys, notation)
        self._look()

    def _step_back(self) -> None:
        self.session.step_back()
        self._look()

    def _ticked(self, keys: list[RowKey], on: bool) -> None:  # noqa: FBT001 - from a signal
        if self.preview is not None:
            self.session.tick(keys, {offer.key for offer in self.preview.updates}, on=on)
            self._count_chosen()

    def _count_chosen(self) -> None:
        if self.preview is not None:
            self.review.rows.view.viewport().update()
            self.review.matching.refresh()
            count = self.session.to_commit(self.preview)
            self.commit_button.setText(_("提交入库 {n} 条").format(n=f"{count:,}"))
            self.commit_button.setEnabled(count > 0)

    # -- commit ---------------------------------------------------------------------------------

    def commit(self) -> None:
        """Register the candidates, all or none."""
        preview = self.preview
        if preview is None or self.progress.running:
            return
        session = copy.deepcopy(self.session)
        handle = self.desk.run(
            lambda job: session.committed(self.desk.app.survey_import, preview, job),
            title=_("正在入库…"),
            on_success=self._committed,
            on_failure=self._not_committed,
            on_cancel=self._commit_cancelled,
        )
        self._follow(handle)

    def _committed(self, outcome: ImportOutcome) -> None:
        self.result = outcome
        self.outcome.show_outcome(outcome)
        self._show(self.outcome, "")
        self.desk.announce(self.desk.app.survey_import.changes(outcome))

    def _not_committed(self, error: BaseException) -> None:
        self.desk.show_error(error)
        if isinstance(error, ConflictError):
            self._look()  # somebody was faster: the differences are others now

    def _commit_cancelled(self) -> None:
        self.desk.notify(_("已取消入库，登记库没有变化。"))

    def _show_on_map(self) -> None:
        if self.result is not None:
            ids = [str(hazard.id) for hazard in self.result.hazards[:_MOST_SELECTED]]
            self.desk.selection.set(ids, by=self)
            self.desk.go_to("map")

    # -- files out ------------------------------------------------------------------------------

    def ask_template(self) -> None:
        """Ask what template is wanted and where it goes."""
        if not self.progress.running:
            self.templates.ask(self._folder())

    def ask_copies(self) -> None:
        """Choose where the annotated copies go."""
        if self.preview is None:
            return
        first = self.paths[0]
        proposed = first.with_name(_("{stem}_退回标注.xlsx").format(stem=first.stem))
        chosen, _kind = QFileDialog.getSaveFileName(
            self, _("保存标注副本"), str(proposed), _(WORKBOOK_KINDS)
        )
        if chosen:
            self.write_copies(Path(chosen))

    def write_copies(self, report: Path) -> None:
        """Write the senders' workbooks back, wrong cells marked."""
        preview = self.preview
        if preview is None:
            return
        outcome = self.result or preview.outcome()
        handle = self.desk.run(
            lambda _job: self.desk.app.survey_import.write_reports(preview, outcome, report),
            title=_("正在写标注副本…"),
            on_success=self._copies_written,
        )
        self._follow(handle)

    def _copies_written(self, written: list[Path]) -> None:
        if not written:
            self.desk.notify(_("没有需要退回的内容。"))
            return
        self.desk.notify(
            _("已写好 {n} 个标注副本，在 {folder}。").format(
                n=len(written), folder=written[0].parent
            ),
            "success",
            action=_("打开所在文件夹"),
            callback=lambda: open_folder_of(written[0]),
        )

    # -- inside ---------------------------------------------------------------------------------

    @property
    def preview(self) -> ImportPreview | None:
        """What is being looked at."""
        return self._looked_at.preview if self._looked_at is not None else None

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files being previewed."""
        return self.session.paths

    def _show(self, panel: QWidget, subtitle: str) -> None:
        self.stack.setCurrentWidget(panel)
        self.subtitle.setText(subtitle)
        self.back.setVisible(panel is self.review)
        self._foot.setVisible(panel is self.review)

    def _follow(self, handle: JobHandle) -> None:
        self.progress.follow(handle)
        self._set_busy(busy=True)
        handle.finished.connect(self._idle)

    def _idle(self) -> None:
        self._set_busy(busy=False)
        if self._arriving:
            self._arriving = False
            self.review.take_focus()

    def _set_busy(self, *, busy: bool) -> None:
        for widget in (self.stack, self.back, self._foot):
            widget.setEnabled(not busy)

    def _folder(self) -> str:
        return str(self.paths[0].parent if self.paths else self.desk.app.path.parent)
