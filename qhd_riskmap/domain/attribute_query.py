"""Selecting hazards by what is known of them: one field, a comparison, a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from qhd_riskmap.domain.hazard import AttributeValue, Hazard
from qhd_riskmap.domain.record_fields import field_value, shown_value
from qhd_riskmap.domain.schema import Field, FieldKind, clean_text, parse_value
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import N_, _


class Comparison(StrEnum):
    """How a value is compared."""

    EQUAL = "equal"
    UNEQUAL = "unequal"
    CONTAINS = "contains"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EMPTY = "empty"
    FILLED = "filled"

    @property
    def label(self) -> str:
        """Chinese words."""
        return _LABELS[self]

    @property
    def needs_value(self) -> bool:
        """Whether there is something to compare with."""
        return self not in {Comparison.EMPTY, Comparison.FILLED}


_LABELS = {
    Comparison.EQUAL: N_("等于"),
    Comparison.UNEQUAL: N_("不等于"),
    Comparison.CONTAINS: N_("包含"),
    Comparison.AT_LEAST: N_("不小于（不早于）"),
    Comparison.AT_MOST: N_("不大于（不晚于）"),
    Comparison.EMPTY: N_("为空"),
    Comparison.FILLED: N_("不为空"),
}
_ORDERED = frozenset({FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.DATE})
_PLAIN = (Comparison.EQUAL, Comparison.UNEQUAL, Comparison.EMPTY, Comparison.FILLED)
_TEXTS = frozenset({FieldKind.TEXT, FieldKind.PHONE})


def comparisons(field: Field) -> tuple[Comparison, ...]:
    """The comparisons that make sense for a field."""
    if field.kind in _ORDERED:
        return (Comparison.AT_LEAST, Comparison.AT_MOST, *_PLAIN)
    return (Comparison.CONTAINS, *_PLAIN) if field.kind in _TEXTS else _PLAIN


@dataclass(frozen=True, slots=True)
class Condition:
    """One question that every hazard answers with yes or no.

    Attributes:
        value: Parsed like the form does; None where the comparison needs none.
    """

    field: Field
    comparison: Comparison
    value: AttributeValue | None = None

    def holds(self, hazard: Hazard) -> bool:
        """Whether the hazard is meant."""
        found = field_value(hazard, self.field.key)
        if self.comparison is Comparison.EMPTY or found is None:
            # What is not known is neither equal, large nor small; but it is not equal to a value.
            return found is None and self.comparison in {Comparison.EMPTY, Comparison.UNEQUAL}
        return _compare(self.comparison, found, self.value)

    def words(self) -> str:
        """The condition as a sentence."""
        value = shown_value(self.field, self.value) if self.comparison.needs_value else ""
        return f"{_(self.field.label)} {_(self.comparison.label)} {value}".strip()


def _compare(comparison: Comparison, found: AttributeValue, value: AttributeValue | None) -> bool:
    first, second = _folded(found), _folded(value)
    match comparison:
        case Comparison.EQUAL:
            return first == second
        case Comparison.UNEQUAL:
            return first != second
        case Comparison.CONTAINS:
            return str(second) in str(first)
        case Comparison.FILLED:
            return True
        case _:  # numbers, or days as ISO texts, which sort like days
            smaller, larger = (
                (second, first) if comparison is Comparison.AT_LEAST else (first, second)
            )
            return bool(smaller <= larger)  # type: ignore[operator]


def _folded(value: AttributeValue | None) -> AttributeValue | None:
    return value.casefold() if isinstance(value, str) else value


def condition(field: Field, comparison: Comparison, text: str) -> Condition:
    """A condition out of what was typed.

    Raises:
        InvalidInputError: The text is no value of the field.
    """
    if not comparison.needs_value:
        return Condition(field, comparison)
    tidy = clean_text(text)
    if tidy is None:
        raise InvalidInputError(_("请填写要比较的内容。"))
    if comparison is Comparison.CONTAINS:
        return Condition(field, comparison, tidy)
    value, issue = parse_value(field, tidy)
    if value is None:
        raise InvalidInputError(issue.message if issue is not None else _("内容不正确。"))
    return Condition(field, comparison, value)


def matching(hazards: Iterable[Hazard], wanted: Condition) -> list[str]:
    """Ids of the hazards that are meant, in their order."""
    return [str(hazard.id) for hazard in hazards if wanted.holds(hazard)]
