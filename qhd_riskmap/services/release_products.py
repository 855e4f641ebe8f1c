"""The products of a release: who writes each, from public values alone, and who writes it again.

The only module that may import the public writers; the gate and what judges for it call it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from qhd_riskmap.cartography.page_furniture import scale_text
from qhd_riskmap.cartography.page_model import PageSize, SheetContent
from qhd_riskmap.cartography.public_atlas import atlas_grounds, write_atlas
from qhd_riskmap.cartography.public_sheet import (
    preview_png,
    sheet_content,
    sheet_ground,
    sheet_page,
    sheet_scale,
    write_jpeg,
    write_pdf,
    write_png,
    write_svg,
)
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.public_statistics import statistic_words
from qhd_riskmap.domain.redaction import PublicSet, thawed
from qhd_riskmap.domain.sheet_design import PLAIN_SHEET, design_from_json
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.formats.public.count_table import write_count_table
from qhd_riskmap.formats.public.csv_files import write_csv_files
from qhd_riskmap.formats.public.geojson_file import write_geojson
from qhd_riskmap.formats.public.geopackage_file import write_geopackage
from qhd_riskmap.formats.public.kml_file import write_kml
from qhd_riskmap.formats.public.public_tables import table_words
from qhd_riskmap.formats.public.shape_file import write_shape_file
from qhd_riskmap.formats.public.statistics_page import (
    statistics_vocabulary,
    write_statistics_page,
)
from qhd_riskmap.formats.public.statistics_panels import panel_words
from qhd_riskmap.formats.public.web_map import page_vocabulary, write_web_map
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.release_checker import Leak
from qhd_riskmap.services.release_drawing import (
    DRAWN_ENDINGS,
    FreshSheet,
    Ground,
    differs,
    foreign_marks,
    off_the_map,
)
from qhd_riskmap.services.release_order import ProductFormat, ReleaseOrder, format_of
from qhd_riskmap.storage.release_repository import ReleaseRecord

Writer = Callable[[PublicSet, Edition, Path], None]

WRITERS: Mapping[ProductFormat, Writer] = {
    ProductFormat.PDF: write_pdf,
    ProductFormat.ATLAS: write_atlas,
    ProductFormat.PNG: write_png,
    ProductFormat.JPG: write_jpeg,
    ProductFormat.SVG: write_svg,
    ProductFormat.HTML: write_web_map,
    ProductFormat.GEOJSON: write_geojson,
    ProductFormat.GPKG: write_geopackage,
    ProductFormat.SHP: write_shape_file,
    ProductFormat.KML: write_kml,
    ProductFormat.XLSX: write_count_table,
    ProductFormat.CSV: write_csv_files,
    ProductFormat.STATISTICS: write_statistics_page,
}


def edition_of(order: ReleaseOrder) -> Edition:
    """The masthead of a completed order."""
    return Edition(
        title=order.title,
        unit=order.unit,
        publisher=order.publisher,
        source=order.source,
        data_date=order.data_date,
        approval_no=order.approval_no,
        draft=order.draft,
        county=order.county,
        sheet=order.sheet or PLAIN_SHEET,
    )


def edition_of_record(record: ReleaseRecord) -> Edition:
    """The masthead of a past release."""
    made = record.definition
    return Edition(
        title=record.title,
        unit=made["unit"],
        publisher=made["publisher"],
        source=made["source"],
        data_date=record.data_date,
        approval_no=record.approval_no,
        draft=bool(made["draft"]),
        county=made["county"] or None,
        sheet=design_from_json(made.get("sheet")),
    )


def program_words() -> str:
    """Text that products carry whatever is published: templates and libraries."""
    return f"{page_vocabulary()}\n{statistics_vocabulary()}"


def heading_words() -> tuple[str, ...]:
    """Headings and fixed texts of tables; whole fields that are no secret of any record."""
    return (*table_words(), *statistic_words(), *panel_words())


def write_product(product: ProductFormat, public: PublicSet, edition: Edition, path: Path) -> None:
    """Write one product."""
    WRITERS[product](public, edition, path)


def written_again(
    record: ReleaseRecord, content: bytes, folder: Path, job: JobContext
) -> list[Path]:
    """The products of a past release from its frozen content.

    Raises:
        InvalidInputError: The content was not kept.
    """
    if not content:
        raise InvalidInputError(
            _("{number} 号发布没有留存公开内容，无法重制。").format(number=record.number)
        )
    public, edition = thawed(content), edition_of_record(record)
    written = []
    for done, product in enumerate(record.products):
        job.advance(done, len(record.products), product.name)
        path = folder / product.name
        WRITERS[ProductFormat(product.format)](public, edition, path)
        written.append(path)
    return written


def drawn_otherwise(
    paths: Sequence[Path], public: PublicSet, edition: Edition, job: JobContext, *, exact: bool
) -> list[Leak]:
    """Everything in some products that a second making from the public content does not give.

    Args:
        paths: The products.
        public: What they are made of.
        edition: Their masthead.
        job: Told which one is looked at.
        exact: Every byte has to agree, not only what is drawn.
    """
    leaks: list[Leak] = []
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        for done, path in enumerate(paths):
            job.advance(done, len(paths), _("正在比对 {name}").format(name=path.name))
            product = format_of(path.name)
            if product is None:
                leaks.append(differs(path))
                continue
            again = Path(folder) / path.name
            WRITERS[product](public, edition, again)
            data, fresh = path.read_bytes(), again.read_bytes()
            if data == fresh:
                continue
            marks: list[Leak] = []
            if path.suffix.lower() in DRAWN_ENDINGS:
                sheet = _fresh_sheet(product, fresh, public, edition, again)
                marks = foreign_marks(path, data, sheet)
            leaks += marks or ([differs(path)] if exact else [])
    return leaks


def _fresh_sheet(
    product: ProductFormat, fresh: bytes, public: PublicSet, edition: Edition, scrap: Path
) -> FreshSheet:
    """A product drawn again, with the transform of every page; ``scrap`` may be written over."""
    ground, size_mm = sheet_ground(public, edition)
    grounds: tuple[Ground, ...] = (ground,)
    if product is ProductFormat.ATLAS:
        placed = atlas_grounds(public, edition, scrap)
        grounds = tuple(off_the_map if page is None else page.ground for page in placed)
    return FreshSheet(data=fresh, grounds=grounds, size_mm=size_mm)


def sheet_picture(public: PublicSet, edition: Edition, dpi: int) -> bytes:
    """The sheet as a PNG for the screen.

    Raises:
        InvalidInputError: Its texts do not fit the page.
    """
    return preview_png(public, edition, dpi)


def printed_scale(public: PublicSet, edition: Edition) -> str:
    """The scale of the sheet as it is printed."""
    return scale_text(sheet_scale(public, edition))


def sheet_for_print(public: PublicSet, edition: Edition) -> tuple[SheetContent, PageSize]:
    """What a printer's painter needs."""
    return sheet_content(public, edition), sheet_page(edition.sheet)


def small_picture(public: PublicSet, edition: Edition, dpi: int) -> bytes:
    """The sheet as a small PNG; empty where its texts do not fit the page."""
    try:
        return preview_png(public, edition, dpi)
    except InvalidInputError:
        return b""  # the preflight says so in words
