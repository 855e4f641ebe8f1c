"""Words of one record that must not stand in the public text of another, or of the masthead.

A public name may tell what the allow-list keeps in: the contact of a record in its name, an ammonia
plant as a landmark of a landslide. Such texts are found before anything is written and go back to
the officer, because only people can reword them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.release_rules import ReleaseRules, TextHit, clean_public_text
from qhd_riskmap.domain.taxonomy import taxonomy

PERSON, PROTECTED = "PM07", "PM04"
_SITE_LENGTH = 4  # shorter names ("水库") are words of the language
_PERSON_LENGTH = 3  # a name of two characters of somebody else is a word too often
_SPACES = re.compile(r"\s+")


def compared(text: str) -> str:
    """``text`` as names are compared: one width, one case, no spaces, nothing invisible."""
    folded = unicodedata.normalize("NFKC", clean_public_text(text)).casefold()
    return _SPACES.sub("", folded)


@dataclass(frozen=True, slots=True)
class NamesKept:
    """Names that stay in, by first characters and length, for one pass over a text.

    A county's names begin alike (its own name, the town's), so those of one beginning are looked up whole,
    never tried one after another.

    Attributes:
        index: First two characters → length, ascending → name → ``(rule, what)``.
    """

    index: Mapping[str, Mapping[int, Mapping[str, tuple[str, str]]]] = field(default_factory=dict)

    def hits(self, text: str) -> Iterator[TextHit]:
        """Kept names inside ``text``."""
        plain = compared(text)
        for at in range(len(plain)):
            for length, names in self.index.get(plain[at : at + 2], {}).items():
                found = plain[at : at + length]
                if found in names:
                    rule, what = names[found]
                    yield TextHit(rule=rule, what=what, found=found)


def names_kept(
    hidden: Iterable[Hazard], hazards: Iterable[Hazard], rules: ReleaseRules, public: Iterable[str]
) -> NamesKept:
    """Everything no public text may mention.

    Args:
        hidden: Records whose name, unit and address are not public.
        hazards: Every record; their contacts are private.
        rules: Forms of personal names and of public bodies.
        public: Texts that are public by themselves; equal names hide nothing.
    """
    known = {compared(text) for text in (*public, *_shared_words())}
    kept: dict[str, tuple[str, str]] = {}
    for hazard in hidden:
        for text in (hazard.name, hazard.unit, hazard.address):
            name = compared(text)
            if len(name) >= _SITE_LENGTH and name not in known and not rules.is_public_body(name):
                kept[name] = (PROTECTED, "不公开的名称")
    for hazard in hazards:
        for name in map(compared, _SEPARATORS.split(hazard.contact)):
            if len(name) >= _PERSON_LENGTH and name not in known and rules.is_person(name):
                kept[name] = (PERSON, "联系人姓名")
    index: dict[str, dict[int, dict[str, tuple[str, str]]]] = {}
    for name in sorted(kept, key=len):
        index.setdefault(name[:2], {}).setdefault(len(name), {})[name] = kept[name]
    return NamesKept(index)


_SEPARATORS = re.compile(r"[、，,;；/\\|\s]+|\d+")


def own_contact(hazard: Hazard, text: str, rules: ReleaseRules) -> Iterator[TextHit]:
    """The contact of the record itself in one of its texts, short names too."""
    if not hazard.contact:
        return
    plain = compared(text)
    for name in map(compared, _SEPARATORS.split(hazard.contact)):
        if len(name) >= 2 and rules.is_person(name) and name in plain:  # noqa: PLR2004 - two characters
            yield TextHit(rule=PERSON, what="联系人姓名", found=name)


def _shared_words() -> Iterator[str]:
    known = regions()
    for region in (known.city, *known.divisions, *known.neighbours):
        yield from (region.name, region.short_name)
    for hazard_type in taxonomy().types:
        yield from (hazard_type.label, hazard_type.event_class.label, *hazard_type.sub_kinds)
