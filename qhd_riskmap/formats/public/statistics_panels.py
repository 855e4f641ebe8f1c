"""The panels of the public statistics page: each a table, and bars that show the same numbers.

Everything is taken from the public content of a release, by the same sums as the tables beside its maps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from qhd_riskmap.domain.coverage import Standing
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_edition import Edition, Translator
from qhd_riskmap.domain.public_remedies import RemedyRow, remedy_rows
from qhd_riskmap.domain.public_statistics import (
    PublicNumbers,
    columns_of,
    number_of,
    numbers_by_county,
    numbers_by_township,
    numbers_by_type,
    sum_of,
)
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_

NOTHING: Final = "—"
_MARKS: Final = {
    **{level.value: f"l{level.rank}" for level in RiskLevel}, "": "l0", "counted": "c",
}  # fmt: skip
_CODE: Final = 6  # digits of a division; the city has fewer, a township more
_LEAST_FOR_NUMBER: Final = 0.06  # of the longest bar: a smaller piece has no room for its number
_REST: Final = N_("{area}其余区域合计")
_BY_COUNTY: Final = N_("各县区隐患数量（处）")
_BY_TOWNSHIP: Final = N_("各乡镇隐患数量（处）")
_BY_TYPE: Final = N_("各类隐患数量（处）")
_COUNTS: Final = N_("只公布数量的类型（处）")
_REMEDIES: Final = N_("整改情况（项）")
_COVERAGE: Final = N_("排查情况（类）")
_COUNTS_WHY: Final = N_("这些类型只公布数量，不公布位置；“—”表示没有，或因数量过少并入合计。")
_REMEDIES_WHY: Final = N_("“—”表示没有，或因数量过少与其他县区合并，不单列。")
_COVERAGE_WHY: Final = N_("每个区域处于各种排查情况的隐患类型数。")
_HEADS: Final = {
    "county": N_("县区"), "township": N_("乡镇"), "type": N_("类型"), "area": N_("区域"), "sum": N_("合计"), "finished": N_("已整改"), "open": N_("未整改"),
    "rate": N_("整改率"),
}  # fmt: skip
_TILES: Final = (
    N_("公布的隐患（处）"), N_("重大风险（处）"), N_("只公布数量（处）"), N_("整改率"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a bar.

    Attributes:
        mark: Class that colours it.
        start: Share of the longest bar where it begins.
        length: Share of the longest bar.
        text: Its number, where there is room for it.
    """

    mark: str
    start: float
    length: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A line of the chart."""

    label: str
    pieces: tuple[Piece, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One heading with a table and, where bars help, its chart.

    Attributes:
        legend: Class and name of every kind of piece.
        rows: Texts of the table; the first cell of each is its head.
        summed: The last row is the sum of the others.
    """

    key: str
    heading: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    legend: tuple[tuple[str, str], ...] = ()
    bars: tuple[Bar, ...] = ()
    summed: bool = False


def panels(public: PublicSet, edition: Edition, tr: Translator) -> tuple[Panel, ...]:
    """All panels that have something to say."""
    by_area = numbers_by_township if edition.county else numbers_by_county
    areas = _HEADS["township"] if edition.county else _HEADS["county"]
    heading = _BY_TOWNSHIP if edition.county else _BY_COUNTY
    found = (
        _numbers("areas", tr(heading), tr(areas), by_area(public, tr), tr),
        _numbers("types", tr(_BY_TYPE), tr(_HEADS["type"]), numbers_by_type(public, tr), tr),
        _counts(public, tr),
        _remedies(public, tr),
        _coverage(public, edition, tr),
    )
    return tuple(panel for panel in found if panel.rows)


def tiles(public: PublicSet, tr: Translator) -> tuple[tuple[str, str], ...]:
    """The numbers to see first."""
    total = sum_of(numbers_by_type(public), tr)
    rows = remedy_rows(public.remedies, tr)
    values = (
        str(total.total), str(total.levels[RiskLevel.RED]), str(total.counted),
        _percent(rows[-1]) if rows else NOTHING,
    )  # fmt: skip
    pairs = zip(map(tr, _TILES), values, strict=True)
    return tuple(pair for pair in pairs if pair[1] != NOTHING)


def panel_words() -> Iterator[str]:
    """Fixed texts of the panels, Chinese; no secret of any record."""
    yield from (_BY_COUNTY, _BY_TOWNSHIP, _BY_TYPE, _COUNTS, _REMEDIES, _COVERAGE)
    yield from (_COUNTS_WHY, _REMEDIES_WHY, _COVERAGE_WHY, *_HEADS.values(), *_TILES)


