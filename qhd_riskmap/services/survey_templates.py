"""Survey templates and forms for paper: for whom, for which types, as which kind of file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.region import Region, regions
from qhd_riskmap.domain.taxonomy import HazardType
from qhd_riskmap.formats.output_file import require_document_path
from qhd_riskmap.formats.paper_form import write_paper_form
from qhd_riskmap.formats.survey_template import ANYBODY, TemplateOffice, write_template
from qhd_riskmap.storage.engine import Register

__all__ = ["TEMPLATE_SUFFIXES", "SurveyTemplates", "TemplateOffice", "write_survey_template"]

# A workbook to fill and send back; a form to fill on screen or by hand; the same form for the printer.
TEMPLATE_SUFFIXES: Final = (".xlsx", ".docx", ".pdf")


def write_survey_template(
    path: Path, types: Sequence[HazardType], office: TemplateOffice = ANYBODY
) -> None:
    """Write the survey template for some types; the ending of ``path`` tells its kind.

    Raises:
        OutputFileError: The file cannot be written, or would replace one of another kind.
    """
    require_document_path(path, TEMPLATE_SUFFIXES)
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        # Qt is not needed for the others.
        from qhd_riskmap.cartography.paper_form_pages import write_form_pdf  # noqa: PLC0415

        write_form_pdf(path, types, office, datetime.now(tz=UTC).astimezone().date())
    elif suffix == ".docx":
        write_paper_form(path, types, office)
    else:
        write_template(path, types, office)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateTerms:
    """What an office may choose from when it makes a template.

    Attributes:
        division: Code of the office's own scope.
        counties: Divisions within its scope.
        townships: Names by division code, where the office loaded outlines.
    """

    division: str
    counties: tuple[Region, ...]
    townships: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class SurveyTemplates:
    """Templates for the offices that send sheets to one register."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def terms(self) -> TemplateTerms:
        """Divisions and townships of the register's own office."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            division = work.office.load().division
            towns: dict[str, list[str]] = {}
            for town in work.places.townships():
                towns.setdefault(town.county, []).append(town.name)
        found = tuple(r for r in regions().current() if r.code.startswith(division))
        return TemplateTerms(
            division=division,
            counties=found or tuple(regions().current()),
            townships={code: tuple(sorted(set(names))) for code, names in towns.items()},
        )
