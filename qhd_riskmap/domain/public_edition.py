"""The masthead every public product prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qhd_riskmap.domain.sheet_design import PLAIN_SHEET, SheetDesign
from qhd_riskmap.i18n import N_, _

BOUNDARY_NOTE = N_("本图界线不作为划界依据")
POSITION_NOTE = N_("图上位置经综合处理，仅示意大致方位")
# The ODbL asks for it wherever the shipped sea and coastline are drawn.
COAST_CREDIT = N_("海岸线数据 © OpenStreetMap 贡献者（ODbL）")
DRAFT_MARK = N_("送审样图")


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
        if self.draft:
            return _(DRAFT_MARK)
        return _("审图号：{number}").format(number=self.approval_no)

    @property
    def date_text(self) -> str:
        """The data date as printed, e.g. 2026年10月31日."""
        if self.data_date is None:
            return ""
        day = self.data_date
        return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Label and value of every line of the masthead that has a value, in printing order."""
        pairs = (
            (_("编制单位"), self.unit),
            (_("发布单位"), self.publisher),
            (_("数据来源"), self.source),
            (_("资料截止日期"), self.date_text),
        )
        return tuple((label, value) for label, value in pairs if value)

    def notes(self) -> tuple[str, ...]:
        """The disclaimers."""
        return (_(BOUNDARY_NOTE), _(POSITION_NOTE))
