"""A round on paper as PDF: the way on its first page, then a sheet with QR code for each stop."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from qhd_riskmap.cartography.basemap_painter import PreparedBasemap, prepare_basemap
from qhd_riskmap.cartography.export_bytes import fixed_pdf
from qhd_riskmap.cartography.mini_map import MINI_PROJECTION, Way, paint_mini_map
from qhd_riskmap.cartography.page_export import painted_pdf, write_whole
from qhd_riskmap.cartography.paper_pages import INSET, SHADE, PaperPages, inside
from qhd_riskmap.cartography.prepared import PreparedFeatures, prepare
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.inspection.checklist import Question
from qhd_riskmap.domain.inspection.record import InspectionResult, Verdict
from qhd_riskmap.domain.inspection.sheet import RoundPaper, SheetStop
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.geo.coordinate_text import format_decimal
from qhd_riskmap.i18n import _, language

_LEFT, _RIGHT, _TOP, _BOTTOM = 15.0, 195.0, 12.0, 282.0
_WIDTH: Final = _RIGHT - _LEFT
_QR: Final = 27.0
_MAP: Final = (62.0, 50.0)
_ROUTE_MAP_HEIGHT: Final = 118.0
_ROW: Final = 6.2
_BOX: Final = 3.0
_AROUND_DEG: Final = 0.012  # about a kilometre around a hazard
_TITLE_PT, _TEXT_PT, _SMALL_PT = 15.0, 9.0, 7.5
_SHARES: Final = (
    8.0,
    68.0,
    36.0,
    42.0,
    26.0,
)  # number, question, basis, verdict, note: millimetres
_PROBLEM_LINES: Final = 3
_WRITING: Final = 49.5  # findings, other things, signatures: together on a page
_CENTRE: Final = Qt.AlignmentFlag.AlignHCenter


def write_round_pdf(path: Path, paper: RoundPaper, made_on: date) -> int:
    """Write the way and the sheets of a round; how many pages there are.

    Raises:
        OutputFileError: The file cannot be written.
        DiskFullError: The volume is full.
    """

    def paint(painter: QPainter, writer: QPdfWriter) -> int:
        pages = PaperPages(painter, writer)
        ground = prepare_basemap(boundaries(), MINI_PROJECTION)
        features = prepare(paper.features(), MINI_PROJECTION)
        _Overview(pages, paper, features, ground).paint()
        for stop in paper.stops:
            _Sheet(pages, paper, stop, features, ground).paint()
        return pages.count

    portrait = QPageLayout.Orientation.Portrait
    raw, count = painted_pdf(_("隐患检查单"), QPageSize.PageSizeId.A4, portrait, paint)
    write_whole(path, fixed_pdf(raw, made_on, language()))
    return count


def hazard_kind(hazard: Hazard) -> str:
    """Type and level in words."""
    level = hazard.level
    words = f"{_(level.label)}（{_(level.colour_name)}）" if level else _("未评级")
    return f"{_(taxonomy().get(hazard.type_key).label)}　{words}"


def hazard_place(hazard: Hazard) -> str:
    """Division, township and address in words."""
    county = _(regions().get(hazard.county).name) if hazard.county else ""
    return " ".join(filter(None, (county, hazard.township, hazard.address)))


class _Paper:
    """What overview and sheets share: pages filled from top to bottom."""

    def __init__(
        self,
        pages: PaperPages,
        paper: RoundPaper,
        features: PreparedFeatures,
        ground: PreparedBasemap,
    ) -> None:
        self.pages, self.paper = pages, paper
        self._features, self._ground = features, ground
        self.text = pages.font(_TEXT_PT)
        self.bold = pages.font(_TEXT_PT, bold=True)
        self.small = pages.font(_SMALL_PT)
        self.title = pages.font(_TITLE_PT, bold=True)
        self.y = _BOTTOM
        self.number = 0

    def turn(self) -> None:
        """Begin a page."""
        self.pages.turn()
        self.number += 1
        self.y = _TOP
        foot = QRectF(_LEFT, _BOTTOM + 4, _WIDTH, 5)
        self.pages.text(self.foot(), self.small, foot)
        words = _("第 {n} 页").format(n=self.number)
        self.pages.text(words, self.small, foot, Qt.AlignmentFlag.AlignRight)
        self.head()

    def foot(self) -> str:
        return _("内部资料，未经批准不得公开。　路线 {id}　检查表 {version}").format(
            id=self.paper.planned.id, version=self.paper.checklist
        )

    def head(self) -> None:
        """What stands on top of every page."""

    def need(self, height: float) -> None:
        if self.y + height > _BOTTOM:
            self.turn()

    def take(self, height: float) -> QRectF:
        place = QRectF(_LEFT, self.y, _WIDTH, height)
        self.y += height
        return place

    def draw_map(
        self, place: QRectF, bounds: tuple[float, float, float, float], way: Way | None
    ) -> None:
        paint_mini_map(
            self.pages.painter, place, bounds, features=self._features, basemap=self._ground, way=way,
            names=way is None,
        )  # fmt: skip

    def cells(
        self, texts: tuple[str, ...], shares: tuple[float, ...], *, head: bool = False
    ) -> None:
        """One row of a table, as high as its longest cell."""
        font = self.bold if head else self.text
        height = max(
            self.pages.height(text, font, share - 2 * INSET) + 2
            for text, share in zip(texts, shares, strict=True)
        )
        row = self.take(max(_ROW, height))
        x = row.left()
        for text, share in zip(texts, shares, strict=True):
            cell = QRectF(x, row.top(), share, row.height())
            self.pages.frame(cell, SHADE if head else "")
            self.pages.text(text, font, inside(cell))
            x += share


class _Overview(_Paper):
    """The way: map and list."""

    def paint(self) -> None:
        self.turn()
        planned, stops = self.paper.planned, self.paper.stops
        self.pages.text(_("检查路线"), self.title, self.take(10), _CENTRE)
        told = _("{office}　{day}　检查人：{who}　共 {n} 处，全长 {km:.1f} 千米（直线，返回起点）").format(
            office=self.paper.office, day=planned.on.isoformat(), who=planned.inspector or "　　　　",
            n=len(stops), km=planned.route_m / 1000,
        )  # fmt: skip
        self.pages.text(told, self.text, self.take(_ROW * 1.5))
        places = [stop.hazard.anchor() for stop in stops]
        everywhere = [planned.start, *places]
        lons, lats = [lon for lon, _lat in everywhere], [lat for _lon, lat in everywhere]
        pad = _AROUND_DEG / 2
        bounds = (min(lons) - pad, min(lats) - pad, max(lons) + pad, max(lats) + pad)
        self.draw_map(self.take(_ROUTE_MAP_HEIGHT), bounds, Way(start=planned.start, stops=places))
        self.y += 3
        shares = (9.0, 39.0, 44.0, 34.0, 18.0, 36.0)
        heads = (_("序"), _("编号"), _("名称"), _("类型和等级"), _("千米"), _("应检查日期"))
        self.cells(heads, shares, head=True)
        for stop in stops:
            self.need(2 * _ROW)
            due = (
                f"{stop.due.isoformat()} {_(stop.season)}" if stop.season else stop.due.isoformat()
            )
            self.cells(
                (
                    str(stop.number), stop.hazard.code, stop.hazard.name, hazard_kind(stop.hazard),
                    f"{stop.leg_m / 1000:.1f}", due,
                ),
                shares,
            )  # fmt: skip


class _Sheet(_Paper):
    """The sheet of one stop."""

    def __init__(
        self,
        pages: PaperPages,
        paper: RoundPaper,
        stop: SheetStop,
        features: PreparedFeatures,
        ground: PreparedBasemap,
    ) -> None:
        super().__init__(pages, paper, features, ground)
        self._stop = stop

    def head(self) -> None:
        """Every page carries the QR code: pages of several sheets may be scanned in any order."""
        stop = self._stop
        code = QRectF(_RIGHT - _QR, self.y, _QR, _QR)
        self.pages.qr(stop.mark, code)
        below = QRectF(_RIGHT - _QR - 4, self.y + _QR, _QR + 8, 4)
        self.pages.text(stop.sheet, self.small, below, _CENTRE)
        line = QRectF(_LEFT, self.y, _WIDTH - _QR - 2, 10)
        self.pages.text(_("隐患检查单"), self.title, line)
        told = QRectF(_LEFT, self.y + 10, line.width(), _ROW)
        self.pages.text(f"{self.paper.office}　No.{stop.number}", self.text, told)
        name = QRectF(_LEFT, self.y + 10 + _ROW, line.width(), 2 * _ROW)
        self.pages.text(f"{stop.hazard.code}　{stop.hazard.name}", self.bold, name)
        self.y += _QR + 6

    def paint(self) -> None:
        self.turn()
        self._facts()
        self._answers_head()
        heads = (_("序"), _("检查项目"), _("依据"), _("结论"), _("说明"))
        self.need(3 * _ROW)
        self.cells(heads, _SHARES, head=True)
        for number, question in enumerate(self._stop.questions, start=1):
            self._question(number, question)
        self._writing()

    def _facts(self) -> None:
        hazard, stop = self._stop.hazard, self._stop
        top = self.y
        west, south, east, north = hazard.geometry.bounds
        pad = _AROUND_DEG
        place = QRectF(_RIGHT - _MAP[0], top, *_MAP)
        self.draw_map(place, (west - pad, south - pad, east + pad, north + pad), None)
        due = f"{stop.due.isoformat()} {_(stop.season)}".strip()
        people = " ".join(filter(None, (hazard.contact, hazard.phone)))
        rows = (
            (_("类型和等级"), hazard_kind(hazard)),
            (_("位置"), hazard_place(hazard)),
            (_("坐标"), f"{format_decimal(*hazard.anchor())}（CGCS2000）"),
            (_("责任单位"), hazard.unit),
            (_("联系人"), people),
            (_("监管部门"), hazard.regulator),
            (_("上次检查"), stop.last.isoformat() if stop.last else _("没有记录")),
            (_("应检查日期"), due),
        )
        label, width = 24.0, _WIDTH - _MAP[0] - 3
        for head, text in rows:
            height = self.pages.height(text or " ", self.text, width - label - 2 * INSET) + 2
            row = QRectF(_LEFT, self.y, width, max(_ROW, height))
            left = QRectF(row.left(), row.top(), label, row.height())
            right = QRectF(left.right(), row.top(), width - label, row.height())
            self.pages.frame(left, SHADE)
            self.pages.frame(right)
            self.pages.text(head, self.text, inside(left))
            self.pages.text(text, self.text, inside(right))
            self.y += row.height()
        self.y = max(self.y, top + _MAP[1]) + 3

    def _answers_head(self) -> None:
        day = _("检查日期：　　　　年　　月　　日　　检查人：　　　　　　　　　电话：")
        self.pages.text(day, self.text, self.take(_ROW + 1))
        row = self.take(_ROW + 1)
        self.pages.text(_("检查结果："), self.text, row)
        x = row.left() + self.pages.width(_("检查结果："), self.text) + 3
        for result in InspectionResult:
            x = self._box(_(result.label), x, row)
        self.y += 1

    def _box(self, text: str, x: float, row: QRectF, gap: float = 6.0) -> float:
        self.pages.frame(QRectF(x, row.center().y() - _BOX / 2, _BOX, _BOX))
        width = self.pages.width(text, self.text) + 1
        self.pages.text(text, self.text, QRectF(x + _BOX + 0.8, row.top(), width, row.height()))
        return x + _BOX + width + gap

    def _question(self, number: int, question: Question) -> None:
        heights = (
            self.pages.height(question.text, self.text, _SHARES[1] - 2 * INSET),
            self.pages.height(question.source, self.small, _SHARES[2] - 2 * INSET),
        )
        height = max(_ROW, *heights) + 1
        self.need(height)
        row = self.take(height)
        x = row.left()
        texts = (str(number), question.text, question.source, "", "")
        for at, (text, share) in enumerate(zip(texts, _SHARES, strict=True)):
            cell = QRectF(x, row.top(), share, height)
            self.pages.frame(cell)
            self.pages.text(text, self.small if at == 2 else self.text, inside(cell))  # noqa: PLR2004 - basis
            x += share
        x = row.left() + sum(_SHARES[:3]) + 1
        for verdict in Verdict:
            x = self._box(_(verdict.label), x, row, gap=0.4)

    def _writing(self) -> None:
        """Room for what was found, and who stands for it."""
        self.need(_WRITING)
        self.y += 2
        self.pages.text(_("发现的问题："), self.bold, self.take(_ROW))
        for number in range(1, _PROBLEM_LINES + 1):
            row = self.take(_ROW + 1)
            self.pages.frame(row)
            self.pages.text(f"{number}.", self.text, inside(row))
        self.y += 1
        row = self.take(_ROW + 1)
        self.pages.frame(row)
        self.pages.text(_("其他情况："), self.text, inside(row))
        self.y += 3
        signs = _(
            "检查人签字：　　　　　　　　　被检查单位签字：　　　　　　　　　　　　年　　月　　日"
        )
        self.pages.text(signs, self.text, self.take(_ROW + 2))
