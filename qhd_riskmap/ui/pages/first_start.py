"""First start: three steps to a register of one's own, or one click to the sample county."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.bootstrap import App, actor, create_app, open_app
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.region import regions
from qhd_riskmap.errors import OutputFileError, RiskMapError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.sample_county import SAMPLE_PASSPHRASE, ensure_sample_register
from qhd_riskmap.settings import data_dir
from qhd_riskmap.ui.toolkit.error_dialog import ErrorDialog, describe, show_error
from qhd_riskmap.ui.toolkit.job_progress import JobProgress
from qhd_riskmap.ui.toolkit.job_runner import JobRunner
from qhd_riskmap.ui.toolkit.new_passphrase import NewPassphrase
from qhd_riskmap.ui.toolkit.page_parts import glyph_label, push_button, set_look, words
from qhd_riskmap.ui.toolkit.path_field import PathField, choose_new_file
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS

SUFFIX: Final = ".qhd"
SAMPLE_NAME: Final = "示例县"
REGISTER_KINDS: Final = N_("登记库 (*.qhd);;所有文件 (*)")
OPEN_KINDS: Final = N_("登记库 (*.sqlite *.db *.qhd *.riskmap);;所有文件 (*)")
STEPS: Final = (N_("哪个县区"), N_("单位名称与经办人"), N_("是否加密"))
_SIZE: Final = (780, 560)
_MARGIN: Final = 24
_FORBIDDEN: Final = '<>:"/\\|?*'


class RegionStep(QWidget):
    """Whose hazards are registered: one county, or the city.

    Signals:
        edited: Another choice.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(_MARGIN)
        grid.setVerticalSpacing(SPACE_S)
        everywhere = regions().city
        choices = [(everywhere.code, _("{city}（全市）").format(city=_(everywhere.name)))]
        choices += [(region.code, _(region.name)) for region in regions().current()]
        for number, (code, name) in enumerate(choices):
            grid.addWidget(self._choice(code, name), number // 2, number % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(words(_("这个登记库登记哪里的风险隐患？"), role="title"))
        column.addWidget(
            words(_("地图会先显示这里；其他县区的隐患也能登记，以后可以修改。"), role="muted")
        )
        column.addLayout(grid)
        column.addStretch(1)

    def division(self) -> str:
        """Code of the division chosen, or ""."""
        checked = self._group.checkedButton()
        return str(checked.property("division")) if checked is not None else ""

    def choose(self, code: str) -> None:
        """Choose a division."""
        for button in self._group.buttons():
            button.setChecked(button.property("division") == code)

    def complaint(self) -> str:
        """What is still missing, or ""."""
        return "" if self.division() else _("请选择一个县区，或选全市。")

    def first_field(self) -> QWidget:
        """Where the cursor starts."""
        return self._group.checkedButton() or self._group.buttons()[0]

    def _choice(self, code: str, name: str) -> QRadioButton:
        button = QRadioButton(name)
        button.setObjectName(f"division-{code}")
        button.setProperty("division", code)
        button.setMinimumHeight(30)
        button.toggled.connect(lambda _on: self.edited.emit())
        self._group.addButton(button)
        return button


class OfficeStep(QWidget):
    """Under which names the office keeps and publishes.

    Signals:
        edited: A name was changed.
    """

    edited = Signal()

    def __init__(self, actor_name: str) -> None:
        super().__init__()
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_M)
        form.setVerticalSpacing(SPACE_S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.unit = self._line(form, "unit", _("编制单位 *"), _("例如：昌黎县应急管理办公室"))
        self.publisher = self._line(
            form, "publisher", _("发布单位"), _("例如：昌黎县人民政府办公室；可以以后再填")
        )
        self.source = self._line(
            form, "source", _("数据来源"), _("例如：各乡镇、各部门排查上报；可以以后再填")
        )
        self.actor = self._line(form, "actor", _("经办人 *"), _("您的姓名"))
        self.actor.setText(actor_name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(words(_("本单位叫什么，谁来经办？"), role="title"))
        column.addWidget(
            words(
                _("单位名称印在公开分布图上；经办人记在每一次修改里。带 * 的必须填写。"),
                role="muted",
            )
        )
        column.addLayout(form)
        column.addStretch(1)

    def complaint(self) -> str:
        """What is still missing, or ""."""
        if not self.unit.text().strip():
            return _("请填写编制单位。")
        return "" if self.actor.text().strip() else _("请填写经办人姓名。")

    def first_field(self) -> QWidget:
        """Where the cursor starts."""
        return self.actor if self.unit.text().strip() else self.unit

    def _line(self, form: QFormLayout, key: str, label: str, example: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"office-{key}")
        line.setAccessibleName(label.rstrip(" *"))
        line.setPlaceholderText(example)
        line.setMaxLength(60)
        line.textChanged.connect(self.edited)
        form.addRow(label, line)
        return line


class ProtectionStep(QWidget):
    """Whether the file is encrypted, and where it stands.

    Signals:
        edited: A choice was changed.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.encrypted = QRadioButton(_("加密保存（建议）"))
        self.encrypted.setObjectName("protect-encrypted")
        self.encrypted.setChecked(True)
        self.plain = QRadioButton(_("不加密"))
        self.plain.setObjectName("protect-plain")
        self.encrypted.toggled.connect(self._choose)
        self.secret = NewPassphrase()
        self.secret.edited.connect(self.edited)
        self.file = PathField(
            "register-file",
            _("文件位置"),
            choose_new_file(_("新登记库放在哪里"), _(REGISTER_KINDS)),
        )
        self.file.edited.connect(self.edited)
        place = words(_("文件位置"), wrap=False)
        place.setBuddy(self.file.line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(words(_("登记库要不要加密？"), role="title"))
        column.addWidget(self.encrypted)
        column.addWidget(_under(_("打开时要输入口令，电脑丢失也读不出。")))
        column.addWidget(self.secret)
        column.addWidget(self.plain)
        column.addWidget(_under(_("谁能拿到文件，谁就能读。")))
        column.addSpacing(SPACE_M)
        column.addWidget(place)
        column.addWidget(self.file)
        column.addStretch(1)

    def passphrase(self) -> str | None:
        """The passphrase, or None for a plain file."""
        return self.secret.passphrase() if self.encrypted.isChecked() else None

    def path(self) -> Path | None:
        """Where the register goes; gets the suffix of registers where it has none."""
        path = self.file.path()
        if path is None:
            return None
        return path if path.suffix else path.with_name(path.name + SUFFIX)

    def complaint(self) -> str:
        """What is still missing, or ""."""
        if self.encrypted.isChecked():
            complaint = self.secret.complaint()
            if complaint:
                return complaint
        path = self.path()
        if path is None or not path.is_absolute():
            return _("请选择文件放在哪里。")
        if path.exists():
            return _("这个位置已经有“{name}”，请换一个文件名。").format(name=path.name)
        return ""

    def first_field(self) -> QWidget:
        """Where the cursor starts."""
        return self.secret.first if self.encrypted.isChecked() else self.file.line

    def _choose(self, encrypted: bool) -> None:  # noqa: FBT001 - a Qt slot
        self.secret.setEnabled(encrypted)
        self.edited.emit()


def _under(text: str) -> QLabel:
    """What a choice means, indented below it."""
    label = words(text, role="muted")
    label.setContentsMargins(_MARGIN, 0, 0, 0)
    return label


class FirstStartWizard(QDialog):
    """Makes or opens the first register.

    Signals:
        opened: A register was made, or the sample county opened (`bootstrap.App`); whoever listens
            owns it.
        open_wanted: The officer chose an existing register (its path).
    """

    opened = Signal(object)
    open_wanted = Signal(object)

    def __init__(
        self, jobs: JobRunner, actor_name: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("first-start")
        self.setWindowTitle(_("秦皇岛市突发事件风险隐患分布图"))
        self.resize(*_SIZE)
        self._jobs = jobs
        self._actor = actor(actor_name).name
        self._named = False
        self.error: ErrorDialog | None = None
        self.region = RegionStep()
        self.office = OfficeStep(self._actor)
        self.protection = ProtectionStep()
        self.steps = (self.region, self.office, self.protection)
        self.stack = QStackedWidget()
        for step in self.steps:
            self.stack.addWidget(step)
            step.edited.connect(self._edited)
        self.message = words(role="error", name="first-start-message")
        self.progress = JobProgress()
        self._build()
        self._show_step(0)

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, SPACE_L)
        right.setSpacing(SPACE_M)
        right.addWidget(self.stack, 1)
        right.addWidget(self.progress)
        right.addWidget(self.message)
        right.addLayout(self._step_buttons())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._side())
        row.addLayout(right, 1)

    def _side(self) -> QFrame:
        side = QFrame()
        side.setObjectName("rail")
        side.setFixedWidth(236)
        column = QVBoxLayout(side)
        column.setContentsMargins(SPACE_L, _MARGIN, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_S)
        column.addWidget(glyph_label("map-marker-alert-outline", 44), 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(words(_("建立风险隐患登记库"), role="title"))
        column.addSpacing(SPACE_M)
        self._marks: list[QLabel] = []
        for number, title in enumerate(STEPS, start=1):
            mark = words(f"{number}  {_(title)}", name=f"first-start-mark-{number}")
            self._marks.append(mark)
            column.addWidget(mark)
        column.addStretch(1)
        column.addWidget(words(_("只想先看看？示例县里的隐患都是虚构的。"), role="muted"))
        self.sample = push_button(
            _("打开示例县"), "first-start-sample", self.open_sample, glyph="school-outline"
        )
        column.addWidget(self.sample)
        column.addSpacing(SPACE_XS)
        self.existing = push_button(
            _("打开已有登记库…"), "first-start-open", self._ask, glyph="folder-open-outline"
        )
        column.addWidget(self.existing)
        return side

    def _step_buttons(self) -> QHBoxLayout:
        self.back = push_button(_("上一步"), "first-start-back", self._back)
        self.forward = push_button("", "first-start-next", self._forward, primary=True)
        self.forward.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.forward)
        return row

    # -- steps ----------------------------------------------------------------------------------

    @property
    def step(self) -> int:
        """The step shown, from 0."""
        return self.stack.currentIndex()

    def _show_step(self, number: int) -> None:
        self.stack.setCurrentIndex(number)
        self.message.clear()
        self.back.setVisible(number > 0)
        last = number == len(self.steps) - 1
        self.forward.setText(_("建立登记库") if last else _("下一步"))
        for place, mark in enumerate(self._marks):
            done = "✓" if place < number else str(place + 1)
            mark.setText(f"{done}  {_(STEPS[place])}")
            # The style sheet first: reading it anew takes the font back.
            set_look(mark, "role", "" if place == number else "muted")
            font = mark.font()
            font.setBold(place == number)
            mark.setFont(font)
        if last:
            self._propose_file()
        self.steps[number].first_field().setFocus()

    def _edited(self) -> None:
        self.message.clear()
        if self.sender() is self.protection:
            return
        self._named = False

    def _back(self) -> None:
        self._show_step(self.step - 1)

    def _forward(self) -> None:
        complaint = self.steps[self.step].complaint()
        if complaint:
            self._complain(complaint)
            self.steps[self.step].first_field().setFocus()
        elif self.step < len(self.steps) - 1:
            self._show_step(self.step + 1)
        else:
            self.create_register()

    def _complain(self, text: str) -> None:
        self.message.setText(text)

    def _propose_file(self) -> None:
        if self._named:
            return
        self._named = True
        place = _(regions().get(self.region.division()).name)
        stem = _("{place}风险隐患登记库").format(place=place)
        stem = "".join("_" if character in _FORBIDDEN else character for character in stem)
        path = data_dir() / f"{stem}{SUFFIX}"
        number = 2
        while path.exists():
            path = path.with_name(f"{stem}{number}{SUFFIX}")
            number += 1
        self.protection.file.set_path(path)

    # -- doing it -------------------------------------------------------------------------------

    def create_register(self) -> None:
        """Make the register as described and open it."""
        path = self.protection.path()
        if path is None:
            return
        office = Office(
            division=self.region.division(),
            unit=self.office.unit.text().strip(),
            publisher=self.office.publisher.text().strip(),
            source=self.office.source.text().strip(),
        )
        passphrase = self.protection.passphrase()
        name = self.office.actor.text().strip()
        self._run(lambda _job: _created(path, passphrase, office, name), _("正在建立登记库…"))

    def open_sample(self) -> None:
        """Open the sample county; the first time it is built, which takes a while."""
        name = self.office.actor.text().strip() or self._actor
        self._run(lambda job: opened_sample(name, job), _("正在准备示例县…"))

    def reject(self) -> None:
        """Escape and the close button: a running job is stopped first."""
        if self.progress.running:
            self.progress.stop()
            return
        super().reject()

    def _run(self, work: Callable[[JobContext], App], title: str) -> None:
        self.message.clear()
        self._set_busy(busy=True)
        handle = self._jobs.start(
            work,
            title=title,
            on_success=self._opened,
            on_failure=self._failed,
            on_cancel=self._cancelled,
        )
        self.progress.follow(handle)

    def _opened(self, app: App) -> None:
        self.opened.emit(app)
        self.accept()

    def _failed(self, error: BaseException) -> None:
        self._set_busy(busy=False)
        if isinstance(error, RiskMapError):
            self._complain("\n".join(part for part in describe(error) if part))
        else:
            self.error = show_error(error, self)

    def _cancelled(self) -> None:
        self._set_busy(busy=False)
        self._complain(_("已取消，没有留下文件。"))

    def _set_busy(self, *, busy: bool) -> None:
        for widget in (self.stack, self.back, self.forward, self.sample, self.existing):
            widget.setEnabled(not busy)

    def _ask(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(
            self, _("打开登记库"), str(data_dir()), _(OPEN_KINDS)
        )
        if chosen:
            self.open_wanted.emit(Path(chosen))


def opened_sample(actor_name: str, job: JobContext) -> App:
    """The sample county, built if it is not there yet."""
    path = data_dir() / f"{SAMPLE_NAME}{SUFFIX}"
    ensure_sample_register(path, actor(actor_name), job)
    return open_app(path, SAMPLE_PASSPHRASE, actor_name)


def _created(path: Path, passphrase: str | None, office: Office, actor_name: str) -> App:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFileError(
            _("无法建立文件夹 {folder}。").format(folder=path.parent),
            hint=_("请换一个能写入的位置。"),
            detail=str(error),
        ) from error
    return create_app(path, passphrase, office, actor_name)
