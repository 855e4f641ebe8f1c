"""Numbers of a public content by area or by type, for the tables of sheets.

Sums of what is public anyway: records on the map by level, and printed counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_counts import PublicCount
from qhd_riskmap.domain.public_edition import Translator
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _

_COUNTY_DIGITS = 6
_COUNTED = "counted"
_TOGETHER = N_("其他县区合计")
_NO_TOWNSHIP = N_("未注明乡镇")


@dataclass(slots=True, kw_only=True)
class PublicNumbers:
    """One line of a table.

    Attributes:
        label: Area or type.
        levels: Level → records on the map; None: not graded.
        counted: Hazards that are public as a number only.
    """

    label: str
    levels: Counter[RiskLevel | None] = field(default_factory=Counter)
    counted: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.levels.total() + self.counted


def numbers_by_type(public: PublicSet, tr: Translator = _) -> tuple[PublicNumbers, ...]:
    """One line per type that has any, in the plan's order."""
    rows = {kind.key: PublicNumbers(label=tr(kind.label)) for kind in taxonomy().types}
    for hazard in public.hazards:
        rows[hazard.type_key].levels[hazard.level] += 1
    for count in public.counts:
        rows[count.type_key].counted += count.n
    return tuple(row for row in rows.values() if row.total)


def numbers_by_county(public: PublicSet, tr: Translator = _) -> tuple[PublicNumbers, ...]:
    """One line per division that has any, then one for counts that are printed for several together."""
    rows = {region.code: PublicNumbers(label=tr(region.name)) for region in regions().current()}
    together = PublicNumbers(label=tr(_TOGETHER))
    for hazard in public.hazards:
        rows[hazard.county].levels[hazard.level] += 1
    for count in public.counts:
        rows.get(_division(count), together).counted += count.n
    return tuple(row for row in (*rows.values(), together) if row.total)


def numbers_by_township(public: PublicSet, tr: Translator = _) -> tuple[PublicNumbers, ...]:
    """One line per township that has any, by name; what lies in none comes last."""
    rows: dict[str, PublicNumbers] = {}
    rest = PublicNumbers(label=tr(_NO_TOWNSHIP))
    for hazard in public.hazards:
        name = hazard.township
        row = rows.setdefault(name, PublicNumbers(label=name)) if name else rest
        row.levels[hazard.level] += 1
    for count in public.counts:
        name = "" if count.merged or "/" not in count.area_code else count.area_name
        row = rows.setdefault(name, PublicNumbers(label=name)) if name else rest
        row.counted += count.n
    named = [rows[name] for name in sorted(rows)]
    return tuple(row for row in (*named, rest) if row.total)


def sum_of(rows: tuple[PublicNumbers, ...], tr: Translator = _) -> PublicNumbers:
    """All lines together."""
    total = PublicNumbers(label=tr(N_("合计")))
    for row in rows:
        total.levels.update(row.levels)
        total.counted += row.counted
    return total


def _division(count: PublicCount) -> str:
    """Division a number belongs to, or the code of the city."""
    return count.area_code[:_COUNTY_DIGITS]


def cells_of(rows: tuple[PublicNumbers, ...]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads and texts of a table: levels, what is not graded or only counted where there is any."""
    total = sum_of(rows)
    columns = columns_of(total)
    heads = ("", *(head for head, _key in columns), _("合计"))
    texts = []
    for row in (*rows, total):
        numbers = [number_of(row, key) for _h, key in columns]
        texts.append((row.label, *(str(number or "·") for number in numbers), str(row.total)))
    return heads, texts


def statistic_words() -> tuple[str, ...]:
    """Fixed words of the tables beside a map, each a text of its own on the sheet."""
    heads = tuple(_(text) for text in _LEVEL_HEADS.values())
    return (*heads, *(_(text) for text in _OTHER_WORDS))


_LEVEL_HEADS = {
    RiskLevel.RED: N_("重大"), RiskLevel.ORANGE: N_("较大"), RiskLevel.YELLOW: N_("一般"),
    RiskLevel.BLUE: N_("低"),
}  # fmt: skip
_OTHER_WORDS = (
    N_("未评级"), N_("只计数"), N_("合计"), N_("县区"), N_("类型"), _TOGETHER, _NO_TOWNSHIP,
    N_("数量统计（处）"), N_("位置示意"), N_("名称"), N_("等级"), N_("距离"),
)  # fmt: skip


def columns_of(total: PublicNumbers, tr: Translator = _) -> list[tuple[str, str]]:
    """Head and key of every column of numbers; see `number_of`."""
    columns = [(tr(_LEVEL_HEADS[level]), level.value) for level in RiskLevel]
    if total.levels[None]:
        columns.append((tr(N_("未评级")), ""))
    if total.counted:
        columns.append((tr(N_("只计数")), _COUNTED))
    return columns


def number_of(row: PublicNumbers, key: str) -> int:
    """The number of a line in the column of a key."""
    if key == _COUNTED:
        return row.counted
    return row.levels[RiskLevel(key) if key else None]
