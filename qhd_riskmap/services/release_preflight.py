"""The preflight page: everything that can be judged before a product is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import shapely

from qhd_riskmap.domain.blocked_texts import blocked_texts, kept_names
from qhd_riskmap.domain.coverage import CoverageCell
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.map_layer import MapLayer, unapproved_ground
from qhd_riskmap.domain.public_coverage import coverage_notes
from qhd_riskmap.domain.public_geometry import off_grid
from qhd_riskmap.domain.redaction import (
    CELL_M,
    DECIDED,
    SOCIAL_SECURITY,
    TOO_FEW,
    PublicSet,
)
from qhd_riskmap.domain.release_decision import ReleaseDecision, keeps_more_back
from qhd_riskmap.domain.release_rules import ReleaseRules, Severity
from qhd_riskmap.domain.release_texts import NamesKept, compared
from qhd_riskmap.domain.taxonomy import EventClass, taxonomy
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.release_history import Past, Position, counted_label, history_findings
from qhd_riskmap.services.release_order import Finding, ReleaseOrder, SmallCells, finding

_FIELD_LABELS = {"name": N_("名称"), "unit": N_("责任单位"), "township": N_("乡镇")}
_MONTH_DAYS = 30.44  # mean length of a month


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the preflight looks at.

    Attributes:
        hazards: Live records of the register.
        bound_hash: Hash of the content the approval number was first used for, or "".
        today: Day of the release; judged, never printed.
        past: What earlier releases have told.
        positions: Record id → where it is shown now.
        layers: Added layers of the map. No product paints them, but screenshots do.
        decided: Records that go out otherwise than their type, by a recorded decision.
        coverage: Where has been surveyed for what, as of the day of the data.
    """

    order: ReleaseOrder
    rules: ReleaseRules
    hazards: Sequence[Hazard]
    public: PublicSet
    bound_hash: str
    today: date
    past: Past
    positions: Mapping[str, Position]
    layers: Sequence[MapLayer] = ()
    decided: Mapping[UUID, ReleaseDecision] = field(default_factory=dict)
    coverage: Sequence[Sequence[CoverageCell]] = ()


def judge(case: Judged) -> tuple[Finding, ...]:
    """All findings, the blocking ones first, then in the order of the rules."""
    kept = kept_names(case.hazards, case.rules, case.decided)
    found = [
        *_approval(case),
        *_base_layers(case),
        *_left_out(case),
        *_output(case),
        *_decisions(case),
        *_record_texts(case, kept),
        *_order_texts(case, kept),
        *_masthead(case),
        *_dates(case),
        *_sign_off(case),
        *_small_cells(case),
        *_history(case),
        *_emergency(case),
        *_coverage(case),
    ]
    weight = {Severity.BLOCK: 0, Severity.WARN: 1, Severity.INFO: 2}
    return tuple(sorted(found, key=lambda f: (weight[f.severity], f.rule)))


def _approval(case: Judged) -> Iterator[Finding]:
    number = case.order.approval_no
    rules = case.rules.findings
    if case.order.draft:
        message = _("送审样图不印审图号，只供送审，不得公开。")
        yield finding(rules["PM01"], message, severity=Severity.INFO)
    elif not number:
        yield finding(rules["PM01"], _("没有填写审图号；取得审图号之前只能制作送审样图。"))
    elif not case.rules.approval_no.match(number):
        yield finding(
            rules["PM02"],
            _("审图号“{number}”不合格式，应如“冀S(2026)012号”。").format(number=number),
        )
    elif case.bound_hash and case.bound_hash != case.public.content_hash:
        yield finding(
            rules["PM02"],
            _("审图号“{number}”已用于另一份内容；内容有改动，须重新送审取得新的审图号。").format(
                number=number
            ),
        )
    yield finding(rules["PM17"], _("随程序提供的行政区域界线不是标准画法图，送审时请一并说明。"))


def _base_layers(case: Judged) -> Iterator[Finding]:
    for layer in unapproved_ground(case.layers):
        message = _(
            "地图上的底图“{name}”没有审图号，不会画进公开成果；请勿截屏公开带有它的地图。"
        ).format(name=layer.name)
        yield finding(case.rules.findings["PM03"], message, severity=Severity.INFO)


