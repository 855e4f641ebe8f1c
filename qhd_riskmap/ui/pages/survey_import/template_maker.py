"""Makes templates and forms for paper from the desk: asks what for, asks where, writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from qhd_riskmap.domain.taxonomy import HazardType
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_templates import (
    TemplateOffice,
    TemplateTerms,
    write_survey_template,
)
from qhd_riskmap.ui.pages.survey_import.template_dialog import TemplateDialog
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.job_runner import JobHandle
from qhd_riskmap.ui.toolkit.outside_files import open_file


class TemplateMaker(QObject):
    """The way from the button to the file.

    Args:
        desk: Runs the work and tells what came of it.
        page: Where the dialogs belong.
        follow: Shows the progress of a job.
    """

    def __init__(self, desk: Desk, page: QWidget, follow: Callable[[JobHandle], None]) -> None:
        super().__init__(page)
        self._desk = desk
        self._page = page
        self._follow = follow
        self._folder = ""

    def ask(self, folder: str) -> None:
        """Ask what the template is to hold; ``folder`` is proposed for it."""
        self._folder = folder
        templates = self._desk.app.survey_templates
        handle = self._desk.run(
            lambda _job: templates.terms(),
            title=_("正在读取县区和乡镇…"),
            on_success=self._ask_what,
            quiet=True,
        )
        self._follow(handle)

    def _ask_what(self, terms: TemplateTerms) -> None:
        dialog = TemplateDialog(terms, self._page)
        dialog.confirmed.connect(self._ask_where)
        dialog.open()

    def _ask_where(self, types: Sequence[HazardType], office: TemplateOffice, suffix: str) -> None:
        kind = _(types[0].label) if len(types) == 1 else ""
        name = _safe_name(_("{type}隐患排查表{unit}").format(type=kind, unit=office.unit))
        chosen, _kind = QFileDialog.getSaveFileName(
            self._page,
            _("生成模板"),
            str(Path(self._folder) / f"{name}{suffix}"),
            f"{suffix[1:]} (*{suffix})",
        )
        if chosen:
            path = Path(chosen)
            path = path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)
            self.write(path, types, office)

    def write(self, path: Path, types: Sequence[HazardType], office: TemplateOffice) -> None:
        """Write a template."""
        handle = self._desk.run(
            lambda _job: _written(path, types, office),
            title=_("正在生成模板…"),
            on_success=self._tell,
            database=False,
        )
        self._follow(handle)

    def _tell(self, path: Path) -> None:
        self._desk.notify(
            _("模板已生成：{path}").format(path=path),
            "success",
            action=_("打开"),
            callback=lambda: open_file(path),
        )


def _written(path: Path, types: Sequence[HazardType], office: TemplateOffice) -> Path:
    write_survey_template(path, types, office)
    return path


def _safe_name(text: str) -> str:
    """What a file can be called on any desk."""
    return "".join("_" if char in '\\/:*?"<>|' or char < " " else char for char in text).strip()
