"""Reading a list of risk points that came back."""

from __future__ import annotations

from pathlib import Path

from qhd_riskmap.domain.risk_list import RISK_COLUMNS, risk_cells
from qhd_riskmap.domain.survey_sheet import SurveySheet

HEADERS = [column.header for column in RISK_COLUMNS]
CODE = [column.key for column in RISK_COLUMNS].index("code")


def sheet(*rows):
    return SurveySheet(
        file=Path("a.xlsx"),
        name="风险点",
        hidden=False,
        columns=[list(c) for c in zip(*rows, strict=True)],
    )


def row(code, name="东沟"):
    texts = [""] * len(HEADERS)
    texts[CODE], texts[[c.key for c in RISK_COLUMNS].index("name")] = code, name
    return texts


def test_rows_without_a_code_are_none_of_the_list():
    found = risk_cells(
        sheet(HEADERS, row("130322-01-2026-0001"), row("  ", "合计"), row("130322-01-2026-0002"))
    )
    assert [(at, cells["code"]) for at, cells in found] == [
        (2, "130322-01-2026-0001"), (4, "130322-01-2026-0002"),
    ]  # fmt: skip


def test_a_sheet_without_the_telling_headers_is_no_such_list():
    assert risk_cells(sheet(["甲", "乙"], ["1", "2"])) is None
