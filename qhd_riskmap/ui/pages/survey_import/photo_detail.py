"""The photo in hand: a small picture, what is known, and both places on a map."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from qhd_riskmap.geo.coordinate_text import format_dms
from qhd_riskmap.i18n import _
from qhd_riskmap.services.photo_matching import PhotoMatch, PhotoSource
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.pages.survey_import.shift_map import ShiftMap
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_PICTURE: Final = 240
_NOWHERE: Final = np.empty((0, 2))


class PhotoDetail(QWidget):
    """What the current row of a list is."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._path = ""
        self.picture = QLabel()
        self.picture.setObjectName("photos-picture")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setFixedHeight(_PICTURE)
        self.picture.setMinimumWidth(_PICTURE)
        self.facts = words(name="photos-facts")
        self.map = ShiftMap()
        self.map.setAccessibleName(_("拍摄位置和隐患位置"))
        self.legend = words(_("○ 隐患　● 拍摄位置"), role="muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.picture)
        column.addWidget(self.facts)
        column.addWidget(self.map, 1)
        column.addWidget(self.legend)
        column.addStretch(0)
        self.clear()

    def show_match(self, source: PhotoSource, match: PhotoMatch) -> None:
        """Show a photo and the hazard it was matched with."""
        self._look(source, match.path)
        lines = [f"{match.name}（{match.code}）", _("按{by}对上").format(by=match.by.label)]
        if match.taken_at is not None and match.metres is not None:
            lines.append(
                _("拍摄于 {place}，距隐患 {length}").format(
                    place=format_dms(*match.taken_at), length=length_text(match.metres)
                )
            )
        self.facts.setText("\n".join(lines))
        self._show_places(match)

    def show_file(self, source: PhotoSource, path: str) -> None:
        """Show a photo of no hazard."""
        self._look(source, path)
        self.facts.setText(path)
        self._hide_map()

    def clear(self) -> None:
        """Show nothing."""
        self._path = ""
        self.picture.clear()
        self.facts.setText("")
        self._hide_map()

    def close_down(self) -> None:
        """Stop painting before the map goes."""
        self.map.close_down()

    # -- inside ---------------------------------------------------------------------------------

    def _show_places(self, match: PhotoMatch) -> None:
        if match.taken_at is None:
            self._hide_map()
            return
        self.map.show()
        self.legend.show()
        self.map.show_shift(np.array([match.hazard_at]), np.array([match.taken_at]))

    def _hide_map(self) -> None:
        self.map.show_shift(_NOWHERE, _NOWHERE)
        self.map.hide()
        self.legend.hide()

    def _look(self, source: PhotoSource, path: str) -> None:
        """Read the small picture beside the window; the last one asked for is shown."""
        if path == self._path:
            return
        self._path = path
        self.picture.clear()
        service = self._desk.app.photo_matching
        self._desk.run(
            lambda _job: (path, service.thumbnail(source, path)),
            title=_("正在读取照片…"),
            on_success=self._looked,
            on_failure=self._not_looked,
            database=False,
            quiet=True,
        )

    def _looked(self, result: tuple[str, bytes]) -> None:
        path, content = result
        if path != self._path:
            return
        pixmap = QPixmap()
        if content and pixmap.loadFromData(content, "JPEG"):
            self.picture.setPixmap(
                pixmap.scaled(
                    self.picture.size(),
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )
        else:
            self.picture.setText(_("不是图片"))

    def _not_looked(self, error: BaseException) -> None:
        self.picture.setText(str(error))
