#!/usr/bin/env python3
"""Renews docs/screenshots: the real window on the sample county, every page in a state worth seeing.

    python3 tasks.py screenshots

Works without a display. Everything shown is invented (data/samples/README.md); folders in the
pictures are those of an imaginary desk, and the files are kept small enough for a README.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "docs" / "screenshots"
EXACT_COLOURS: Final = 96
MOST_BYTES: Final = 250 * 1024
SMALL: Final = (1366, 768)
LARGE: Final = (1920, 1080)
SCALED: Final = (1280, 720)
SCALE: Final = "1.5"
CLOSE_UP: Final = 180_000.0
PATIENCE_S: Final = 180.0
# Folders of an imaginary desk: the machine that takes the pictures is nobody's business.
DESK_FOLDER: Final = "D:/风险隐患"

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import openpyxl  # noqa: E402
from PIL import Image  # noqa: E402
from PySide6.QtCore import QBuffer, QIODevice, QPoint, Qt  # noqa: E402
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap  # noqa: E402
from PySide6.QtWidgets import QApplication, QPushButton, QWidget  # noqa: E402, TID251

from qhd_riskmap.bootstrap import App, actor, create_app, open_app  # noqa: E402
from qhd_riskmap.cartography.symbols import LEVEL_COLOURS  # noqa: E402
from qhd_riskmap.domain.taxonomy import ReleaseClass  # noqa: E402
from qhd_riskmap.geo.outline import VertexRef  # noqa: E402
from qhd_riskmap.i18n import CHINESE, ENGLISH  # noqa: E402
from qhd_riskmap.resources import activate_language  # noqa: E402
from qhd_riskmap.services.jobs import SilentJob  # noqa: E402
from qhd_riskmap.services.sample_county import (  # noqa: E402
    SAMPLE_DATE,
    SAMPLE_OFFICE,
    SAMPLE_PASSPHRASE,
    ensure_sample_register,
    survey_files,
)
from qhd_riskmap.settings import Settings  # noqa: E402
from qhd_riskmap.ui.application import prepare_application  # noqa: E402
from qhd_riskmap.ui.main_window import MainWindow  # noqa: E402
from qhd_riskmap.ui.map.decision_dialog import DecisionDialog  # noqa: E402
from qhd_riskmap.ui.pages.first_start import FirstStartWizard  # noqa: E402
from qhd_riskmap.ui.pages.inspection import InspectionPage  # noqa: E402
from qhd_riskmap.ui.pages.map_page import MapPage  # noqa: E402
from qhd_riskmap.ui.pages.register_page import RegisterPage  # noqa: E402
from qhd_riskmap.ui.pages.release import ReleasePage  # noqa: E402
from qhd_riskmap.ui.pages.remediation import RemediationPage  # noqa: E402
from qhd_riskmap.ui.pages.statistics import StatisticsPage  # noqa: E402
from qhd_riskmap.ui.pages.survey_import import SurveyImportPage  # noqa: E402
from qhd_riskmap.ui.toolkit.desk import Desk  # noqa: E402
from qhd_riskmap.ui.toolkit.job_runner import JobRunner  # noqa: E402

T = TypeVar("T", bound=QWidget)
OFFICER: Final = "示例经办人"
UNDECIDED: Final = (
    ("隐患名称", "类别", "经度", "纬度", "风险等级", "责任单位"),
    ("虚构一号林区", "森林火险", "119.021357", "40.352468", "低风险", "示例林场"),
    ("虚构二号林区", "森林火险", "119.043571", "40.361735", "一般风险", "示例林场"),
    ("虚构三号林区", "森林火险", "119.057913", "40.348152", "低风险", "示例林场"),
    ("虚构四号林区", "森林火险", "119.072846", "40.339417", "较大风险", "示例林场"),
)


def main() -> int:
    """Take all pictures, or those of one scale when called by itself."""
    TARGET.mkdir(parents=True, exist_ok=True)
    scaled = "--scaled" in sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="qhd-shots-", ignore_cleanup_errors=True) as folder:
        os.environ["QHD_RISKMAP_HOME"] = folder
        if scaled:
            take_scaled(Path(folder))
            return 0
        take_all(Path(folder))
    command = [sys.executable, "-X", "utf8", __file__, "--scaled"]
    environment = {**os.environ, "QT_SCALE_FACTOR": SCALE}
    return subprocess.run(command, check=False, env=environment).returncode  # noqa: S603


def take_all(folder: Path) -> None:
    """The pictures at scale 1."""
    with sample_window(folder, SMALL) as window:
        take_map(window)
        take_register(window)
        take_assessment(window)
        take_remediation(window)
        take_inspection(window)
        take_statistics(window)
        take_release(window)
    with empty_window(folder) as window:
        take_import(window, folder)
    take_wizard()
    with sample_window(folder, SMALL, theme="dark") as window:
        take_close_up(window, "map-dark")
        take_editing(window, "map-edit-dark")
    with sample_window(folder, SMALL, language=ENGLISH) as window:
        take_close_up(window, "map-english")
        window.go_to("release")
        page = page_of(window, ReleasePage)
        wait_for(lambda: bool(page.findings.lines))
        show_desk_folders(page)
        judge(window, page)
        save(window, "release-english")
    with sample_window(folder, LARGE) as window:
        take_close_up(window, "map-1920")


def take_scaled(folder: Path) -> None:
    """One picture at 150 %."""
    with sample_window(folder, SCALED) as window:
        take_close_up(window, "map-150-percent")


# --- pages ----------------------------------------------------------------------------------------


def take_map(window: MainWindow) -> None:
    """The whole city, then a hazard with its form."""
    save(window, "map")
    take_close_up(window, "map-detail")
    take_editing(window, "map-edit")
    take_layers(window)
    take_search(window)
    take_measure(window)
    take_past(window)
    take_history(window)
    take_print(window)


def take_layers(window: MainWindow) -> None:
    """The tab of the layers, with a density surface, the graticule and the legend on the map."""
    page = page_of(window, MapPage)
    page.filter_panel.tabs.setCurrentIndex(1)
    page.choices.crowd.setCurrentIndex(page.choices.crowd.findData("density"))
    page.choices.graticule.setChecked(True)
    page.canvas.legend_plate.show()
    settle(window)
    save(window, "map-layers")
    page.canvas.legend_plate.hide()
    page.choices.graticule.setChecked(False)
    page.choices.crowd.setCurrentIndex(page.choices.crowd.findData("clusters"))
    page.filter_panel.tabs.setCurrentIndex(0)
    settle(window)


def take_search(window: MainWindow) -> None:
    """Two characters typed, and what they stand for."""
    box = page_of(window, MapPage).bench.search_box
    window.desk.search.want()
    wait_for(lambda: window.desk.search.index is not None)
    box.setText("液氨")
    box.search()
    pause(0.2)
    save(window, "map-search")
    box.clear()
    box.list.hide()


def take_measure(window: MainWindow) -> None:
    """The choices of measuring above the map."""
    canvas = page_of(window, MapPage).canvas
    canvas.take_tool("measure")
    settle(window)
    save(window, "map-measure")
    canvas.take_tool("pan")


def take_past(window: MainWindow) -> None:
    """The levels of a former day."""
    time_bar = page_of(window, MapPage).bench.time
    time_bar.open_bar()
    settle(window)
    time_bar.slider.setValue(time_bar.slider.maximum() // 2)
    settle(window)
    save(window, "map-time")
    time_bar.close_bar()
    settle(window)


def take_history(window: MainWindow) -> None:
    """The past of one hazard."""
    page = page_of(window, MapPage)
    look_closely(window)
    page.detail.history_button.click()
    dialog = page.bench.dialog
    if dialog is None:
        raise AssertionError("no history dialog")
    settle(window)
    save(window, "map-history", dialog)
    dialog.reject()
    window.desk.selection.clear()
    page.canvas.fit_city()
    settle(window)


def take_print(window: MainWindow) -> None:
    """The sheet of the current view."""
    page = page_of(window, MapPage)
    page.ask_print()
    dialog = page.dialog
    if dialog is None:
        raise AssertionError("no print dialog")
    settle(window)
    pause(1.0)
    save(window, "map-print", dialog)
    dialog.reject()


def take_close_up(window: MainWindow, name: str) -> None:
    """A selected hazard, near, with its form."""
    page = page_of(window, MapPage)
    look_closely(window)
    save(window, name)
    window.desk.selection.clear()
    page.canvas.fit_city()
    settle(window)


def take_editing(window: MainWindow, name: str) -> None:
    """An area in hand: a vertex moved, not saved yet."""
    page = page_of(window, MapPage)
    canvas, table = page.canvas, window.desk.features.table
    rows = [row for row in range(len(table)) if table.geometries[row].geom_type == "Polygon"]
    window.desk.selection.set([str(table.ids[rows[0]])])
    settle(window)
    canvas.fit_selection()
    canvas.take_tool("nodes")
    wait_for(lambda: canvas.editor.sketch is not None)
    settle(window)
    west, south, east, north = table.bounds[rows[0]].tolist()
    ref = VertexRef(0, 0, 0)
    corner = (east + (east - west) * 0.3, south + (north - south) * 0.4)
    canvas.editor.change(lambda outline: outline.with_moved(ref, corner), "移动节点")
    canvas.tool.chosen = ref
    settle(window)
    save(window, name)
    canvas.editor.give_up()
    canvas.take_tool("pan")
    window.message_bar.hide()
    window.desk.selection.clear()
    canvas.fit_city()
    settle(window)


def take_register(window: MainWindow) -> None:
    """The ledger, filtered."""
    window.go_to("register")
    page = page_of(window, RegisterPage)
    page.facets["level"].list.set_checked(frozenset({"1", "2"}))
    page.facets["level"].chosen.emit()
    pause(0.6)
    settle(window)
    page.table.selectRow(2)
    settle(window)
    save(window, "register")
    page.clear()
    window.desk.selection.clear()


def take_assessment(window: MainWindow) -> None:
    """The LS dialog over the map."""
    window.go_to("map")
    page = page_of(window, MapPage)
    look_closely(window)
    page.detail.assess()
    dialog = page.detail.grading.dialog
    if dialog is None:
        raise AssertionError("no assessment dialog")
    dialog.take_method("ls")
    for factor, value in (("L", 4.0), ("S", 3.0)):
        box = dialog.box(factor)
        box.setCurrentIndex(box.findData(value))
    pause(0.2)
    save(window, "assess", dialog)
    dialog.reject()
    window.desk.selection.clear()
    page.canvas.fit_city()
    settle(window)


def take_remediation(window: MainWindow) -> None:
    """The board with a task in hand, the calendar, the map by lateness."""
    window.go_to("remediation")
    page = page_of(window, RemediationPage)
    settle(window)
    page.open_task(page.lines[0].task.number)
    settle(window)
    save(window, "remediation-board")
    first = min(line.task.deadline for line in page.lines if line.task.deadline)
    page.show_view("calendar")
    page.month.show_month(first)
    settle(window)
    save(window, "remediation-calendar")
    page.show_view("map")
    pause(0.6)
    settle(window)
    save(window, "remediation-map")
    page.show_view("board")


def take_inspection(window: MainWindow) -> None:
    """What is due five months later, and the round of a day."""
    later = window.desk.app.inspections.today() + timedelta(days=150)
    for service in (window.desk.app.inspections, window.desk.app.rounds):
        service._today = lambda: later  # noqa: SLF001 - the sample was registered today: nothing is due
    window.go_to("inspection")
    page = page_of(window, InspectionPage)
    wait_for(lambda: bool(page.due))
    settle(window)
    save(window, "inspection-list")
    model = page.table.list_model
    for row in range(6):
        ticked, role = Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole
        model.setData(model.index(row, 0), ticked, role)
    page.round.set_start((119.6, 39.93))
    page.round.inspector.setText(OFFICER)
    page.plan()
    wait_for(lambda: page.round.paper is not None)
    pause(0.6)
    settle(window)
    save(window, "inspection-round")
    page.show_view("list")


def take_statistics(window: MainWindow) -> None:
    """How the county stands: the table of divisions, then the charts."""
    window.go_to("statistics")
    page = page_of(window, StatisticsPage)
    wait_for(lambda: page.overview is not None)
    settle(window)
    save(window, "statistics")
    page.tabs.setCurrentWidget(page.charts)
    settle(window)
    pause(0.6)
    settle(window)
    save(window, "statistics-charts")
    page.tabs.setCurrentIndex(0)


def take_decision(window: MainWindow) -> None:
    """How a pipeline would go out if a reviewer decided so."""
    table = window.desk.features.table
    chosen = int(np.flatnonzero(table.type_keys == "oil_gas_pipeline")[0])
    dialog = DecisionDialog(window.desk, str(table.ids[chosen]), window)
    dialog.show()
    wait_for(lambda: dialog.drawn is not None)
    dialog.choices[ReleaseClass.GRID_1KM].setChecked(True)
    wait_for(lambda: dialog.drawn is ReleaseClass.GRID_1KM)
    dialog.reason.setText("企业与管道保护部门同意公布走向示意")
    settle(window)
    save(window, "release-decision", dialog)
    dialog.close()


def take_release(window: MainWindow) -> None:
    """What still blocks, then what was made."""
    window.go_to("release")
    page = page_of(window, ReleasePage)
    wait_for(lambda: bool(page.findings.lines))
    show_desk_folders(page)
    judge(window, page)
    save(window, "release")
    take_decision(window)
    real = Path(os.environ["QHD_RISKMAP_HOME"])
    page.form.out_dir.set_path(real / "公开成果")
    page.form.control_dir.set_path(real / "审批材料")
    for key, text in (
        ("approval_no", "示例S(2014)001号"),
        ("reviewed_by", "示例审核人"),
        ("secrecy_reviewed_by", "示例保密审查人"),
    ):
        page.form.field(key).setText(text)  # type: ignore[attr-defined]
    page.form.set_data_date(SAMPLE_DATE)
    judge(window, page)
    page.publish()
    wait_for(lambda: not page.progress.running)
    settle(window)
    show_desk_folders(page)
    judge(window, page)
    page.upper.setCurrentWidget(page.products)
    settle(window)
    save(window, "release-done")


def take_import(window: MainWindow, folder: Path) -> None:
    """The empty page, a preview full of issues with a question, the outcome."""
    window.go_to("import")
    page = page_of(window, SurveyImportPage)
    settle(window)
    save(window, "import-start")
    page.take_files([undecided_sheet(folder), *survey_files()])
    wait_for(lambda: not page.progress.running)
    settle(window)
    save(window, "import")
    rows = page.review.rows
    row = next(issue for issue in page.review.issue_model.shown() if issue.cell == "L7")
    rows.show_issue(row)
    settle(window)
    save(window, "import-rows")
    page.review.tabs.setCurrentWidget(page.review.issue_tab)
    settle(window)
    save(window, "import-issues")
    page.commit()
    wait_for(lambda: not page.progress.running)
    settle(window)
    save(window, "import-done")


def take_wizard() -> None:
    """The three steps of the first start."""
    dress("light", CHINESE)
    jobs = JobRunner()
    wizard = FirstStartWizard(jobs, OFFICER)
    wizard.show()
    (following,) = (b for b in wizard.findChildren(QPushButton) if b is wizard.forward)
    wizard.region.choose("130322")
    pause(0.2)
    save(wizard, "first-start-1")
    following.click()
    wizard.office.unit.setText("示例县应急管理办公室")
    wizard.office.publisher.setText("示例县人民政府办公室")
    pause(0.2)
    save(wizard, "first-start-2")
    following.click()
    wizard.protection.secret.first.setText("海风 葡萄 老龙头 2014")
    wizard.protection.secret.second.setText("海风 葡萄 老龙头 2014")
    wizard.protection.file.set_path(Path(f"{DESK_FOLDER}/昌黎县风险隐患登记库.qhd"))
    pause(0.2)
    save(wizard, "first-start-3")
    wizard.close()
    jobs.shutdown()


# --- windows --------------------------------------------------------------------------------------


@contextmanager
def sample_window(
    folder: Path, size: tuple[int, int], *, theme: str = "light", language: str = CHINESE
) -> Iterator[MainWindow]:
    """The main window on the sample county."""
    path = folder / "示例县.qhd"
    ensure_sample_register(path, actor(OFFICER), SilentJob())
    with shown_window(open_app(path, SAMPLE_PASSPHRASE, OFFICER), size, theme, language) as window:
        yield window


@contextmanager
def empty_window(folder: Path) -> Iterator[MainWindow]:
    """The main window on a register without hazards."""
    app = create_app(folder / "新登记库.qhd", SAMPLE_PASSPHRASE, SAMPLE_OFFICE, OFFICER)
    with shown_window(app, SMALL, "light", CHINESE) as window:
        yield window


@contextmanager
def shown_window(
    app: App, size: tuple[int, int], theme: str, language: str
) -> Iterator[MainWindow]:
    """A window that is up, filled and painted."""
    settings = dress(theme, language)
    jobs = JobRunner()
    desk = Desk(app, jobs, settings)
    troubles: list[BaseException] = []
    desk.troubled.connect(troubles.append)
    window = MainWindow(desk)
    window.resize(*size)
    window.show()
    model = page_of(window, MapPage).model
    # The map is drawn first, the list is filled afterwards.
    wait_for(lambda: desk.features.loaded and model.rowCount() == len(desk.features.table))
    settle(window)
    try:
        yield window
        if troubles:
            raise troubles[0]
    finally:
        window.confirm_loss = _agree  # type: ignore[method-assign]
        window.close()
        jobs.shutdown(app.close)
        window.deleteLater()
        QApplication.processEvents()


def _agree(words: str) -> bool:
    """Nothing is lost here: the register is thrown away."""
    return bool(words)


def dress(theme: str, language: str) -> Settings:
    """Theme and language of the program."""
    activate_language(language)
    settings = Settings(theme=theme, language=language)
    prepare_application(settings)
    return settings


def look_closely(window: MainWindow) -> None:
    """Select a graded landslide among its neighbours."""
    table = window.desk.features.table
    wanted = [
        row
        for row in range(len(table))
        if table.type_keys[row] == "geological" and table.levels[row] in {1, 2}
    ]
    chosen = wanted[len(wanted) // 2]
    window.desk.selection.set([str(table.ids[chosen])])
    settle(window)
    lon, lat = (float(value) for value in table.anchors[chosen])
    page_of(window, MapPage).canvas.centre_on(lon, lat, CLOSE_UP)
    settle(window)


def show_desk_folders(page: ReleasePage) -> None:
    """Folders as on an officer's desk."""
    page.form.out_dir.line.setText(f"{DESK_FOLDER}/公开成果")
    page.form.control_dir.line.setText(f"{DESK_FOLDER}/审批材料")


