"""A shape in hand: any sequence of edits, taken back, is the shape that was taken in hand."""

from uuid import UUID

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.sketch import Sketch, TypedPlace
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.outline import ShapeKind, VertexRef, empty_outline, outline_of
from qhd_riskmap.geo.shape_operations import cut_out, mend, with_part

PLACE = st.tuples(st.floats(119.0, 119.9), st.floats(39.5, 40.5))
SHAPES = [
    shapely.Point(119.5, 39.9),
    shapely.LineString([(119.4, 39.85), (119.45, 39.84), (119.48, 39.86)]),
    shapely.Polygon(
        shapely.box(119.5, 39.9, 119.6, 40.0).exterior,
        [shapely.box(119.53, 39.93, 119.56, 39.96).exterior],
    ),
    shapely.MultiPolygon([shapely.box(119, 39, 119.1, 39.1), shapely.box(119.3, 39, 119.4, 39.1)]),
]
EDITS = st.sampled_from(
    ["move", "insert", "delete", "shift", "turn", "part", "hole", "ring", "mend", "undo", "redo"]
)


class Stack:
    """What an undo stack does, in lists."""

    def __init__(self):
        self.done, self.undone = [], []

    def record(self, change):
        self.done.append(change)
        self.undone.clear()

    def undo(self):
        if self.done:
            self.undone.append(self.done.pop())
            self.undone[-1].undo()

    def redo(self):
        if self.undone:
            self.done.append(self.undone.pop())
            self.done[-1].redo()


@given(st.sampled_from(SHAPES), st.lists(st.tuples(EDITS, PLACE), max_size=15), st.data())
def test_any_sequence_of_edits_taken_back_is_the_start(shape, edits, data):
    stack = Stack()
    sketch = Sketch(outline_of(shape), recorded=stack.record)
    for edit, place in edits:
        if edit in {"undo", "redo"}:
            getattr(stack, edit)()
            continue
        rings = [(p, r, len(ring)) for p, r, ring in sketch.outline.rings()]
        part, ring, size = data.draw(st.sampled_from(rings))
        ref = VertexRef(part, ring, data.draw(st.integers(0, size - 1)))
        try:
            sketch.change(edited(sketch.outline, edit, ref, place), edit)
        except InvalidInputError:
            continue
    end = sketch.outline
    count = len(stack.done)
    while stack.done:
        stack.undo()
    assert sketch.outline.same_as(sketch.start)
    assert sketch.outline.geometry().equals_exact(shape, 0.0)
    assert not sketch.dirty
    for _step in range(count):
        stack.redo()
    assert sketch.outline.same_as(end)


def edited(outline, edit, ref, place):
    lon, lat = place
    square = shapely.box(lon, lat, lon + 0.01, lat + 0.01)
    ways = {
        "move": lambda: outline.with_moved(ref, place),
        "insert": lambda: outline.with_inserted(ref, place),
        "delete": lambda: outline.without(ref),
        "shift": lambda: outline.shifted(outline.at(ref), place),
        "turn": lambda: outline.turned(lon, place),
        "ring": lambda: outline.without_ring(ref.part, ref.ring),
        "part": lambda: outline_of(with_part(outline.geometry(), square)),
        "hole": lambda: outline_of(cut_out(outline.geometry(), square)),
        "mend": lambda: outline_of(mend(outline.geometry())),
    }
    if outline.kind is ShapeKind.POINT and edit == "insert":
        raise InvalidInputError("点")
    return ways[edit]()


def test_a_change_that_changes_nothing_is_no_step():
    stack = Stack()
    sketch = Sketch(outline_of(SHAPES[1]), recorded=stack.record)
    sketch.change(outline_of(SHAPES[1]), "没有")
    assert stack.done == []


def test_every_change_is_shown_and_its_crossings_are_found_anew():
    seen = []
    sketch = Sketch(empty_outline(ShapeKind.AREA), shown=lambda: seen.append(len(sketch.places)))
    sketch.append([(0, 0), (2, 2), (2, 0)], "画")
    assert not sketch.crossings()
    sketch.append([(0, 2)], "画")
    assert sketch.crossings()
    assert sketch.crossings() is sketch.crossings()
    assert seen == [3, 4]
    sketch.take_back("退")
    assert sketch.places == [(0, 0), (2, 2), (2, 0)]
    assert not sketch.crossings()


def test_a_sketch_of_a_hazard_starts_with_its_shape():
    provenance = Provenance(
        original_text="", declared_reference="cgcs2000",
        method=LocationMethod.TYPED, accuracy=AccuracyClass.UNKNOWN,
    )  # fmt: skip
    hazard = Hazard(
        id=UUID(int=1), name="管线", type_key="oil_gas_pipeline", geometry=SHAPES[1],
        provenance=provenance, county="130304",
    )  # fmt: skip
    sketch = Sketch.of(hazard)
    assert sketch.hazard is hazard
    assert sketch.outline.geometry().equals(SHAPES[1])
    sketch.show(empty_outline(ShapeKind.LINE))
    assert sketch.dirty


FIRST = TypedPlace((119.5, 39.9), "119.5 39.9", "cgcs2000")
SECOND = TypedPlace((119.6, 39.9), "119°36′ 39°54′", "cgcs2000")


def test_what_was_typed_is_quoted_when_nothing_was_clicked():
    sketch = Sketch(empty_outline(ShapeKind.LINE))
    sketch.append_typed([FIRST, SECOND], "粘贴")
    assert sketch.provenance().method is LocationMethod.TYPED
    assert sketch.provenance().original_text == "119.5 39.9；119°36′ 39°54′"


@pytest.mark.parametrize(
    "other", [TypedPlace((119.7, 39.9), "x", "gcj02"), (119.7, 39.9)], ids=["datum", "click"]
)
def test_mixed_shapes_are_drawn(other):
    sketch = Sketch(empty_outline(ShapeKind.LINE))
    sketch.append_typed([FIRST], "粘贴")
    if isinstance(other, TypedPlace):
        sketch.append_typed([other], "粘贴")
    else:
        sketch.append([other], "画")
    assert sketch.provenance().method is LocationMethod.DRAWN
    assert sketch.provenance().original_text == "119.5000000, 39.9000000"


def test_nothing_drawn_has_no_text():
    assert Sketch(empty_outline(ShapeKind.LINE)).provenance().original_text == ""
