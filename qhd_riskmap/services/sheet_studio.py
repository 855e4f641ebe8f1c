"""Sheets while they are being designed: drawn from redacted values that are gathered once per area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qhd_riskmap.cartography.page_model import PageSize, SheetContent
from qhd_riskmap.domain.public_areas import TownshipOutline
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.domain.release_rules import clean_public_text
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.release import ReleaseService
from qhd_riskmap.services.release_designing import cleaned_design, designed
from qhd_riskmap.services.release_order import ReleaseOrder
from qhd_riskmap.services.release_products import edition_of, sheet_for_print, sheet_picture


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioView:
    """A designed sheet and what else could be chosen for its area.

    Attributes:
        picture: The sheet as a PNG.
        type_keys: Types that have something to publish in the area, in the plan's order.
        townships: Townships that have.
    """

    picture: bytes
    type_keys: tuple[str, ...]
    townships: tuple[str, ...]


class SheetStudio:
    """One designing session; what the register holds is read once per area."""

    def __init__(self, releases: ReleaseService) -> None:
        self._releases = releases
        self._read: dict[str | None, tuple[ReleaseOrder, PublicSet, Sequence[TownshipOutline]]] = {}

    def view(self, order: ReleaseOrder, dpi: int, job: JobContext | None = None) -> StudioView:
        """The sheet as designed.

        Raises:
            InvalidInputError: The design makes no sense or its texts do not fit the page.
        """
        public = self._content(order, job)[1]
        finished, shown = self._designed(order, job)
        present = {hazard.type_key for hazard in public.hazards}
        present |= {count.type_key for count in public.counts}
        named = {hazard.township for hazard in public.hazards} - {""}
        return StudioView(
            picture=sheet_picture(shown, edition_of(finished), dpi),
            type_keys=tuple(sorted(present)),
            townships=tuple(sorted(named)) if order.county else (),
        )

    def draft(
        self, order: ReleaseOrder, job: JobContext | None = None
    ) -> tuple[SheetContent, PageSize]:
        """The sheet as a watermarked sample for a printer.

        Raises:
            InvalidInputError: The design makes no sense.
        """
        finished, shown = self._designed(replace(order, draft=True), job)
        return sheet_for_print(shown, edition_of(finished))

    def _designed(
        self, order: ReleaseOrder, job: JobContext | None
    ) -> tuple[ReleaseOrder, PublicSet]:
        completed, public, townships = self._content(order, job)
        wanted = replace(
            completed,
            title=clean_public_text(order.title),
            draft=order.draft,
            sheet=cleaned_design(order),
        )
        return designed(wanted, public, townships)

    def _content(
        self, order: ReleaseOrder, job: JobContext | None
    ) -> tuple[ReleaseOrder, PublicSet, Sequence[TownshipOutline]]:
        if order.county not in self._read:
            self._read[order.county] = self._releases.content(order, job)
        return self._read[order.county]
