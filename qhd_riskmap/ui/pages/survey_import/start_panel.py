"""The empty page: what to do, and the one place to do it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.drop_area import DropArea
from qhd_riskmap.ui.toolkit.page_parts import glyph_label, push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_TEACHING = (
    (
        "file-table-outline",
        N_("各部门自己的表就行"),
        N_("xlsx、xls、et、ods、csv 都能读，可以一次拖入多个；表头、列序、单位不必统一。"),
    ),
    (
        "crosshairs-question",
        N_("坐标系自己认"),
        N_("度分秒、高德、百度、国家2000、高斯坐标都认得；认不准的会问您，绝不乱猜。"),
    ),
    (
        "clipboard-check-outline",
        N_("先看后入库"),
        N_("错在哪一格一次说清；对的先入库，错的标在原表上退回去。"),
    ),
)


class StartPanel(QWidget):
    """Drop area, buttons and three sentences.

    Signals:
        files_wanted: Ask for files.
        template_wanted: Ask where to write the template.
        dropped: Files were dropped (list of paths).
    """

    files_wanted = Signal()
    template_wanted = Signal()
    dropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.area = DropArea(
            _("把排查表拖到这里，或点此选择"), _("原表不会被改动；提交之前什么也不会写入登记库")
        )
        self.area.clicked.connect(self.files_wanted)
        self.area.dropped.connect(self.dropped)
        self.choose = push_button(
            _("选择文件…"),
            "import-choose",
            self.files_wanted.emit,
            glyph="folder-open-outline",
            primary=True,
        )
        self.template = push_button(
            _("生成模板…"),
            "import-template",
            self.template_wanted.emit,
            glyph="file-download-outline",
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        buttons.addWidget(self.choose)
        buttons.addWidget(self.template)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_L)
        column.addWidget(self.area, 1)
        column.addLayout(buttons)
        column.addLayout(_teaching())

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.area.restyle()


def _teaching() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE_L * 2)
    grid.setVerticalSpacing(SPACE_S)
    for place, (glyph, title, text) in enumerate(_TEACHING):
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(glyph_label(glyph, 22))
        name = words(_(title), wrap=False)
        font = name.font()
        font.setBold(True)
        name.setFont(font)
        head.addWidget(name, 1)
        grid.addLayout(head, 0, place)
        grid.addWidget(words(_(text), role="muted"), 1, place, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(place, 1)
    return grid
