"""What earlier releases have told already, and what the new one tells beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qhd_riskmap.domain.differencing import Difference, Disclosure
from qhd_riskmap.domain.figures import FIGURES
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.public_counts import PublicCount
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.release_rules import PreflightRule, Severity
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import _
from qhd_riskmap.services.release_order import Finding, SmallCells, finding
from qhd_riskmap.storage.release_repository import ReleaseRecord, ReleaseStatus

Position = tuple[float, str]  # cell size in metres, geometry on the grid (WKB hex)
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known from earlier releases, withdrawn ones included; drafts went to reviewers only.

    Attributes:
        disclosures: Printed numbers of hazards by release.
        remedies: Printed numbers of remediation tasks by release.
        positions: Record id → every position it was ever shown at, newest first, with the release.
        latest: Ids of the records on the newest release of the same scope.
    """

    disclosures: tuple[Disclosure, ...]
    positions: Mapping[str, tuple[tuple[str, Position], ...]]
    latest: frozenset[str]
    remedies: tuple[Disclosure, ...] = ()


def past_of(records: Sequence[ReleaseRecord], county: str | None) -> Past:
    """Read the release register, newest first as it lists them."""
    public = [record for record in records if record.status is not ReleaseStatus.DRAFT]
    positions: dict[str, list[tuple[str, Position]]] = {}
    for record in public:
        for hazard_id, (cell_m, wkb) in record.revealed.get("positions", {}).items():
            positions.setdefault(hazard_id, []).append((record.number, (cell_m, wkb)))
    same_scope = [r for r in public if r.definition.get("county", "") == (county or "")]
    latest = same_scope[0].revealed.get("positions", {}) if same_scope else {}
    return Past(
        disclosures=_told(public, "counts"),
        remedies=_told(public, "remedies"),
        positions={key: tuple(places) for key, places in positions.items()},
        latest=frozenset(latest),
    )


def _told(records: Sequence[ReleaseRecord], what: str) -> tuple[Disclosure, ...]:
    return tuple(
        Disclosure(number=each.number, counts=tuple(_counts(each, what)))
        for each in records
        if what in each.revealed
    )


def _counts(record: ReleaseRecord, what: str) -> Iterator[PublicCount]:
    for area_code, type_key, n, merged in record.revealed[what]:
        yield PublicCount(
            area_code=area_code, area_name="", type_key=type_key, level=None, n=n, merged=merged
        )


def history_findings(
    rule: PreflightRule,
    past: Past,
    *,
    differences: Sequence[Difference],
    positions: Mapping[str, Position],
    hazards: Sequence[Hazard],
    small_cells: SmallCells,
) -> Iterator[Finding]:
    """What the officer should know about the new release beside the earlier ones.

    Args:
        rule: The preflight rule they stand under.
        past: See `past_of`.
        differences: What `domain.redaction.redact` had to hide, or would have.
        positions: Record id → where it is shown now.
        hazards: Live records, for their names.
        small_cells: Whether differences block or were merged away.
    """
    yield from _differences(rule, differences, small_cells)
    by_id = {str(hazard.id): hazard for hazard in hazards}
    gone = [by_id[key] for key in past.latest if key in by_id and key not in positions]
    if gone:
        yield finding(
            rule,
            _(
                "上次公布过的 {n} 处这次不再公开，对照两次成果即可看出：{names}。已公布的收不回，请确认理由。"
            ).format(n=len(gone), names=_names(gone)),
            severity=Severity.WARN,
            hazard_id=str(gone[0].id),
        )
    moved = [
        by_id[key]
        for key, position in positions.items()
        if key in by_id and any(each != position for _number, each in past.positions.get(key, ()))
    ]
    if moved:
        yield finding(
            rule,
            _(
                "{n} 处的公开位置与以前公布的不同，等于又公布一个位置；合起来的精度以历次最细的网格为限：{names}。"
            ).format(n=len(moved), names=_names(moved)),
            severity=Severity.WARN,
            hazard_id=str(moved[0].id),
        )


def _differences(
    rule: PreflightRule, differences: Sequence[Difference], small_cells: SmallCells
) -> Iterator[Finding]:
    told: dict[str, Difference] = {}
    for difference in differences:
        told.setdefault(difference.type_key, difference)
    blocks = small_cells is SmallCells.BLOCK
    for difference in told.values():
        message = (
            _("{area}的“{type}”与 {number} 号发布对照，会指认 {n} 处，不得这样公布。")
            if blocks
            else _("{area}的“{type}”与 {number} 号发布对照，会指认 {n} 处，已与其他区域合并。")
        )
        yield finding(
            rule,
            message.format(
                area=_area(difference),
                type=counted_label(difference.type_key),
                number=difference.release,
                n=abs(difference.n),
            ),
            severity=Severity.BLOCK if blocks else Severity.INFO,
        )


def counted_label(type_key: str) -> str:
    """What a public number counts: a type of hazard, or a part of the remediation tasks."""
    known = FIGURES.get(type_key)
    return _(known.label if known else taxonomy().get(type_key).label)


def _area(difference: Difference) -> str:
    names = []
    for code in sorted(difference.areas):
        division, _between, township = code.partition("/")
        names.append(township or regions().get(division).name)
    return _("、").join(names[:_NAMED])


def _names(hazards: Sequence[Hazard]) -> str:
    shown = _("、").join(hazard.name for hazard in hazards[:_NAMED])
    return shown + ("……" if len(hazards) > _NAMED else "")
