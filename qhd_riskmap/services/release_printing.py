"""The sheet of a past release for a printer: from the frozen content, and only if it is what was released."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from qhd_riskmap.cartography.page_model import PageSize, SheetContent
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.redaction import thawed
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.release_control import sha256_of
from qhd_riskmap.services.release_order import ProductFormat
from qhd_riskmap.services.release_products import (
    edition_of_record,
    sheet_for_print,
    write_product,
)
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.release_repository import ReleaseRecord, ReleaseStatus

# The quickest to make again stand first.
PRINTED_FORMATS: Final = (
    ProductFormat.SVG, ProductFormat.PDF, ProductFormat.JPG, ProductFormat.PNG,
)  # fmt: skip
_PRINTED_STATUS: Final = frozenset({ReleaseStatus.PUBLISHED, ReleaseStatus.DRAFT})


def is_printable(record: ReleaseRecord) -> bool:
    """Whether it has a sheet that may still be handed out."""
    formats = {product.format for product in record.products}
    return record.status in _PRINTED_STATUS and not formats.isdisjoint(PRINTED_FORMATS)


class ReleasePrinting:
    """Use case of printing released sheets, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def sheet(self, number: str) -> tuple[SheetContent, PageSize]:
        """What the printer's painter needs; a draft keeps its mark.

        Raises:
            NotFoundError: There is no release of that number.
            InvalidInputError: It has no sheet, is not public any more, or its sheet comes out differently.
        """
        self._actor.require(Permission.RELEASE)
        with self._register.unit_of_work() as work:
            record = work.releases.numbered(number)
            content = work.releases.content(number)
        if record.status not in _PRINTED_STATUS:
            raise InvalidInputError(
                _("{number} 号发布{status}，不再打印。").format(
                    number=number, status=_(record.status.label)
                ),
                hint=_("需要存档的，请用“重制”做成文件。"),
            )
        if not is_printable(record) or not content:
            raise InvalidInputError(
                _("{number} 号发布没有可以打印的图件。").format(number=number),
                hint=_("图集请用 PDF 阅读软件打印。"),
            )
        public, edition = thawed(content), edition_of_record(record)
        of_format = {product.format: product for product in record.products}
        product = next(kind for kind in PRINTED_FORMATS if kind in of_format)
        with tempfile.TemporaryDirectory(prefix="print-") as folder:
            again = Path(folder) / of_format[product].name
            write_product(product, public, edition, again)
            if sha256_of(again) != of_format[product].sha256:
                raise InvalidInputError(
                    _("{number} 号发布的图件与当时不同，不能由本机打印。").format(number=number),
                    hint=_("制图程序或图件字体的版本与当时不同；请打印当时发布的 PDF。"),
                )
        return sheet_for_print(public, edition)
