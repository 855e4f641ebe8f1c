"""Register values as the JSON objects of the command-line contract (docs/cli.md)."""

from __future__ import annotations

from typing import Any

from shapely.geometry import mapping

from qhd_riskmap.domain.grading.result import Lowering
from qhd_riskmap.domain.hazard import Assessment, Hazard


def hazard_row(hazard: Hazard) -> dict[str, Any]:
    """The keys every hazard has in ``list``."""
    lon, lat = hazard.anchor()
    return {
        "id": str(hazard.id),
        "code": hazard.code,
        "name": hazard.name,
        "type": hazard.type_key,
        "level": hazard.level.value if hazard.level else None,
        "county": hazard.county,
        "lon": lon,
        "lat": lat,
        "geometry": mapping(hazard.geometry),
        "revision": hazard.revision,
    }


def hazard_object(hazard: Hazard, assessments: list[Assessment] | None = None) -> dict[str, Any]:
    """Everything known about one hazard."""
    where = hazard.provenance
    return {
        **hazard_row(hazard),
        "sub_kind": hazard.sub_kind,
        "township": hazard.township,
        "address": hazard.address,
        "unit": hazard.unit,
        "regulator": hazard.regulator,
        "contact": hazard.contact,
        "phone": hazard.phone,
        "found_on": _day(hazard.found_on),
        "secrecy": hazard.secrecy.value,
        "status": hazard.status.value,
        "notes": hazard.notes,
        "alias_codes": list(hazard.alias_codes),
        "attributes": dict(hazard.attributes),
        "extras": dict(hazard.extras),
        "batch_id": str(hazard.batch_id) if hazard.batch_id else None,
        "provenance": {
            "original_text": where.original_text,
            "declared_reference": where.declared_reference,
            "method": where.method.value,
            "accuracy": where.accuracy.value,
        },
        "created_at": _day(hazard.created_at),
        "created_by": hazard.created_by,
        "updated_at": _day(hazard.updated_at),
        "updated_by": hazard.updated_by,
        "assessments": [assessment_object(item) for item in assessments or []],
    }


def assessment_object(assessment: Assessment) -> dict[str, Any]:
    """One grading with its reasons."""
    return {
        "method": assessment.method,
        "method_version": assessment.method_version,
        "inputs": dict(assessment.inputs),
        "score": assessment.score,
        "level": assessment.level.value,
        "reasons": list(assessment.reasons),
        "assessor": assessment.assessor,
        "assessed_on": assessment.assessed_on.isoformat(),
        "band": assessment.worksheet.band,
        "residual_level": assessment.residual_level.value if assessment.residual_level else None,
        "next_review": _day(assessment.next_review),
        "worksheet": assessment.worksheet.as_json(),
    }


def lowering_object(step: Lowering) -> dict[str, Any]:
    """One way to a lower level."""
    return {
        "factor": step.factor,
        "change": step.change,
        "band": step.band,
        "level": step.level.value if step.level else None,
        "text": step.text,
        "inputs": dict(step.inputs),
    }


def _day(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