def judge(window: MainWindow, page: ReleasePage) -> None:
    """Let the release page judge the form as it stands."""
    pause(0.6)  # it waits until nobody types
    settle(window)
    page.look()
    settle(window)


def undecided_sheet(folder: Path) -> Path:
    """A sheet whose reference system no evidence separates."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("补报")
    for row in UNDECIDED:
        sheet.append(row)
    path = folder / "示例林场_补报隐患.xlsx"
    book.save(path)
    book.close()
    return path


def page_of(window: MainWindow, kind: type[T]) -> T:
    """The page of a kind."""
    return next(page for page in window.pages.values() if isinstance(page, kind))


# --- waiting and saving ---------------------------------------------------------------------------


def pause(seconds: float) -> None:
    """Let the window live for a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.005)


def wait_for(condition: Callable[[], bool]) -> None:
    """Let the window live until something holds."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("the window did not get there")
        pause(0.02)


def settle(window: MainWindow) -> None:
    """Wait until no job runs and the map is painted."""
    canvas = page_of(window, MapPage).canvas
    pause(0.15)
    wait_for(lambda: not window.desk.jobs.busy and not canvas.renderer.busy)
    pause(0.15)


def save(widget: QWidget, name: str, dialog: QWidget | None = None) -> None:
    """Save a picture of a window, with a dialog over it."""
    picture = widget.grab()
    if dialog is not None:
        _paint_over(picture, widget, dialog)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    image = Image.open(io.BytesIO(bytes(buffer.data().data()))).convert("RGB")
    path = TARGET / f"{name}.png"
    image.save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        _with_few_colours(image).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise AssertionError(f"{path.name} is larger than {MOST_BYTES} bytes")
    sys.stdout.write(f"{path.relative_to(ROOT)} {path.stat().st_size // 1024} KB\n")


def _with_few_colours(image: Image.Image) -> Image.Image:
    """The picture in 256 colours: the commonest exactly, the others as near as can be."""
    pixels = np.asarray(image, dtype=np.uint8).reshape(-1, 3)
    colours, places, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    by_count = np.argsort(-counts)
    exact, rest = colours[by_count[:EXACT_COLOURS]], colours[by_count[EXACT_COLOURS:]]
    # Each rare colour counts once; a level's few pixels of red may not turn brown all the same.
    room = 256 - len(exact) - len(LEVEL_COLOURS)
    rare = Image.fromarray(rest[None], "RGB").quantize(room, Image.Quantize.MEDIANCUT)
    near = np.array(rare.getpalette("RGB") or [], dtype=np.uint8).reshape(-1, 3)
    levels = [QColor(colour).getRgb()[:3] for colour in LEVEL_COLOURS.values()]
    palette = np.concatenate([exact, near, np.array(levels, dtype=np.uint8)])
    nearest = np.empty(len(colours), dtype=np.uint8)
    for start in range(0, len(colours), 4096):
        part = colours[start : start + 4096].astype(np.int32)
        apart = ((part[:, None] - palette[None].astype(np.int32)) ** 2).sum(axis=2)
        nearest[start : start + 4096] = apart.argmin(axis=1)
    few = Image.fromarray(nearest[places.ravel()].reshape(image.height, image.width))
    few.putpalette(palette.ravel().tobytes())
    return few


def _paint_over(picture: QPixmap, widget: QWidget, dialog: QWidget) -> None:
    painter = QPainter(picture)
    painter.fillRect(widget.rect(), QColor(0, 0, 0, 70))
    size = dialog.size()
    corner = QPoint((widget.width() - size.width()) // 2, (widget.height() - size.height()) // 2)
    painter.drawPixmap(corner, dialog.grab())
    painter.setPen(QPen(QColor("#7f8d8d"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(corner.x(), corner.y(), size.width(), size.height())
    painter.end()


if __name__ == "__main__":
    sys.exit(main())
