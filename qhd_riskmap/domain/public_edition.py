"""The masthead every public product prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from qhd_riskmap.domain.sheet_design import PLAIN_SHEET, SheetDesign
from qhd_riskmap.i18n import N_, _

BOUNDARY_NOTE = N_("本图界线不作为划界依据")
POSITION_NOTE = N_("图上位置经综合处理，仅示意大致方位")
# The ODbL asks for it wherever the shipped sea and coastline are drawn.
COAST_CREDIT = N_("海岸线数据 © OpenStreetMap 贡献者（ODbL）")
DRAFT_MARK = N_("送审样图")

Translator = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What a product says about itself. Holds no clock time, serial number or revision.

    Attributes:
        county: Division code the product is limited to, or None for the whole city.
        data_date: 资料截止日期; None only in drafts.
        approval_no: 审图号; "" in drafts.
        draft: Print `DRAFT_MARK` across the product instead of a number.
        sheet: How sheets are laid out.
    """

    title: str
    unit: str
    publisher: str
    source: str
    data_date: date | None
    approval_no: str
    draft: bool
    county: str | None = None
    sheet: SheetDesign = PLAIN_SHEET

    @property
    def approval_line(self) -> str:
        """The 审图号 line, or the draft mark."""
        return self.approval_in(_)

    def approval_in(self, tr: Translator) -> str:
        """`approval_line` in the language of ``tr``."""
        if self.draft:
            return tr(DRAFT_MARK)
        return tr(N_("审图号：{number}")).format(number=self.approval_no)

    @property
    def date_text(self) -> str:
        """The data date as printed, e.g. 2026年10月31日."""
        return self.date_in(_)

    def date_in(self, tr: Translator) -> str:
        """`date_text` in the language of ``tr``."""
        if self.data_date is None:
            return ""
        day = self.data_date
        return tr(N_("{year}年{month}月{day}日")).format(
            year=day.year, month=day.month, day=day.day
        )

    def lines(self, tr: Translator = _) -> tuple[tuple[str, str], ...]:
        """Label and value of every line of the masthead that has a value, in printing order."""
        pairs = (
            (tr(N_("编制单位")), self.unit),
            (tr(N_("发布单位")), self.publisher),
            (tr(N_("数据来源")), self.source),
            (tr(N_("资料截止日期")), self.date_in(tr)),
        )
        return tuple((label, value) for label, value in pairs if value)

    def notes(self, tr: Translator = _) -> tuple[str, ...]:
        """The disclaimers."""
        return (tr(BOUNDARY_NOTE), tr(POSITION_NOTE))
