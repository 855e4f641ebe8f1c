"""The grading methods: plug-ins whose tables are profiles under ``resources/rules/``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Protocol

from qhd_riskmap.domain.citation import Citation
from qhd_riskmap.domain.grading.factors import Factor, Inputs
from qhd_riskmap.domain.grading.profile import read_profile
from qhd_riskmap.domain.grading.result import GradingResult, Lowering
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import rules

DECLARED: Final = "declared"
SHIPPED: Final = (
    "ls", "lec", "gb18218", "geological", "forest_fire", "forest_zone", "pipeline",
    "animal_epidemic", "food_safety", "food_business", "expert",
)  # fmt: skip


class GradingMethod(Protocol):
    """A way to find a hazard's level."""

    @property
    def key(self) -> str:
        """Stable key, as given on the command line."""

    @property
    def label(self) -> str:
        """Chinese name."""

    @property
    def version(self) -> str:
        """Version of the rules, stored with every assessment."""

    @property
    def citation(self) -> Citation:
        """The standard it comes from."""

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The inputs, for form and sheet."""

    @property
    def types(self) -> tuple[str, ...]:
        """Hazard types it is meant for; none for all."""

    def grade(self, inputs: Inputs) -> GradingResult:
        """Find the level.

        Raises:
            NotGradableError: Something is not known; the message says what.
            InvalidInputError: A factor is unknown, or has a value that cannot be.
        """

    def lowerings(self, inputs: Inputs) -> tuple[Lowering, ...]:
        """The smallest changes of one factor that would lower the level.

        Raises:
            NotGradableError: As `grade`.
            InvalidInputError: As `grade`.
        """


Methods = Mapping[str, GradingMethod]


@cache
def shipped_profile(key: str) -> Mapping[str, Any]:
    """The profile of a method as it came with the program."""
    return MappingProxyType(dict(rules(f"grading_{key}")))


@cache
def methods() -> Methods:
    """The shipped methods by key."""
    return MappingProxyType({key: load_method(shipped_profile(key)) for key in SHIPPED})


def with_profiles(profiles: Mapping[str, Mapping[str, Any]]) -> Methods:
    """The shipped methods, some of them with the office's own profile."""
    own = {key: load_method(profile) for key, profile in profiles.items() if key in SHIPPED}
    return MappingProxyType({**methods(), **own})


def method(key: str, known: Methods | None = None) -> GradingMethod:
    """One method.

    Raises:
        NotFoundError: No such method.
    """
    known = methods() if known is None else known
    found = known.get(key)
    if found is None:
        raise NotFoundError(
            _("没有“{key}”这种评估方法。").format(key=key),
            hint=_("可用：{keys}。").format(keys="、".join(known)),
        )
    return found


def load_method(raw: Mapping[str, Any]) -> GradingMethod:
    """A method from its profile (the shape of ``resources/rules/grading_ls.json``).

    Raises:
        InvalidInputError: The profile cannot be used; the message says where.
    """
    return read_profile(raw)
