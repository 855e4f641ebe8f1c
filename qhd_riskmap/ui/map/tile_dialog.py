"""Adds a tile service: its address, the office's key, whose it is, and whether to go online."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.map_layer import CLOSEST_ZOOM, LONGEST_NAME
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.formats.tile_service import parse_template
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.page_parts import push_button, set_role, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_WIDTH: Final = 560
_TIANDITU: Final = (
    "https://t{{s}}.tianditu.gov.cn/{key}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={key}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
)
_PRESETS: Final = (
    ("", N_("自己填写地址"), "", ""),
    ("img", N_("天地图影像"), _TIANDITU.format(key="img"), N_("国家地理信息公共服务平台 天地图")),
    ("cia", N_("天地图影像注记"), _TIANDITU.format(key="cia"), N_("国家地理信息公共服务平台 天地图")),
    ("vec", N_("天地图矢量"), _TIANDITU.format(key="vec"), N_("国家地理信息公共服务平台 天地图")),
    ("cva", N_("天地图矢量注记"), _TIANDITU.format(key="cva"), N_("国家地理信息公共服务平台 天地图")),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedService:
    """What the officer asked for."""

    name: str
    address: str
    key: str
    gcj02: bool
    provider: str
    approval_no: str
    max_zoom: int
    online: bool


class TileDialog(QDialog):
    """Asks for a tile service.

    Signals:
        confirmed: Add it (`WantedService`).
    """

    confirmed = Signal(object)

    def __init__(self, *, online: bool, keeps_keys: bool, parent: QWidget | None = None) -> None:
        """Build the dialog.

        Args:
            online: Whether this desk may fetch tiles already.
            keeps_keys: Whether the register keeps the key.
            parent: Qt parent.
        """
        super().__init__(parent)
        self.setObjectName("tile-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("添加在线瓦片"))
        self.setMinimumWidth(_WIDTH)
        self.preset = QComboBox()
        self.preset.setObjectName("tile-preset")
        for key, title, _address, _provider in _PRESETS:
            self.preset.addItem(_(title), key)
        self.preset.currentIndexChanged.connect(self._take_preset)
        self.name = _line("tile-name", _("名称"), longest=LONGEST_NAME)
        self.address = _line("tile-address", _("地址"))
        self.address.setPlaceholderText("https://…/{z}/{x}/{y}.png")
        self.address.textChanged.connect(self._check)
        self.key = _line("tile-key", _("本单位密钥"))
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.gcj02 = QCheckBox(_("这个服务是火星坐标（GCJ-02），显示时移到真实位置"))
        self.gcj02.setObjectName("tile-gcj02")
        self.provider = _line("tile-provider", _("来源单位"))
        self.approval = _line("tile-approval", _("审图号"))
        self.zoom = QSpinBox()
        self.zoom.setObjectName("tile-zoom")
        self.zoom.setAccessibleName(_("最大级别"))
        self.zoom.setRange(1, CLOSEST_ZOOM)
        self.zoom.setValue(18)
        self.online = QCheckBox(_("允许本机联网取瓦片（取过的会缓存，断网时仍可看）"))
        self.online.setObjectName("tile-online")
        self.online.setChecked(online)
        self.verdict = words(role="muted", name="tile-verdict")
        self.ok = push_button(_("添加"), "tile-ok", self._confirm, primary=True)
        self._lay_out(keeps_keys=keeps_keys)
        self._check()

    def _lay_out(self, *, keeps_keys: bool) -> None:
        kept = (
            _("密钥保存在加密的登记库里，不写进日志，也不随导出带走。")
            if keeps_keys
            else _("登记库没有加密：密钥只在本次运行中使用，不保存。")
        )
        form = QFormLayout()
        form.setSpacing(SPACE_S)
        rows: tuple[tuple[str, QWidget], ...] = (
            (_("服务"), self.preset),
            (_("名称"), self.name),
            (_("地址"), self.address),
            (_("本单位密钥"), self.key),
            ("", words(kept, role="muted")),
            ("", self.gcj02),
            (_("最大级别"), self.zoom),
            (_("来源单位"), self.provider),
            (_("审图号"), self.approval),
            ("", self.online),
            ("", self.verdict),
        )
        for title, widget in rows:
            form.addRow(title, widget)
        buttons = QDialogButtonBox()
        buttons.addButton(self.ok, QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = push_button(_("取消"), "tile-cancel", self.reject)
        buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.addLayout(form)
        column.addWidget(buttons)

    def _take_preset(self, number: int) -> None:
        _key, title, address, provider = _PRESETS[number]
        if address:
            self.name.setText(_(title))
            self.address.setText(address)
            self.provider.setText(_(provider))
            self.gcj02.setChecked(False)

    def _check(self) -> None:
        text = self.address.text().strip()
        message, role, good = _("WMTS 和 XYZ 地址都可以，须为球面墨卡托。"), "muted", False
        if text:
            try:
                _template, pasted = parse_template(text)
                good = True
            except InvalidInputError as error:
                message, role = str(error), "error"
            else:
                if pasted:
                    message = _("地址里的密钥已单独取出，不会写进图层。")
        self.verdict.setText(message)
        set_role(self.verdict, role)
        self.ok.setEnabled(good)

    def _confirm(self) -> None:
        self.confirmed.emit(
            WantedService(
                name=self.name.text().strip(),
                address=self.address.text().strip(),
                key=self.key.text().strip(),
                gcj02=self.gcj02.isChecked(),
                provider=self.provider.text().strip(),
                approval_no=self.approval.text().strip(),
                max_zoom=self.zoom.value(),
                online=self.online.isChecked(),
            )
        )
        self.accept()


def _line(name: str, title: str, longest: int = 2_000) -> QLineEdit:
    line = QLineEdit()
    line.setObjectName(name)
    line.setAccessibleName(title)
    line.setMaxLength(longest)
    return line
