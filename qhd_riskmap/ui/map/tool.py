"""What every way of using the mouse on the map has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from qhd_riskmap.domain.sketch import Sketch, TypedPlace
from qhd_riskmap.geo.outline import VertexRef

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas

_CLICK_PX: Final = 4.0


class Tool:
    """A way to use the mouse.

    Attributes:
        key: Stable key.
        title: ``N_()`` name.
        hint: ``N_()`` sentence for the tool tip.
        icon_name: Glyph.
        shortcut: One key, in force while the map has the focus; "" for none.
        takes_numbers: Shows the numeric bar.
        edits: Works on the shape of the selected hazard.
        writes: Is of use only to an officer who may edit.
        shows_nodes: Shows the vertices of the shape in hand.
        chosen: The vertex picked out of them.
        sketch: What is being drawn with the tool; the shape in hand is the editor's.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    hint: ClassVar[str]
    icon_name: ClassVar[str]
    shortcut: ClassVar[str]
    cursor: ClassVar[Qt.CursorShape] = Qt.CursorShape.ArrowCursor
    takes_numbers: ClassVar[bool] = False
    shows_nodes: ClassVar[bool] = False
    edits: ClassVar[bool] = False
    writes: ClassVar[bool] = False
    chosen: VertexRef | None = None
    sketch: Sketch | None = None

    def __init__(self, canvas: MapCanvas) -> None:
        self.canvas = canvas
        self._pressed: QPointF | None = None
        self._here = QPointF()
        self._dragging = False

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._dragging = False

    def move(self, event: QMouseEvent) -> None:
        """The mouse moved."""
        before, self._here = self._here, event.position()
        if self._pressed is None:
            return
        if not self._dragging:
            far = self._here - self._pressed
            self._dragging = abs(far.x()) + abs(far.y()) > _CLICK_PX
            before = self._pressed
        if self._dragging:
            self.drag(before, self._here, event)

    def release(self, event: QMouseEvent) -> None:
        """A button went up."""
        if event.button() is not Qt.MouseButton.LeftButton or self._pressed is None:
            return
        start, self._pressed = self._pressed, None
        if self._dragging:
            self._dragging = False
            self.dropped(start, event.position(), event)
        else:
            self.clicked(event.position(), event)

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """A click without a drag: selects."""
        more = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.canvas.select_at(place.x(), place.y(), more=more)

    def drag(self, before: QPointF, now: QPointF, event: QMouseEvent) -> None:
        """The mouse moves with the button down."""

    def dropped(self, start: QPointF, end: QPointF, event: QMouseEvent) -> None:
        """The drag ended."""

    def double_click(self, place: QPointF) -> bool:
        """A double click; True if the tool used it."""
        del place
        return False

    def key_press(self, event: QKeyEvent) -> bool:
        """A key; True if the tool used it."""
        del event
        return False

    def enter(self) -> None:
        """The tool is taken."""

    def shape_taken(self) -> None:
        """The editor has another shape in hand."""

    def instruction(self) -> str:
        """What it expects now, for the strip of the map; "" says nothing."""
        return ""

    def finish_word(self) -> str:
        """Word of the button that ends what is being drawn; "" while nothing is."""
        return ""

    def finish(self) -> None:
        """End what is being drawn."""

    def cancel(self) -> None:
        """Give up what is being drawn."""

    def step_typed(self) -> None:
        """Enter in a length or direction of the numeric bar."""

    def places_typed(self, places: list[TypedPlace]) -> None:
        """Coordinates were typed or pasted."""

    def leave(self) -> None:
        """Another tool is taken."""
        self._pressed = None
        self._dragging = False

    def paint(self, painter: QPainter) -> None:
        """Draw over the map."""