def _numbers(
    key: str, heading: str, first: str, lines: tuple[PublicNumbers, ...], tr: Translator
) -> Panel:
    total = sum_of(lines, tr)
    columns = columns_of(total, tr)
    rows = tuple(
        (line.label, *(str(number_of(line, each)) for _head, each in columns), str(line.total))
        for line in ((*lines, total) if lines else ())
    )
    longest = max((line.total for line in lines), default=0)
    shown = [(head, each) for head, each in columns if number_of(total, each)]
    bars = tuple(
        Bar(
            label=line.label, total=line.total,
            pieces=_pieces([(_MARKS[each], number_of(line, each)) for _head, each in shown], longest),
        )
        for line in lines
    )  # fmt: skip
    return Panel(
        key=key, heading=heading, heads=(first, *(head for head, _k in columns), tr(_HEADS["sum"])),
        rows=rows, bars=bars, legend=tuple((_MARKS[each], head) for head, each in shown), summed=True,
    )  # fmt: skip


def _counts(public: PublicSet, tr: Translator) -> Panel:
    """Areas by type; a blank is none, or stands in the sum of several areas."""
    cells: dict[str, dict[str, int]] = {}
    for each in sorted(
        public.counts, key=lambda c: (c.merged, len(c.area_code) < _CODE, c.area_code)
    ):
        name = tr(each.area_name)
        area = tr(_REST).format(area=name) if each.merged else name
        cells.setdefault(area, {})[each.type_key] = each.n
    told = {each.type_key for each in public.counts}
    kinds = [kind for kind in taxonomy().types if kind.key in told]
    rows = tuple(
        (area, *(_number(here.get(kind.key)) for kind in kinds)) for area, here in cells.items()
    )
    return Panel(
        key="counts", heading=tr(_COUNTS), heads=(tr(_HEADS["area"]), *(tr(k.label) for k in kinds)),
        rows=rows, note=tr(_COUNTS_WHY),
    )  # fmt: skip


def _remedies(public: PublicSet, tr: Translator) -> Panel:
    lines = remedy_rows(public.remedies, tr)
    parts = ((tr(_HEADS["finished"]), "done"), (tr(_HEADS["open"]), "open"))
    rows = tuple(
        (line.label, *(_number(n) for n in (line.finished, line.open)), _percent(line))
        for line in lines
    )
    apart = lines[:-1] if len(lines) > 1 else lines
    sums = [(line.finished or 0) + (line.open or 0) for line in apart]
    bars = tuple(
        Bar(
            label=line.label, total=total,
            pieces=_pieces(
                [("done", line.finished or 0), ("open", line.open or 0)], max(sums, default=0)
            ),
        )
        for line, total in zip(apart, sums, strict=True)
    )  # fmt: skip
    heads = tuple(tr(_HEADS[each]) for each in ("county", "finished", "open", "rate"))
    return Panel(
        key="remedies", heading=tr(_REMEDIES), heads=heads, rows=rows, bars=bars,
        legend=tuple((mark, head) for head, mark in parts), note=tr(_REMEDIES_WHY),
        summed=len(lines) > 1,
    )  # fmt: skip


def _coverage(public: PublicSet, edition: Edition, tr: Translator) -> Panel:
    """Areas by standing: of how many types each is surveyed, and of how many it is not."""
    told: dict[str, Counter[Standing]] = {}
    for cell in public.coverage:
        if edition.county or not cell.county:
            told.setdefault(tr(cell.area_name), Counter())[cell.standing] += 1
    standings = [each for each in Standing if any(here[each] for here in told.values())]
    rows = tuple((area, *(str(here[each]) for each in standings)) for area, here in told.items())
    heads = (tr(_HEADS["area"]), *(tr(each.label) for each in standings))
    return Panel(
        key="coverage", heading=tr(_COVERAGE), heads=heads, rows=rows, note=tr(_COVERAGE_WHY)
    )  # fmt: skip


def _pieces(numbers: Sequence[tuple[str, int]], longest: int) -> tuple[Piece, ...]:
    pieces, before = [], 0
    for mark, n in numbers:
        if n:
            length = n / longest
            text = str(n) if length >= _LEAST_FOR_NUMBER else ""
            pieces.append(Piece(mark=mark, start=before / longest, length=length, text=text))
        before += n
    return tuple(pieces)


def _number(n: int | None) -> str:
    return NOTHING if n is None else str(n)


def _percent(row: RemedyRow) -> str:
    return NOTHING if row.rate is None else f"{row.rate * 100:.1f} %"
