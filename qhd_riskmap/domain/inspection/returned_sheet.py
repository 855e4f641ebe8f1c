"""A workbook of a round that comes back: its rows read into inspections, every fault named by its cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from qhd_riskmap.domain.inspection.planned_round import sheet_parts
from qhd_riskmap.domain.inspection.record import (
    Answer,
    Finding,
    Inspection,
    InspectionResult,
    Verdict,
)
from qhd_riskmap.domain.schema import clean_text, parse_date
from qhd_riskmap.domain.survey_sheet import SurveySheet, column_letters
from qhd_riskmap.i18n import _

# Sheets and headers are always Chinese: the file is known again by them.
VISITS_SHEET: Final = "检查"
ANSWERS_SHEET: Final = "检查项目"
_HEADER_WITHIN: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnColumn:
    """One column.

    Attributes:
        header: Chinese header.
        filled: The inspector fills it in.
        width: In characters.
    """

    key: str
    header: str
    filled: bool = False
    width: int = 12


VISIT_COLUMNS: Final = (
    ReturnColumn(key="sheet", header="检查单号", width=13),
    ReturnColumn(key="code", header="隐患编号", width=22),
    ReturnColumn(key="name", header="隐患名称", width=22),
    ReturnColumn(key="kind", header="隐患类型", width=12),
    ReturnColumn(key="level", header="风险等级", width=10),
    ReturnColumn(key="place", header="位置", width=24),
    ReturnColumn(key="position", header="经纬度", width=21),
    ReturnColumn(key="leg", header="距上一处（千米）", width=9),
    ReturnColumn(key="due", header="应检查日期", width=13),
    ReturnColumn(key="on", header="检查日期", filled=True, width=12),
    ReturnColumn(key="inspector", header="检查人", filled=True, width=12),
    ReturnColumn(key="phone", header="检查人电话", filled=True, width=14),
    ReturnColumn(key="result", header="检查结果", filled=True, width=11),
    ReturnColumn(key="finding1", header="问题1", filled=True, width=22),
    ReturnColumn(key="finding2", header="问题2", filled=True, width=22),
    ReturnColumn(key="finding3", header="问题3", filled=True, width=22),
    ReturnColumn(key="note", header="其他情况", filled=True, width=22),
    ReturnColumn(key="checklist", header="检查表版本", width=11),
)
ANSWER_COLUMNS: Final = (
    ReturnColumn(key="sheet", header="检查单号", width=13),
    ReturnColumn(key="name", header="隐患名称", width=22),
    ReturnColumn(key="question", header="检查项目内容", width=46),
    ReturnColumn(key="basis", header="依据", width=30),
    ReturnColumn(key="verdict", header="结论", filled=True, width=10),
    ReturnColumn(key="note", header="说明", filled=True, width=28),
    ReturnColumn(key="key", header="项目标识", width=14),
)
_VISIT_SIGNS: Final = frozenset({"sheet", "code", "on", "inspector", "result"})
_ANSWER_SIGNS: Final = frozenset({"sheet", "question", "verdict", "key"})
_FINDINGS: Final = ("finding1", "finding2", "finding3")
_RESULTS: Final = {each.label: each for each in InspectionResult}
_VERDICTS: Final = {
    **{each.label: each for each in Verdict},
    "√": Verdict.PASS, "✓": Verdict.PASS, "×": Verdict.FAIL, "✗": Verdict.FAIL,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CellIssue:
    """What is wrong, and where.

    Attributes:
        cell: ``检查!J3``.
    """

    cell: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedVisit:
    """One row of the visits.

    Attributes:
        cell: Of its sheet's identity.
        sheet: Identity of the sheet.
        code: Code of the hazard as the row says.
        told: What was seen; None where something is wrong, or nothing is filled in.
        findings: What becomes tasks.
        issues: Everything that is wrong with it.
        empty: Nothing is filled in.
    """

    cell: str
    sheet: str
    code: str
    told: Inspection | None = None
    findings: tuple[Finding, ...] = ()
    issues: tuple[CellIssue, ...] = ()
    empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Cells of one row by key."""

    name: str
    number: int
    letters: Mapping[str, str]
    texts: Mapping[str, str]
    unread: tuple[str, ...] = ()

    def text(self, key: str) -> str:
        return clean_text(self.texts.get(key, "")) or ""

    def cell(self, key: str) -> str:
        return f"{self.name}!{self.letters.get(key, 'A')}{self.number}"

    def issue(self, key: str, message: str) -> CellIssue:
        return CellIssue(cell=self.cell(key), message=message)

    def unread_issues(self) -> list[CellIssue]:
        """Cells in which the sender sees something that cannot be read."""
        message = _("这一格是没有结果的公式或错误值，读不出内容，请改成文字。")
        return [self.issue(key, message) for key in self.unread]


def returned_visits(sheets: Sequence[SurveySheet]) -> list[ReturnedVisit] | None:
    """The visits that a workbook tells of; None where it is no workbook of a round."""
    found = False
    rows: list[_Row] = []
    answers: dict[str, list[_Row]] = {}
    for sheet in sheets:
        for row in _rows(sheet, ANSWER_COLUMNS, _ANSWER_SIGNS) or ():
            answers.setdefault(_sheet_of(row), []).append(row)
        visits = _rows(sheet, VISIT_COLUMNS, _VISIT_SIGNS)
        if visits is not None:
            found = True
            rows += visits
    if not found:
        return None
    return list(_visits(rows, answers))


