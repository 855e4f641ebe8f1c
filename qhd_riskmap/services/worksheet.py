"""The 评估底稿: everything behind one assessment on one page, as Word document or PDF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.cartography.document_pages import export_document
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.grading.method import DECLARED, GradingMethod
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.domain.worksheet import SignOff
from qhd_riskmap.errors import InvalidInputError, NotFoundError, RiskMapError
from qhd_riskmap.formats.document_template import FOLDER_NAME, filled, template_path
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.i18n import _
from qhd_riskmap.services.assessment import method_of
from qhd_riskmap.storage.engine import Register

TEMPLATE: Final = "assessment_worksheet.docx"
OWN_TEMPLATE: Final = "评估底稿.docx"
_MOST_STEPS: Final = 4
_NOTHING: Final = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    office: str
    hazard: Hazard
    assessment: Assessment
    before: RiskLevel | None
    method: GradingMethod | None
    sign_offs: list[SignOff]


class WorksheetService:
    """Use cases of worksheets, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    @property
    def templates(self) -> Path:
        """Folder where the office keeps templates of its own: beside the register."""
        return self._register.path.parent / FOLDER_NAME

    def write(self, id_or_code: str, out: Path, template: Path | None = None) -> Path:
        """Write the worksheet of a hazard's newest assessment; where it was written.

        Args:
            id_or_code: The hazard.
            out: Ends with docx or pdf.
            template: A Word template to use; None takes the office's own or the shipped one.

        Raises:
            NotFoundError: No such hazard, or it was never assessed.
            InvalidInputError: Another ending, or too much for one page.
            UnreadableFileError: The template cannot be used.
            OutputFileError: The file cannot be written.
        """
        self._actor.require(Permission.EXPORT)
        kind = out.suffix.lower()
        if kind not in {".docx", ".pdf"}:
            raise InvalidInputError(
                _("底稿不能写成“{suffix}”格式。").format(suffix=out.suffix or out.name),
                hint=_("可用：{suffixes}。").format(suffixes=".docx、.pdf"),
            )
        material = self._material(id_or_code)
        content = filled(
            template or template_path(TEMPLATE, self.templates, OWN_TEMPLATE), _values(material)
        )
        if kind == ".pdf":
            made_on = material.assessment.assessed_on
            export_document(content, out, _("风险评估底稿"), made_on, one_page=True)
        else:
            with replacing(out) as unfinished:
                unfinished.write_bytes(content)
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            work.audit.record(self._actor, "worksheet.export", str(hazard.id), {"file": out.name})
            work.commit()
        return out

    def values(self, id_or_code: str) -> dict[str, Any]:
        """The placeholders of the template with their values."""
        self._actor.require(Permission.READ)
        return _values(self._material(id_or_code))

    def _material(self, id_or_code: str) -> _Material:
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            history = work.assessments.of(hazard.id)
            if not history:
                raise NotFoundError(
                    _("“{name}”还没有评估，没有底稿。").format(name=hazard.name),
                    hint=_("请先评估。"),
                )
            return _Material(
                office=work.office.load().unit,
                hazard=hazard,
                assessment=history[0],
                before=history[1].level if len(history) > 1 else None,
                method=method_of(work, history[0]),
                sign_offs=work.sign_offs.of([history[0].id]),
            )


def _values(material: _Material) -> dict[str, Any]:
    hazard, found, method = material.hazard, material.assessment, material.method
    sheet = found.worksheet
    label = _(method.label) if method else _declared(found)
    source = method.citation.text if method else _NOTHING
    return {
        "title": _("风险评估底稿"),
        "office": material.office or _NOTHING,
        "code": hazard.code,
        "name": hazard.name,
        "type": _(taxonomy().get(hazard.type_key).label),
        "county": _(regions().get(hazard.county).name) if hazard.county else "",
        "township": hazard.township,
        "address": hazard.address,
        "unit": hazard.unit or _NOTHING,
        "regulator": hazard.regulator or _NOTHING,
        "method": label,
        "version": found.method_version,
        "source": source,
        "occasion": _(sheet.occasion.label),
        "factors": _factors(material),
        "reasons": list(found.reasons[-3:]),
        "band": _(sheet.band) if sheet.band else _NOTHING,
        "score": f"{found.score:g}" if found.score is not None else _NOTHING,
        "level": _level(found.level),
        "before": _level(material.before),
        "residual": _level(found.residual_level),
        "residual_band": _(sheet.residual_band) if sheet.residual_band else _NOTHING,
        "lowering": _lowering(method, found),
        "opinion": sheet.opinion or _NOTHING,
        "measures": sheet.measures or _NOTHING,
        "experts": "、".join(sheet.experts) or _NOTHING,
        "accepted": "、".join(sheet.accepted) or _NOTHING,
        "assessor": found.assessor,
        "assessed_on": found.assessed_on.isoformat(),
        "next_review": found.next_review.isoformat() if found.next_review else _NOTHING,
        "signs": [_signed(each) for each in material.sign_offs],
    }


def _declared(found: Assessment) -> str:
    return _("表中填报") if found.method == DECLARED else found.method


def _factors(material: _Material) -> list[dict[str, str]]:
    found = material.assessment
    if material.method is None:
        return [
            {"label": key, "value": str(value), "evidence": "", "source": ""}
            for key, value in found.inputs.items()
        ]
    rows = []
    for factor in material.method.factors:
        if factor.key not in found.inputs:
            continue
        evidence = [found.worksheet.evidence.get(factor.key, "")]
        if why := found.worksheet.overrides.get(factor.key):
            counted = found.worksheet.counted.get(factor.key, "")
            evidence.append(_("统计为 {counted}，未采用：{why}").format(counted=counted, why=why))
        rows.append(
            {
                "label": _(factor.label),
                "value": factor.described(found.inputs[factor.key]),
                "evidence": "；".join(filter(None, evidence)) or _NOTHING,
                "source": factor.citation.text,
            }
        )
    return rows


def _lowering(method: GradingMethod | None, found: Assessment) -> list[str]:
    try:
        steps = method.lowerings(found.inputs) if method else ()
    except RiskMapError:  # inherited with a profile that has no such choice any more
        steps = ()
    return [step.text for step in steps[:_MOST_STEPS]]


def _level(level: RiskLevel | None) -> str:
    return f"{_(level.label)}（{_(level.colour_name)}）" if level else _NOTHING


def _signed(sign_off: SignOff) -> str:
    when = sign_off.signed_at.astimezone().date().isoformat() if sign_off.signed_at else ""
    opinion = f"：{sign_off.opinion}" if sign_off.opinion else ""
    return f"{sign_off.signed_by}（{_(sign_off.level.label)}）{when}{opinion}"
