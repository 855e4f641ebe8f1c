"""The hazard types of the city plan, read from ``resources/rules/taxonomy.json``.

Types are data: names, aliases found in sheets, sub-kinds, map symbol, own fields and what may be made
public of them. The file carries version, source and confidence of every entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from qhd_riskmap.domain.schema import Field, FieldKind, Requirement
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.resources import rules

# One character stands in too many names to say anything.
_SHORTEST_HINT: Final = 2


class EventClass(StrEnum):
    """The four classes of emergencies (突发事件应对法 Art 3)."""

    NATURAL_DISASTER = "natural_disaster"
    ACCIDENT = "accident"
    PUBLIC_HEALTH = "public_health"
    SOCIAL_SECURITY = "social_security"

    @property
    def label(self) -> str:
        """自然灾害, 事故灾难, 公共卫生事件, 社会安全事件."""
        return _CLASS_LABELS[self]


_CLASS_LABELS = {
    EventClass.NATURAL_DISASTER: N_("自然灾害"),
    EventClass.ACCIDENT: N_("事故灾难"),
    EventClass.PUBLIC_HEALTH: N_("公共卫生事件"),
    EventClass.SOCIAL_SECURITY: N_("社会安全事件"),
}


class ReleaseClass(StrEnum):
    """What a public product may show of a type (DOMAIN §1.6).

    `NEVER`: nothing. `COUNT`: a number per county or township. `GRID_1KM` and `GRID_100M`: geometry
    on the nodes of that grid.
    """

    NEVER = "never"
    COUNT = "count"
    GRID_1KM = "grid_1km"
    GRID_100M = "grid_100m"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _RELEASE_LABELS[self]


_RELEASE_LABELS = {
    ReleaseClass.NEVER: N_("不公开"),
    ReleaseClass.COUNT: N_("只公开数量"),
    ReleaseClass.GRID_1KM: N_("公开到 1 公里网格"),
    ReleaseClass.GRID_100M: N_("公开到 100 米网格"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HazardType:
    """One type of hazard.

    Attributes:
        key: Stable key, e.g. ``geological``.
        code: Two letters of the permanent code, e.g. ``DZ``.
        label: Chinese name (gettext message id).
        aliases: Words that mean this type in sheets.
        sub_kinds: Allowed sub-kinds; aliases of a sub-kind map to it in `sub_kind_aliases`.
        symbol: Key of the map symbol (`cartography.symbols`).
        sub_kind_symbols: Symbols of the sub-kinds that have one of their own.
        fields: The type's own attributes.
        release_class: Default for public products.
        examples: What fits this type in columns that every type has, by field key, for the example row
            of a template.
    """

    key: str
    code: str
    label: str
    event_class: EventClass
    aliases: tuple[str, ...]
    sub_kinds: tuple[str, ...]
    sub_kind_aliases: Mapping[str, str]
    symbol: str
    sub_kind_symbols: Mapping[str, str]
    fields: tuple[Field, ...]
    release_class: ReleaseClass
    examples: Mapping[str, str]

    def field(self, key: str) -> Field | None:
        """The field with ``key``, or None."""
        return next((field for field in self.fields if field.key == key), None)

    def sub_kind_of(self, text: str) -> str | None:
        """The sub-kind of this type that a sheet's word means, or None.

        >>> taxonomy().get("hazardous_chemicals").sub_kind_of("存储")
        '储存'
        """
        word = _normalised(text)
        names = {_normalised(sub_kind): sub_kind for sub_kind in self.sub_kinds}
        aliases = {_normalised(alias): sub for alias, sub in self.sub_kind_aliases.items()}
        return names.get(word) or aliases.get(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """All hazard types, in the order of the city plan.

    Attributes:
        vague_words: Sub-kinds and aliases that say nothing outside their type (生产, 桥梁): a category
            column that holds only such a word names no type.
    """

    version: str
    types: tuple[HazardType, ...]
    vague_words: frozenset[str] = frozenset()

    def get(self, key: str) -> HazardType:
        """The type with ``key``.

        Raises:
            NotFoundError: No such type.
        """
        for hazard_type in self.types:
            if hazard_type.key == key:
                return hazard_type
        raise NotFoundError(
            _("没有“{key}”这种隐患类型。").format(key=key),
            hint=_("可用的类型：{keys}。").format(
                keys="、".join(f"{_(t.label)}（{t.key}）" for t in self.types)
            ),
        )

    def named(self, text: str) -> HazardType:
        """The type somebody typed: its key, or its name as the program writes it.

        Raises:
            NotFoundError: No such type.
        """
        found = next((t for t in self.types if text in {t.label, _(t.label)}), None)
        return found if found is not None else self.get(text)

    def recognise(self, text: str) -> tuple[HazardType, str] | None:
        """The type (and sub-kind, or "") that a sheet's word means.

        Exact names and aliases only, ignoring case, spaces and the endings 隐患/风险/点: a guess
        would put a hazard into the wrong ledger.

        >>> found = taxonomy().recognise("泥石流")
        >>> found[0].key, found[1]
        ('geological', '泥石流')
        """
        return _word_index(self.types, self.vague_words).get(_normalised(text))

    def near(self, text: str) -> tuple[HazardType, ...]:
        """The types that an unrecognised word may mean, for a person to choose from; often none.

        >>> [each.key for each in taxonomy().near("液氨")]
        ['ammonia_pipeline', 'ammonia_storage']
        """
        word = _normalised(text)
        if len(word) < _SHORTEST_HINT:
            return ()
        return tuple(
            each
            for each in self.types
            if any(word in _normalised(own) for own in (each.label, *each.aliases))
        )


def _normalised(text: str) -> str:
    word = "".join(text.split()).casefold()
    for ending in ("风险隐患点", "隐患点", "风险点", "隐患", "风险"):
        if word.endswith(ending) and len(word) > len(ending):
            return word.removesuffix(ending)
    return word


@cache
def _word_index(
    types: tuple[HazardType, ...], vague_words: frozenset[str]
) -> dict[str, tuple[HazardType, str]]:
    index: dict[str, tuple[HazardType, str]] = {}
    for hazard_type in types:
        for word in (hazard_type.key, hazard_type.label, hazard_type.code, *hazard_type.aliases):
            index.setdefault(_normalised(word), (hazard_type, ""))
    # A sub-kind never overrides a type's own name.
    for hazard_type in types:
        for word in (*hazard_type.sub_kinds, *hazard_type.sub_kind_aliases):
            if word not in vague_words:
                sub_kind = hazard_type.sub_kind_aliases.get(word, word)
                index.setdefault(_normalised(word), (hazard_type, sub_kind))
    return index


@cache
def taxonomy() -> Taxonomy:
    """The shipped taxonomy."""
    raw = rules("taxonomy")
    return Taxonomy(
        version=raw["version"],
        types=tuple(_type(entry) for entry in raw["types"]),
        vague_words=frozenset(raw["vague_words"]),
    )


def _type(entry: dict[str, Any]) -> HazardType:
    return HazardType(
        key=entry["key"],
        code=entry["code"],
        label=entry["label"],
        event_class=EventClass(entry["event_class"]),
        aliases=tuple(entry.get("aliases", ())),
        sub_kinds=tuple(entry.get("sub_kinds", ())),
        sub_kind_aliases=dict(entry.get("sub_kind_aliases", {})),
        symbol=entry["symbol"],
        sub_kind_symbols=dict(entry.get("sub_kind_symbols", {})),
        fields=tuple(_field(raw) for raw in entry.get("fields", ())),
        release_class=ReleaseClass(entry["release_class"]),
        examples=dict(entry["examples"]),
    )


def _field(raw: dict[str, Any]) -> Field:
    condition = raw.get("required_if")
    return Field(
        key=raw["key"],
        label=raw["label"],
        kind=FieldKind(raw.get("kind", "text")),
        unit=raw.get("unit", ""),
        required=raw.get("required", False),
        required_if=Requirement(field=condition["field"], values=tuple(condition["values"]))
        if condition
        else None,
        minimum=raw.get("minimum"),
        maximum=raw.get("maximum"),
        choices=tuple(raw.get("choices", ())),
        aliases=tuple(raw.get("aliases", ())),
        help=raw.get("help", ""),
        example=raw.get("example", ""),
    )