def _visits(rows: Sequence[_Row], answers: Mapping[str, Sequence[_Row]]) -> Iterator[ReturnedVisit]:
    seen: set[str] = set()
    for row in rows:
        sheet = _sheet_of(row)
        issues = []
        if sheet_parts(sheet) is None:
            issues.append(row.issue("sheet", _("“{text}”不是检查单号。").format(text=sheet[:20])))
        elif sheet in seen:
            issues.append(row.issue("sheet", _("检查单 {sheet} 出现两次。").format(sheet=sheet)))
        seen.add(sheet)
        yield _visit(row, sheet, answers.get(sheet, ()), issues)
    for sheet in answers.keys() - seen:
        row = answers[sheet][0]
        if any(each.text("verdict") or each.text("note") for each in answers[sheet]):
            message = _("“检查”表里没有检查单 {sheet}。").format(sheet=sheet[:20])
            yield ReturnedVisit(
                cell=row.cell("sheet"), sheet=sheet, code="", issues=(row.issue("sheet", message),)
            )


def _visit(row: _Row, sheet: str, asked: Sequence[_Row], issues: list[CellIssue]) -> ReturnedVisit:
    given, more = _answers(asked)
    issues += row.unread_issues()
    problems = [text for key in _FINDINGS if (text := row.text(key))]
    seen = ReturnedVisit(cell=row.cell("sheet"), sheet=sheet, code=row.text("code"))
    # Day and people are printed beforehand: they alone do not say that somebody was there.
    if not (row.text("result") or problems or row.text("note") or given or more or row.unread):
        return replace(seen, issues=tuple(issues), empty=True)
    issues += more
    on, result = parse_date(row.text("on")), _RESULTS.get(row.text("result"))
    if on is None:
        text = row.text("on")
        message = (
            _("“{text}”不是日期。").format(text=text[:20]) if text else _("没有填写检查日期。")
        )
        issues.append(row.issue("on", message))
    if result is None:
        words = "、".join(_RESULTS)
        issues.append(row.issue("result", _("检查结果应是{words}之一。").format(words=words)))
    if not row.text("inspector"):
        issues.append(row.issue("inspector", _("没有填写检查人。")))
    if issues or on is None or result is None:
        return replace(seen, issues=tuple(issues))
    told = Inspection(
        on=on, inspector=row.text("inspector"), result=result, phone=row.text("phone"),
        note=row.text("note"), answers=given, checklist=row.text("checklist") if given else "",
        sheet=sheet,
    )  # fmt: skip
    findings = tuple(Finding(problem=text) for text in problems)
    return replace(seen, told=told, findings=findings)


def _answers(rows: Sequence[_Row]) -> tuple[tuple[Answer, ...], list[CellIssue]]:
    """The answers that were given, and what is wrong with them."""
    found: dict[str, Answer] = {}
    issues = []
    for row in rows:
        issues += row.unread_issues()
        text, note, key = row.text("verdict"), row.text("note"), row.text("key")
        if not text and not note:
            continue
        verdict = _VERDICTS.get(text)
        if verdict is None:
            words = "、".join(each.label for each in Verdict)
            issues.append(row.issue("verdict", _("结论应是{words}之一。").format(words=words)))
        elif not key or key in found:
            issues.append(row.issue("key", _("项目标识“{key}”缺失或重复。").format(key=key)))
        else:
            found[key] = Answer(key=key, question=row.text("question"), verdict=verdict, note=note)
    return tuple(found.values()), issues


def _sheet_of(row: _Row) -> str:
    parts = sheet_parts(row.text("sheet"))
    return f"{parts[0]}-{parts[1]}" if parts is not None else row.text("sheet")


def _rows(
    sheet: SurveySheet, columns: Sequence[ReturnColumn], signs: frozenset[str]
) -> list[_Row] | None:
    """The rows below a header that has the signs; None where no row is such a header."""
    keys = {column.header: column.key for column in columns}
    for index in range(min(sheet.height, _HEADER_WITHIN)):
        places: dict[str, int] = {}
        for place, text in enumerate(sheet.row(index)):
            key = keys.get(clean_text(text) or "")
            if key is not None:
                places.setdefault(key, place)
        if places.keys() >= signs:
            return _below(sheet, index, places)
    return None


def _below(sheet: SurveySheet, header: int, places: Mapping[str, int]) -> list[_Row]:
    letters = {k: column_letters(sheet.first_column + at) for k, at in places.items()}
    found = []
    for index in range(header + 1, sheet.height):
        texts = sheet.row(index)
        row = _Row(
            name=sheet.name, number=sheet.first_row + index, letters=letters,
            texts={key: texts[place] for key, place in places.items()},
            unread=tuple(
                key
                for key, place in places.items()
                if (sheet.first_row + index, sheet.first_column + place) in sheet.unread
            ),
        )  # fmt: skip
        if any(map(row.text, places)):
            found.append(row)
    return found
