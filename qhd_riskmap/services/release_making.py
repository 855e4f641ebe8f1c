"""Makes the products of a release one after the other: written, re-opened, drawn again, vouched for."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from qhd_riskmap import __version__
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import PublicSet, frozen
from qhd_riskmap.domain.release_decision import NO_DECISIONS, ReleaseDecision
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.i18n import _, language
from qhd_riskmap.resources import resource
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.pace import duration
from qhd_riskmap.services.release_checker import check_all
from qhd_riskmap.services.release_definitions import definition_of
from qhd_riskmap.services.release_names import product_name
from qhd_riskmap.services.release_order import ProductFormat, ReleaseOrder
from qhd_riskmap.services.release_products import (
    drawn_otherwise,
    heading_words,
    program_words,
    write_product,
)
from qhd_riskmap.services.release_secrets import NO_REMEDIES, Remedies, Secrets, secrets_of
from qhd_riskmap.services.release_staging import refuse_leaks
from qhd_riskmap.services.release_workshop import Workshop

# How long each takes beside the others, making and checking together (measured on the sample county).
_WEIGHTS: Final = {
    ProductFormat.PDF: 6, ProductFormat.ATLAS: 24, ProductFormat.PNG: 12, ProductFormat.JPG: 12,
    ProductFormat.SVG: 6, ProductFormat.HTML: 6,
}  # fmt: skip
_USUAL_WEIGHT: Final = 2
_SURE_AFTER_S: Final = 1.0


def made_products(
    public: PublicSet,
    edition: Edition,
    formats: Sequence[ProductFormat],
    *,
    secrets: Secrets,
    shop: Workshop,
    job: JobContext,
) -> list[Path]:
    """Make each product that the workshop does not hold yet; all of them in the order of ``formats``.

    Raises:
        ReleaseBlockedError: One holds something protected, or more than the public values give.
    """
    wanted = tuple(dict.fromkeys(formats))
    watch = _SetWatch(job, wanted)
    paths = []
    for product in wanted:
        path = shop.made / product_name(edition.title, product, draft=edition.draft)
        paths.append(path)
        if shop.holds(path.name):
            watch.skip(product)
            continue
        watch.next(product, path.name)
        write_product(product, public, edition, path)
        refuse_leaks(check_all([path], secrets, watch))
        refuse_leaks(drawn_otherwise([path], public, edition, watch, exact=True))
        shop.vouch(path)
    watch.finish()
    return paths


def order_digest(order: ReleaseOrder) -> str:
    """Says what was ordered beside the content: signatures, purpose, folders."""
    said = {
        **definition_of(order), "supersedes": order.supersedes, "out": str(order.out_dir),
        "control": str(order.control_dir or ""),
    }  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def secrets_for(
    hazards: Sequence[Hazard],
    public: PublicSet,
    edition: Edition,
    remedies: Remedies = NO_REMEDIES,
    decided: Mapping[UUID, ReleaseDecision] = NO_DECISIONS,
) -> Secrets:
    """What a product of this release must not hold."""
    printed = (
        edition.title, edition.unit, edition.publisher, edition.source, edition.date_text,
        edition.approval_line, *edition.notes(), edition.sheet.subtitle, *edition.sheet.notes,
        edition.data_date.isoformat() if edition.data_date else "", *heading_words(),
    )  # fmt: skip
    return secrets_of(
        hazards,
        public,
        printed=printed,
        vocabulary=program_words(),
        remedies=remedies,
        decided=decided,
    )


def product_key(public: PublicSet, edition: Edition, secrets: Secrets) -> bytes:
    """Everything that products and the judgement on them follow from, as a key.

    What the register protects is part of it: whoever does not know that can vouch for nothing, and a
    file that was checked before a record was added is checked again.
    """
    masthead = {
        "title": edition.title, "unit": edition.unit, "publisher": edition.publisher,
        "source": edition.source, "date": edition.date_text, "approval": edition.approval_no,
        "draft": edition.draft, "county": edition.county, "sheet": edition.sheet.to_json(),
        "versions": [__version__, release_rules().version, _font_stamp(), language()],
        "texts": sorted(secrets.texts.items()), "fields": sorted(secrets.fields.items()),
        "numbers": sorted(secrets.numbers.items()), "public": sorted(secrets.public_texts),
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(masthead, ensure_ascii=False).encode())
    for part in (
        frozen(public), secrets.vertices.tobytes(), secrets.reach_m.tobytes(),
        secrets.public_vertices.tobytes(),
    ):  # fmt: skip
        digest.update(hashlib.sha256(part).digest())
    return digest.digest()


def _font_stamp() -> str:
    return resource("fonts", "stamp.txt").read_text(encoding="utf-8").strip()


class _SetWatch:
    """Tells which of how many products is in hand and how long the rest takes; what it calls may stop."""

    def __init__(
        self,
        job: JobContext,
        products: Sequence[ProductFormat],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._job = job
        self._count = len(products)
        self._left = self._total = sum(_weight(product) for product in products)
        self._begun = self._current = 0
        self._worked = 0
        self._clock = clock
        self._since = clock()
        self._note = ""

    def skip(self, product: ProductFormat) -> None:
        self._begun += 1
        self._left -= _weight(product)

    def next(self, product: ProductFormat, name: str) -> None:
        """The former product is done, this one begins."""
        self._settle()
        self._begun += 1
        self._current = _weight(product)
        self._note = _("第 {n} 个，共 {m} 个：{name}").format(
            n=self._begun, m=self._count, name=name
        )
        passed = self._clock() - self._since
        if self._worked and passed > _SURE_AFTER_S:
            left = duration(passed / self._worked * self._left)
            self._note = _("{what}，约剩 {left}").format(what=self._note, left=left)
        self.advance(0, 0)

    def finish(self) -> None:
        """All are made; the last moment to stop, then what is told can no longer be taken back."""
        self._settle()
        self._note = _("正在登记并移入成果文件夹")
        self.advance(0, 0)
        self._job.advance(self._total + 1, self._total + 1, self._note)

    def advance(self, done: int, total: int, note: str = "") -> None:
        """What a step reports of itself is no more than a sign of life here."""
        del done, total, note
        # One more than there is: the end of the making is not yet the end of the release.
        self._job.advance(self._total - self._left, self._total + 1, self._note)

    def _settle(self) -> None:
        self._left -= self._current
        self._worked += self._current
        self._current = 0


def _weight(product: ProductFormat) -> int:
    return _WEIGHTS.get(product, _USUAL_WEIGHT)
