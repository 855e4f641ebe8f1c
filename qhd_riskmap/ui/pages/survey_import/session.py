"""What the officer has said so far about the files of one import."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.survey_headers import NO_CHOICE, ColumnChoice
from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.references import Reference, parse_reference
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.survey_corrections import NO_CORRECTIONS, Corrections
from qhd_riskmap.services.survey_import import ImportOutcome, ImportPreview, SurveyImport
from qhd_riskmap.services.survey_issues import RowKey
from qhd_riskmap.services.survey_layout import Layouts
from qhd_riskmap.services.survey_table import RowFate

SheetKey = tuple[Path, str]


class OfferChoice(StrEnum):
    """What becomes of a row whose code a record has."""

    SKIP = "skip"
    UPDATE = "update"
    ADD = "add"

    @property
    def label(self) -> str:
        """Chinese words for it."""
        return _(_OFFER_LABELS[self])


_OFFER_LABELS: Final = {
    OfferChoice.SKIP: N_("跳过"),
    OfferChoice.UPDATE: N_("更新已有"),
    OfferChoice.ADD: N_("作为新增"),
}


class SuspectChoice(StrEnum):
    """What becomes of a row that looks like something else."""

    LIST = "list"
    APART = "apart"
    LEAVE = "leave"

    @property
    def label(self) -> str:
        """Chinese words for it."""
        return _(_SUSPECT_LABELS[self])


_SUSPECT_LABELS: Final = {
    SuspectChoice.LIST: N_("入库，待合并"),
    SuspectChoice.APART: N_("入库，不是同一处"),
    SuspectChoice.LEAVE: N_("不入库"),
}
ASK_AGAIN: Final = "?"
ANGLE_FORMS: Final = (TextForm.DECIMAL.value, TextForm.PACKED_FRACTION.value)


@dataclass(slots=True, kw_only=True)
class ImportSession:
    """Files, answers and choices; everything a preview is made from.

    Attributes:
        answers: Notation the officer gave for whole sheets.
        angles: How the officer says that whole sheets write degrees: ``decimal`` or ``packed``.
        unclear: Sheets of which the officer does not know.
        fixes: What the officer said of single rows and cells.
        former: The same before each correction, oldest first.
        left: Sound rows that are not to be committed.
        updates: Offers that are to be applied to their records.
        added: Offers that are to be registered anew instead.
        apart: Rows known to be something else than what they look like.
        layouts: What the officer said of the columns of single sheets.
        sender: Office the files come from; "" leaves it to the sheets.
    """

    paths: tuple[Path, ...] = ()
    answers: dict[SheetKey, str] = field(default_factory=dict)
    angles: dict[SheetKey, str] = field(default_factory=dict)
    unclear: set[SheetKey] = field(default_factory=set)
    fixes: Corrections = NO_CORRECTIONS
    former: list[Corrections] = field(default_factory=list)
    left: set[RowKey] = field(default_factory=set)
    updates: set[RowKey] = field(default_factory=set)
    added: set[RowKey] = field(default_factory=set)
    apart: set[RowKey] = field(default_factory=set)
    layouts: dict[SheetKey, ColumnChoice] = field(default_factory=dict)
    sender: str = ""

    def chosen(self, key: RowKey, fate: RowFate) -> bool:
        """Whether a row is to be committed."""
        if fate is RowFate.UPDATE:
            return self.offer_choice(key) is not OfferChoice.SKIP
        return key not in self.left

    def offer_choice(self, key: RowKey) -> OfferChoice:
        """What becomes of an offer."""
        if key in self.added:
            return OfferChoice.ADD
        return OfferChoice.UPDATE if key in self.updates else OfferChoice.SKIP

    def choose_offers(self, keys: Collection[RowKey], choice: OfferChoice) -> None:
        """Say what becomes of offers."""
        self.updates -= set(keys)
        self.added -= set(keys)
        if choice is OfferChoice.UPDATE:
            self.updates |= set(keys)
        elif choice is OfferChoice.ADD:
            self.added |= set(keys)

    def suspect_choice(self, key: RowKey) -> SuspectChoice:
        """What becomes of a row that looks like something else."""
        if key in self.left:
            return SuspectChoice.LEAVE
        return SuspectChoice.APART if key in self.apart else SuspectChoice.LIST

    def choose_suspects(self, keys: Collection[RowKey], choice: SuspectChoice) -> None:
        """Say what becomes of rows that look like something else."""
        self.left -= set(keys)
        self.apart -= set(keys)
        if choice is SuspectChoice.LEAVE:
            self.left |= set(keys)
        elif choice is SuspectChoice.APART:
            self.apart |= set(keys)

    def answer(self, key: SheetKey, notation: str) -> None:
        """What a whole sheet's coordinates are, or how they are written; ``?`` takes all back."""
        self.unclear.discard(key)
        if notation == ASK_AGAIN:
            self.answers.pop(key, None)
            self.angles.pop(key, None)
        elif notation in ANGLE_FORMS:
            self.angles[key] = notation
        else:
            self.answers[key] = notation

    def lay_out(self, key: SheetKey, choice: ColumnChoice) -> None:
        """How a sheet is to be read; nothing said leaves it to the program."""
        if choice == NO_CHOICE:
            self.layouts.pop(key, None)
        else:
            self.layouts[key] = choice

    def tick(self, keys: Collection[RowKey], offered: Collection[RowKey], *, on: bool) -> None:
        """Choose rows or leave them out; ``offered`` are those that update a record."""
        offers, own = set(keys) & set(offered), set(keys) - set(offered)
        if on:
            self.choose_offers(offers - self.added, OfferChoice.UPDATE)
            self.left -= own
        else:
            self.choose_offers(offers, OfferChoice.SKIP)
            self.left |= own

    def write_cell(self, key: RowKey, column: int, text: str) -> None:
        """Replace the text of a cell."""
        cells = {**self.fixes.cells, (*key, column): text}
        self._correct(replace(self.fixes, cells=cells))

    def place(self, key: RowKey, lon: float, lat: float) -> None:
        """Set a row on the map.

        Raises:
            InvalidInputError: The place is outside the city and its neighbours.
        """
        self._correct(self.fixes.placed(key, lon, lat))

    def give_datum(self, keys: Collection[RowKey], notation: str) -> None:
        """Say of single rows what their coordinates are; "" takes it back."""
        datums = {key: value for key, value in self.fixes.datums.items() if key not in keys}
        if notation:
            datums.update(dict.fromkeys(keys, parse_reference(notation)))
        self._correct(replace(self.fixes, datums=datums))

    def step_back(self) -> None:
        """Take the last correction back."""
        if self.former:
            self.fixes = self.former.pop()

    def previewed(self, service: SurveyImport, job: JobContext) -> ImportPreview:
        """Read and check the files with all that was said."""
        answers: dict[SheetKey, Reference] = {
            key: parse_reference(text) for key, text in self.answers.items()
        }
        return service.preview(
            self.paths,
            datum=None,
            job=job,
            answers=answers,
            layouts=Layouts(choices=dict(self.layouts)),
            sender=self.sender,
            fixes=replace(
                self.fixes, angles={key: TextForm(form) for key, form in self.angles.items()}
            ),
        )

    def to_commit(self, preview: ImportPreview) -> int:
        """How many rows a commit would store or update."""
        offered = {offer.key for offer in preview.updates}
        chosen = len((self.updates | self.added) & offered)
        return preview.left_by(self.left) + chosen

    def to_register(self, preview: ImportPreview) -> ImportPreview:
        """The preview with what is to be registered, and the offers still to be applied."""
        # Rows left out are told apart from offers: `without` would drop the offers of the same rows.
        left = self.left - self.wanted_updates(preview)
        return preview.adding(self.added).without(left)

    def wanted_updates(self, preview: ImportPreview) -> set[RowKey]:
        """The offers chosen that are still there."""
        return self.updates & {offer.key for offer in preview.updates}

    def committed(
        self, service: SurveyImport, preview: ImportPreview, job: JobContext
    ) -> ImportOutcome:
        """Commit what is chosen, all or none."""
        wanted = self.wanted_updates(preview)
        return service.commit(self.to_register(preview), job, wanted, self.apart)

    def as_seen(self, seen: ImportSession) -> ImportSession:
        """What was said when a preview was made; what is chosen of it now stays chosen."""
        return replace(
            self,
            answers=dict(seen.answers),
            angles=dict(seen.angles),
            fixes=seen.fixes,
            former=list(seen.former),
            layouts=dict(seen.layouts),
            sender=seen.sender,
        )

    def _correct(self, fixes: Corrections) -> None:
        self.former.append(self.fixes)
        self.fixes = fixes
