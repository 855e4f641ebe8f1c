"""A shape in hand: what is being drawn or edited, every change of it undoable. No widgets.

The sketch itself keeps nothing but where it stands; `SketchChange` values are handed to whoever keeps
the history (the desk's undo stack), and applied in the order of that history.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.geo.coordinate_text import format_decimal
from qhd_riskmap.geo.crossings import Crossings, crossings
from qhd_riskmap.geo.outline import Outline, Place, ShapeKind, outline_of, outline_of_places

_CANONICAL = "cgcs2000"


@dataclass(frozen=True, slots=True)
class TypedPlace:
    """A place that was typed or pasted, not clicked.

    Attributes:
        place: CGCS2000 degrees.
        text: As it was written.
        reference: Its declared reference, notation of `geo.references.parse_reference`.
    """

    place: Place
    text: str
    reference: str


@dataclass(frozen=True, slots=True, eq=False)
class SketchChange:
    """One change of a sketch, made already."""

    sketch: Sketch = field(repr=False)
    text: str
    before: Outline
    after: Outline

    def undo(self) -> None:
        """Show the shape as it was before."""
        self.sketch.show(self.before)

    def redo(self) -> None:
        """Show the shape as it was after."""
        self.sketch.show(self.after)


class Sketch:
    """The shape in hand.

    Attributes:
        hazard: The hazard whose shape it is, as it was read; None for a new one.
        start: The shape as it was taken in hand.
        outline: The shape as it is now.
    """

    def __init__(
        self,
        start: Outline,
        *,
        hazard: Hazard | None = None,
        recorded: Callable[[SketchChange], object] = lambda _change: None,
        shown: Callable[[], object] = lambda: None,
    ) -> None:
        self.hazard = hazard
        self.start = start
        self.outline = start
        self._recorded = recorded
        self._shown = shown
        self._typed: dict[Place, TypedPlace] = {}
        self._crossings: Crossings | None = None

    @classmethod
    def of(
        cls,
        hazard: Hazard,
        *,
        recorded: Callable[[SketchChange], object] = lambda _change: None,
        shown: Callable[[], object] = lambda: None,
    ) -> Sketch:
        """The shape of a hazard taken in hand."""
        start = outline_of(hazard.geometry)
        return cls(start, hazard=hazard, recorded=recorded, shown=shown)

    @property
    def kind(self) -> ShapeKind:
        """Point, line or area."""
        return self.outline.kind

    @property
    def dirty(self) -> bool:
        """Whether it differs from what was taken in hand."""
        return not self.outline.same_as(self.start)

    def crossings(self) -> Crossings:
        """Where it crosses itself; worked out once per change."""
        if self._crossings is None:
            self._crossings = crossings(self.outline)
        return self._crossings

    def change(self, after: Outline, text: str) -> None:
        """Make a change and record it; nothing happens if it changes nothing."""
        before = self.outline
        if after.same_as(before):
            return
        self.show(after)
        self._recorded(SketchChange(self, text, before, after))

    def show(self, outline: Outline) -> None:
        """Stand at an outline without recording it: undo, redo, a drag that goes on."""
        self.outline = outline
        self._crossings = None
        self._shown()

    # -- drawing --------------------------------------------------------------------------------

    @property
    def places(self) -> list[Place]:
        """The vertices drawn so far, in their order."""
        return [
            (lon, lat) for _part, _ring, ring in self.outline.rings() for lon, lat in ring.tolist()
        ]

    def append(self, places: Sequence[Place], text: str) -> None:
        """Draw on by some vertices; one that repeats the last is none."""
        self.change(outline_of_places(self.kind, [*self.places, *places]), text)

    def append_typed(self, typed: Sequence[TypedPlace], text: str) -> None:
        """Draw on by vertices that were typed; the record will quote them."""
        self._typed |= {each.place: each for each in typed}
        self.append([each.place for each in typed], text)

    def take_back(self, text: str) -> None:
        """Take the last vertex away."""
        self.change(outline_of_places(self.kind, self.places[:-1]), text)

    def provenance(self) -> Provenance:
        """Where the coordinates came from: typed if all of them were, drawn otherwise."""
        places = self.places
        typed = [self._typed[place] for place in places if place in self._typed]
        references = {each.reference for each in typed}
        if places and len(typed) == len(places) and len(references) == 1:
            return Provenance(
                original_text="；".join(each.text for each in typed),
                declared_reference=references.pop(),
                method=LocationMethod.TYPED,
                accuracy=AccuracyClass.UNKNOWN,
            )
        return Provenance(
            original_text=format_decimal(*places[0]) if places else "",
            declared_reference=_CANONICAL,
            method=LocationMethod.DRAWN,
            accuracy=AccuracyClass.DIGITISED,
        )
