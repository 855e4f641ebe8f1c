"""What an officer asks the release gate for, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from qhd_riskmap.domain.release_rules import PreflightRule, Severity
from qhd_riskmap.domain.sheet_design import SheetDesign


class ProductFormat(StrEnum):
    """A public product, one file each."""

    PDF = "pdf"
    ATLAS = "atlas"
    PNG = "png"
    JPG = "jpg"
    SVG = "svg"
    HTML = "html"
    GEOJSON = "geojson"
    GPKG = "gpkg"
    SHP = "shp"
    KML = "kml"
    XLSX = "xlsx"
    CSV = "csv"
    STATISTICS = "statistics"

    @property
    def ending(self) -> str:
        """What the file name ends with; several files of one product travel in an archive.

        >>> ProductFormat.SHP.ending, ProductFormat.PDF.ending, ProductFormat.ATLAS.ending
        ('.shp.zip', '.pdf', '.atlas.pdf')
        """
        if self in _NAMED:
            return f".{self.value}.{_NAMED[self]}"
        return f".{self.value}.zip" if self in _ARCHIVED else f".{self.value}"


# GDAL and QGIS open a shapefile by this double ending without unpacking it.
_ARCHIVED = frozenset({ProductFormat.SHP, ProductFormat.CSV})
# Beside another product of the same kind of file.
_NAMED = {ProductFormat.ATLAS: "pdf", ProductFormat.STATISTICS: "html"}


def format_of(name: str) -> ProductFormat | None:
    """The product a file name stands for, or None.

    >>> format_of("分布图.SHP.zip"), format_of("分布图.zip"), format_of("分布图.atlas.pdf")
    (<ProductFormat.SHP: 'shp'>, None, <ProductFormat.ATLAS: 'atlas'>)
    >>> format_of("分布图.statistics.html"), format_of("分布图.html")
    (<ProductFormat.STATISTICS: 'statistics'>, <ProductFormat.HTML: 'html'>)
    """
    plain = name.lower()
    fitting = [product for product in ProductFormat if plain.endswith(product.ending)]
    return max(fitting, key=lambda product: len(product.ending), default=None)


# What a release makes where nothing is chosen: a JPEG repeats the PNG, an atlas is a book of its own, and
# the statistics page alone tells how far remediation is, which an office decides to tell.
STANDARD_FORMATS = tuple(
    product
    for product in ProductFormat
    if product not in (ProductFormat.JPG, ProductFormat.ATLAS, ProductFormat.STATISTICS)
)

# What a 送审样图 may be: every page of it bears the mark. Data has no place for one.
DRAFT_FORMATS = (
    ProductFormat.PDF, ProductFormat.ATLAS, ProductFormat.PNG, ProductFormat.JPG,
    ProductFormat.SVG, ProductFormat.HTML, ProductFormat.STATISTICS,
)  # fmt: skip


class SmallCells(StrEnum):
    """What happens to counts that single a target out."""

    MERGE = "merge"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOrder:
    """One release as ordered. Empty texts fall back to the office profile where it has them.

    Attributes:
        county: Six-digit division code, or None for the whole city.
        data_date: 资料截止日期; the only date any product prints.
        draft: 送审样图: watermarked, without a 审图号.
        out_dir: Receives the public products and nothing else.
        control_dir: Receives the control papers; None for a folder beside the database.
        purpose: What the release is for; kept in the release register.
        supersedes: Number of an earlier release that this one takes the place of, or "".
        sheet: How its sheets are laid out; None takes the general template.
        emergency: 应急保障: reviewed at once (地图管理条例 Art 19); noted, and nothing is waived.
    """

    title: str
    formats: tuple[ProductFormat, ...]
    out_dir: Path
    county: str | None = None
    data_date: date | None = None
    unit: str = ""
    publisher: str = ""
    source: str = ""
    approval_no: str = ""
    approval_date: date | None = None
    prepared_by: str = ""
    reviewed_by: str = ""
    secrecy_reviewed_by: str = ""
    draft: bool = False
    small_cells: SmallCells = SmallCells.MERGE
    control_dir: Path | None = None
    purpose: str = ""
    supersedes: str = ""
    sheet: SheetDesign | None = None
    emergency: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One answer of the preflight page.

    Attributes:
        hazard_id: The record the officer should open, or "".
    """

    rule: str
    severity: Severity
    message: str
    basis: str
    hazard_id: str = ""

    @property
    def blocks(self) -> bool:
        """Whether nothing can be released before this is settled."""
        return self.severity is Severity.BLOCK


def finding(
    rule: PreflightRule, message: str, *, severity: Severity | None = None, hazard_id: str = ""
) -> Finding:
    """A finding under ``rule``, with the rule's severity unless another one is given."""
    return Finding(
        rule=rule.id,
        severity=severity or rule.severity,
        message=message,
        basis=rule.basis,
        hazard_id=hazard_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOutcome:
    """What a release made.

    Attributes:
        files: The public products.
        findings: Warnings and notes of the preflight.
        register_entry: The entry in the release register; a control paper, never in ``out_dir``.
        control_files: The control papers written.
        pack: Folder of the 送审材料 of a draft, beside the control papers; None for a release.
    """

    files: tuple[Path, ...]
    findings: tuple[Finding, ...]
    register_entry: dict[str, Any]
    control_files: tuple[Path, ...] = ()
    pack: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """The document ``release --json`` prints."""
        pack = {"pack": str(self.pack)} if self.pack else {}
        return {"files": [str(path) for path in self.files], "blocked": [], **pack}


def blocked_json(findings: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """The document ``release --json`` prints for a `ReleaseBlockedError`'s findings."""
    return {
        "files": [],
        "blocked": [{"rule": rule, "message": message} for rule, message in findings],
    }
