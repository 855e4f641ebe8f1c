"""What a grading method asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qhd_riskmap.domain.citation import Citation
from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.schema import Field, FieldKind, Severity, clean_text, parse_value
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _

Inputs = Mapping[str, AttributeValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorChoice:
    """One allowed value of a factor and what it stands for."""

    value: float | str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureScale:
    """Which value a factor takes for how many people exposed, by falling minimum."""

    citation: Citation
    bands: tuple[tuple[float, float], ...]

    def value(self, people: float) -> float:
        """The factor's value."""
        return next(value for minimum, value in self.bands if people >= minimum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One input of a method.

    Attributes:
        group: Heading it stands under.
        choices: Allowed values; none for numbers and texts.
        fixed: A fact that no remediation changes (the diameter of a pipe).
        optional: Does not decide the level.
        attribute: Key of the hazard's own field that holds it, or "".
        exposure: Figure of the exposure count that gives it, or "".
        scale: How that figure becomes the factor's value; None where it is the value.
    """

    key: str
    label: str
    citation: Citation
    kind: FieldKind = FieldKind.CHOICE
    unit: str = ""
    group: str = ""
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[FactorChoice, ...] = ()
    fixed: bool = False
    optional: bool = False
    attribute: str = ""
    exposure: str = ""
    scale: ExposureScale | None = None

    @property
    def field(self) -> Field:
        """The same as a field of a form or sheet."""
        return Field(
            key=self.key, label=self.label, kind=self.kind, unit=self.unit, help=self.help,
            required=not self.optional, minimum=self.minimum, maximum=self.maximum,
            choices=tuple(shown(choice.value) for choice in self.choices),
        )  # fmt: skip

    def choice(self, value: object) -> FactorChoice | None:
        """The choice with exactly this value, or None."""
        return next((choice for choice in self.choices if choice.value == value), None)

    def read(self, value: AttributeValue) -> AttributeValue | None:
        """The value as the method uses it; None where it says nothing.

        Raises:
            InvalidInputError: The value cannot be used.
        """
        if isinstance(value, bool) and self.kind is FieldKind.BOOLEAN:
            return value
        text = clean_text(value if isinstance(value, str) else shown(value))
        if text is None:
            return None
        if self.choices:
            return self._chosen(text)
        read, issue = parse_value(self.field, text)
        if issue is not None and issue.severity is not Severity.INFO:
            raise InvalidInputError(issue.message)
        return read

    def _chosen(self, text: str) -> AttributeValue:
        for choice in self.choices:
            if isinstance(choice.value, str):
                if parse_value(self.field, text)[0] == choice.value:
                    return choice.value
            elif _number(text) == choice.value:
                return choice.value
        raise InvalidInputError(
            _("“{factor}”不能取 {value}。").format(factor=_(self.label), value=text[:40]),
            hint=_("可取：{values}。").format(
                values="、".join(shown(choice.value) for choice in self.choices)
            ),
        )

    def described(self, value: AttributeValue) -> str:
        """The value with its unit and meaning, for people."""
        choice = self.choice(value)
        text = value_text(value) + (f" {self.unit}" if self.unit else "")
        return f"{text}（{_(choice.text)}）" if choice is not None else text


def read_inputs(label: str, factors: Sequence[Factor], raw: Inputs) -> dict[str, AttributeValue]:
    """Texts and values as the method uses them; what says nothing is left out.

    Raises:
        InvalidInputError: An unknown factor, or a value that cannot be used.
    """
    known = {factor.key: factor for factor in factors}
    unknown = sorted(set(raw) - set(known))
    if unknown:
        raise InvalidInputError(
            _("{method} 没有“{factor}”这个因素。").format(method=_(label), factor=unknown[0]),
            hint=_("需要的因素：{factors}。").format(
                factors="、".join(f"{key}（{_(f.label)}）" for key, f in known.items())
            ),
        )
    values: dict[str, AttributeValue] = {}
    for key, factor in known.items():
        value = factor.read(raw[key]) if key in raw else None
        if value is not None:
            values[key] = value
    return values


def shown(value: AttributeValue) -> str:
    """A value as it is typed."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def value_text(value: AttributeValue) -> str:
    """A value for people; lists of substances without line ends."""
    return shown(value).replace("\n", "；")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