def _left_out(case: Judged) -> Iterator[Finding]:
    labels = {
        SOCIAL_SECURITY: N_("社会安全类记录 {n} 条按规定不公开，已排除。"),
        "secrecy": N_("内部或涉密记录 {n} 条已排除。"),
        "closed": N_("已销号记录 {n} 条不再公开。"),
        "deleted": N_("已删除记录 {n} 条不公开。"),
        "elsewhere": N_("所选范围之外的记录 {n} 条不在本次成果中。"),
        DECIDED: N_("经决定不公开的记录 {n} 条已排除。"),
        TOO_FEW: N_("只公开数量的类型中有 {n} 条因全域数量过少，未列入成果。"),
    }
    rule = case.rules.findings["PM04"]
    for reason, n in case.public.excluded.items():
        yield finding(rule, _(labels[reason]).format(n=n), severity=Severity.INFO)


def _output(case: Judged) -> Iterator[Finding]:
    """Judges the redacted values themselves, whoever made them."""
    rules = case.rules.findings
    decided = Counter(case.positions[str(k)] for k in case.decided if str(k) in case.positions)
    for public in case.public.hazards:
        hazard_type = taxonomy().get(public.type_key)
        label = _(hazard_type.label)
        cell_m = CELL_M.get(hazard_type.release_class)
        place = (public.cell_m, shapely.to_wkb(public.geometry, hex=True)) if decided else None
        if place and public.cell_m != cell_m and decided[place] > 0:
            decided[place] -= 1  # one decision lets one record out
            cell_m = public.cell_m
        if hazard_type.event_class is EventClass.SOCIAL_SECURITY:
            yield finding(rules["PM04"], _("“{type}”出现在公开内容中。").format(type=label))
        elif cell_m is None:
            yield finding(rules["PM05"], _("“{type}”以图形出现在公开内容中。").format(type=label))
        elif off_grid(public.geometry, cell_m):
            yield finding(
                rules["PM08"], _("“{name}”的公开位置不在发布网格上。").format(name=public.label)
            )


def _decisions(case: Judged) -> Iterator[Finding]:
    """Every record that goes out otherwise than its type, and who answers for it."""
    for hazard in case.hazards:
        decision = case.decided.get(hazard.id)
        stricter = keeps_more_back(hazard, case.decided)
        if decision is not None and (stricter or str(hazard.id) in case.positions):
            message = _(
                "“{name}”经 {reviewer} {day} 决定“{label}”，理由：{reason}。名称等仍不公开。"
            ).format(
                name=hazard.name,
                reviewer=decision.reviewer,
                day=decision.decided_on.isoformat(),
                label=_(decision.release_class.label),
                reason=decision.reason,
            )
            yield finding(
                case.rules.findings["PM05"],
                message,
                severity=Severity.INFO if stricter else Severity.WARN,
                hazard_id=str(hazard.id),
            )


def _record_texts(case: Judged, kept: NamesKept) -> Iterator[Finding]:
    for hit in blocked_texts(case.hazards, case.rules, case.decided, kept):
        yield finding(
            case.rules.findings[hit.rule],
            _("记录 {code}“{name}”的{field}含有{what}“{found}”，请改写后再发布。").format(
                code=hit.hazard.code,
                name=hit.hazard.name,
                field=_(_FIELD_LABELS[hit.field]),
                what=hit.what,
                found=hit.found,
            ),
            hazard_id=str(hit.hazard.id),
        )


def order_texts(order: ReleaseOrder) -> dict[str, str]:
    """The free texts of an order that go out, by Chinese name."""
    return {
        N_("图名"): order.title,
        N_("编制单位"): order.unit,
        N_("发布单位"): order.publisher,
        N_("数据来源"): order.source,
    }


def _design_texts(order: ReleaseOrder) -> Iterator[tuple[str, str]]:
    """The free texts of the sheet's design, by Chinese name."""
    if order.sheet is not None:
        yield N_("副标题"), order.sheet.subtitle
        yield from ((N_("补充说明"), note) for note in order.sheet.notes)


def _order_texts(case: Judged, kept: NamesKept) -> Iterator[Finding]:
    rules = case.rules.findings
    for label, text in (*order_texts(case.order).items(), *_design_texts(case.order)):
        for hit in (*case.rules.hits(text), *kept.hits(text)):
            message = _("{field}含有{what}“{found}”，请改写。")
            yield finding(
                rules[hit.rule], message.format(field=_(label), what=hit.what, found=hit.found)
            )
        for hit in case.rules.doubts(text):
            message = _("{field}提到{what}“{found}”，请核对是否为公布值。")
            yield finding(
                rules[hit.rule], message.format(field=_(label), what=hit.what, found=hit.found)
            )


