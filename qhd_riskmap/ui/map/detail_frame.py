"""What stands above and below the form of a hazard: its name and level, and the buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.level_chip import LevelChip
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS


class DetailHead(QWidget):
    """Name, type and code, level; how it is published, history and assessment.

    Signals:
        closed: The officer closed the panel.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = words(role="title", name="detail-title")
        close = QToolButton()
        close.setObjectName("detail-close")
        close.setIcon(icon("close"))
        close.setToolTip(_("关闭详情"))
        close.setAccessibleName(_("关闭详情"))
        close.clicked.connect(self.closed)
        self.subtitle = words(role="muted", name="detail-subtitle", wrap=False)
        self.subtitle.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.chip = LevelChip()
        self.chip.setObjectName("detail-level")
        self.assess_button = QPushButton(icon("clipboard-check-outline"), _("评估…"))
        self.assess_button.setObjectName("detail-assess")
        self.history_button = QPushButton(icon("history"), _("历史"))
        self.history_button.setObjectName("detail-history-open")
        self.history_button.setToolTip(_("各版本的内容、位置和照片，可以恢复"))
        self.publish_button = QToolButton()  # beside two words there is room for a picture only
        self.publish_button.setIcon(icon("publish"))
        self.publish_button.setAccessibleName(_("公开方式…"))
        self.publish_button.setObjectName("detail-publish")
        self.publish_button.setToolTip(
            _("公开方式：这一条向社会公开到什么程度，可以逐条从严或放宽")
        )
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        grade = QHBoxLayout()
        grade.addWidget(self.chip)
        grade.addStretch(1)
        grade.addWidget(self.publish_button)
        grade.addWidget(self.history_button)
        grade.addWidget(self.assess_button)
        header = QVBoxLayout(self)
        header.setContentsMargins(0, 0, 0, 0)
        header.setSpacing(SPACE_XS)
        header.addLayout(top)
        header.addWidget(self.subtitle)
        header.addLayout(grade)


class DetailFoot(QWidget):
    """Save, drop the edits, delete."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.save_button = QPushButton(_("保存"))
        self.save_button.setObjectName("detail-save")
        self.save_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.save_button.setToolTip(_("保存修改（Ctrl+S）"))
        self.revert_button = QPushButton(_("放弃修改"))
        self.revert_button.setObjectName("detail-revert")
        self.delete_button = QPushButton(icon("delete-outline"), _("删除"))
        self.delete_button.setObjectName("detail-delete")
        footer = QHBoxLayout(self)
        footer.setContentsMargins(0, 0, 0, 0)
        footer.setSpacing(SPACE_S)
        footer.addWidget(self.save_button)
        footer.addWidget(self.revert_button)
        footer.addStretch(1)
        footer.addWidget(self.delete_button)
