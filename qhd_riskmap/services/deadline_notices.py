"""The deadline clock: the notices of a day as documents, each made once however often it is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.cartography.document_pages import export_document
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.remediation.flow import flow
from qhd_riskmap.domain.remediation.notices import DUE, REMIND, Notice, Owed, owed
from qhd_riskmap.domain.remediation.receipts import RECEIPT_COLUMNS
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.document_template import FOLDER_NAME, filled, template_path
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.formats.shown_table import write_shown
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import rules
from qhd_riskmap.storage.engine import Register

TEMPLATE: Final = "deadline_notice.docx"
OWN_TEMPLATE: Final = "整改通知书.docx"
_LONGEST_NAME: Final = 40
_NOTHING: Final = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one run of the clock gave.

    Attributes:
        made: Notices made now.
        already: Notices of the same day that had been made before.
        files: What was written.
        documents: Word document of each notice, by number; its PDF lies beside it.
    """

    made: tuple[Notice, ...]
    already: tuple[Notice, ...]
    files: tuple[Path, ...]
    documents: dict[str, Path]


class DeadlineNoticeService:
    """Use cases of the deadline clock, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def make(self, on: date, out: Path) -> Round:
        """Make the notices owed on a day, missed days included, and write their documents.

        A document that is already in the folder stays as it is: somebody may have signed or filled it.

        Args:
            on: The day on the paper.
            out: Folder for the documents.

        Raises:
            UnreadableFileError: The template cannot be used; nothing was made.
            OutputFileError: A file cannot be written; running again writes what is missing.
        """
        self._actor.require(Permission.REMEDY)
        self._actor.require(Permission.EXPORT)
        template = template_path(TEMPLATE, self._register.path.parent / FOLDER_NAME, OWN_TEMPLATE)
        drafts: dict[str, bytes] = {}
        with self._register.unit_of_work() as work:
            work.lock()
            already = work.notices.of_day(on)
            office = work.office.load().unit
            due = owed(work.tasks.lines(on), on, work.notices.told())
            made = []
            for (unit, step), items in due.items():
                content = _content(office, unit, step, on, items)
                notice = work.notices.add(unit, step, on, items, content, self._actor)
                drafts[notice.number] = filled(template, notice.content)
                made.append(notice)
            work.commit()
        _make_folder(out)
        files: list[Path] = []
        documents = {}
        for notice in (*already, *made):
            documents[notice.number] = out / f"{_stem(notice)}.docx"
            files += _write_papers(out, notice, template, drafts.get(notice.number))
        if documents:
            listing = out / f"通知清单_{on.isoformat()}.xlsx"
            if made or not listing.exists():  # somebody may have ticked off what was delivered
                _write_list(listing, [*already, *made])
                files.append(listing)
        return Round(
            made=tuple(made), already=tuple(already), files=tuple(files), documents=documents
        )

    def of_day(self, on: date) -> list[Notice]:
        """The notices that were made with a day on them, in order."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.notices.of_day(on)


def step_label(step: str) -> str:
    """提醒, 到期, 逾期 7 天."""
    if step == REMIND:
        return _("提醒")
    if step == DUE:
        return _("到期")
    return _("逾期 {n} 天").format(n=step.rpartition("-")[2])


def _content(office: str, unit: str, step: str, on: date, items: Sequence[Owed]) -> dict[str, Any]:
    raw = rules("remediation")
    titles = {REMIND: _("隐患整改到期提醒通知书"), DUE: _("隐患整改到期通知书")}
    return {
        "title": titles.get(step, _("隐患整改逾期督办通知书")),
        "office": office or _NOTHING,
        "unit": unit or _("（责任单位未填）"),
        "step": step_label(step),
        "day": on.isoformat(),
        "basis": raw["basis"],
        "threshold": _("{note}（规则版本 {version}）").format(
            note=raw["lateness"]["note"], version=flow().version
        ),
        "tasks": [_task(at, item) for at, item in enumerate(items, start=1)],
        "count": len(items),
    }


def _task(at: int, item: Owed) -> dict[str, Any]:
    line, task = item.line, item.line.task
    level = line.late.supervision
    return {
        "at": at,
        "number": task.number,
        "code": line.code,
        "name": line.name,
        "problem": task.problem,
        "measures": task.measures or _NOTHING,
        "owner": task.owner or _NOTHING,
        "deadline": str(task.deadline),
        "days": line.late.days,
        "late": _("逾期 {n} 天").format(n=line.late.days)
        if line.late.days > 0
        else _("还有 {n} 天").format(n=-line.late.days),
        "supervision": _(level.label) if level else _NOTHING,
        "due_on": item.steps[-1].day.isoformat(),
        "covers": [owing.key for owing in item.steps],
    }


def _stem(notice: Notice) -> str:
    unit = re.sub(r"\W+", "_", str(notice.content["unit"]))[:_LONGEST_NAME]
    return f"{notice.number}_{unit}_{step_label(notice.step).replace(' ', '')}"


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFileError(
            _("不能建立文件夹“{name}”。").format(name=out), detail=str(error)
        ) from error


def _write_papers(out: Path, notice: Notice, template: Path, draft: bytes | None) -> list[Path]:
    """Write what is not there yet: somebody may have signed or filled what is."""
    stem = _stem(notice)
    document, paper, receipt = (out / f"{stem}{end}" for end in (".docx", ".pdf", "_回执.xlsx"))
    files = []
    if not document.exists():
        with replacing(document) as unfinished:
            unfinished.write_bytes(draft if draft is not None else filled(template, notice.content))
        files.append(document)
    if not paper.exists():
        export_document(document.read_bytes(), paper, str(notice.content["title"]), notice.dated)
        files.append(paper)
    if not receipt.exists():
        _write_receipt(receipt, notice)
        files.append(receipt)
    return files


def _write_receipt(path: Path, notice: Notice) -> None:
    titles = [header for header, _width in RECEIPT_COLUMNS.values()]
    rows = [
        [notice.number, task["number"], task["name"], task["problem"], task["deadline"], "", "", ""]
        for task in notice.content["tasks"]
    ]
    write_shown(path, titles, rows, [width for _header, width in RECEIPT_COLUMNS.values()])


def _write_list(path: Path, notices: Sequence[Notice]) -> None:
    titles = [_("通知编号"), _("责任单位"), _("档次"), _("整改编号"), _("隐患"), _("时限"),
              _("逾期"), _("督办级别"), _("已打印"), _("已送达")]  # fmt: skip
    rows = [
        [
            notice.number, notice.content["unit"], notice.content["step"], task["number"],
            task["name"], task["deadline"], task["late"], task["supervision"], "", "",
        ]
        for notice in notices
        for task in notice.content["tasks"]
    ]  # fmt: skip
    write_shown(path, titles, rows, [22, 24, 10, 22, 24, 12, 12, 10, 8, 8])