def _masthead(case: Judged) -> Iterator[Finding]:
    rule = case.rules.findings["PM15"]
    # A sample sheet may still lack what the review will ask for, except its name.
    softened = Severity.WARN if case.order.draft else None
    limit = case.rules.max_title_length
    if not case.order.title:
        yield finding(rule, _("没有填写图名。"))
    elif len(case.order.title) > limit:
        yield finding(rule, _("图名超过 {n} 字，图上排不下。").format(n=limit))
    for label, text in list(order_texts(case.order).items())[1:]:
        if not text:
            yield finding(rule, _("没有填写{field}。").format(field=_(label)), severity=softened)
    if case.order.data_date is None:
        yield finding(rule, _("没有填写资料截止日期。"), severity=softened)


def _dates(case: Judged) -> Iterator[Finding]:
    day = case.order.data_date
    rules = case.rules.findings
    if day is None:
        return
    if day < case.rules.divisions_since:
        yield finding(
            rules["PM16"],
            _("资料截止日期早于 {day}，图上用的是此后的行政区划。").format(
                day=case.rules.divisions_since.isoformat()
            ),
        )
    if day > case.today:
        yield finding(rules["PM19"], _("资料截止日期在将来，请核对。"))
    elif (case.today - day).days > case.rules.max_data_age_months * _MONTH_DAYS:
        yield finding(
            rules["PM19"],
            _("资料截止日期距今已超过 {n} 个月，请核对是否仍是最新资料。").format(
                n=case.rules.max_data_age_months
            ),
        )


def _sign_off(case: Judged) -> Iterator[Finding]:
    order = case.order
    rule = case.rules.findings["PM23"]
    softened = Severity.WARN if order.draft else None
    if not order.prepared_by or not order.reviewed_by:
        yield finding(rule, _("须填写编制人和审核人。"), severity=softened)
    elif _same_person(order.prepared_by, order.reviewed_by):
        yield finding(rule, _("编制人与审核人不能是同一人。"), severity=softened)
    if not order.secrecy_reviewed_by:
        yield finding(rule, _("须填写保密审查人。"), severity=softened)


def _same_person(one: str, other: str) -> bool:
    return compared(one) == compared(other)


def _small_cells(case: Judged) -> Iterator[Finding]:
    if not case.public.small_cells:
        return
    blocks = case.order.small_cells is SmallCells.BLOCK
    for area, type_key in case.public.small_cells:
        yield finding(
            case.rules.findings["PM25"],
            (
                _("{area}的“{type}”不足 {k} 处，会暴露个别目标。")
                if blocks
                else _("{area}的“{type}”不足 {k} 处，已与其他区域合并。")
            ).format(area=area, type=counted_label(type_key), k=case.rules.small_cell_k),
            severity=Severity.BLOCK if blocks else Severity.INFO,
        )


def _history(case: Judged) -> Iterator[Finding]:
    yield from history_findings(
        case.rules.findings["PM26"],
        case.past,
        differences=case.public.differences,
        positions=case.positions,
        hazards=case.hazards,
        small_cells=case.order.small_cells,
    )


def _emergency(case: Judged) -> Iterator[Finding]:
    if case.order.emergency:
        yield finding(
            case.rules.findings["PM24"],
            _("应急保障用图：向审图机关说明后即送即审，已在发布登记中注明；其他要求照旧。"),
        )


def _coverage(case: Judged) -> Iterator[Finding]:
    """What the products will say of areas that nobody surveyed, and where the register says otherwise."""
    rule = case.rules.findings["PM27"]
    for note in coverage_notes(case.public.coverage):
        yield finding(rule, note + _("。"))
    told = {(cell.area_code, cell.type_key) for cell in case.public.coverage}
    for cell in (cell for row in case.coverage for cell in row):
        if cell.contradicted and (cell.area.code, cell.type_key) in told:
            message = _("{area}登记为“{type}已排查，未发现”，登记库里却有 {n} 处，请核对。")
            label = _(taxonomy().get(cell.type_key).label)
            yield finding(
                rule,
                message.format(area=_(cell.area.name), type=label, n=cell.found),
                severity=Severity.WARN,
            )
