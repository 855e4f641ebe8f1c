"""The monthly report says what the page says, and a wrong template is told in one sentence."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
import shapely
from docx import Document
from PIL import Image

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.figures import FigureScope
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.task import RemediationTask, TaskState
from qhd_riskmap.errors import OutputFileError, PermissionDeniedError, UnreadableFileError
from qhd_riskmap.services.figures import FigureService
from qhd_riskmap.services.monthly_report import MonthlyReport, written_day
from qhd_riskmap.storage.engine import create_register

ACTOR = Actor(name="张三")
SCOPE = FigureScope(on=date(2099, 10, 31))


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "r.qhd"
    office = Office(division="130304", unit="北戴河区应急管理局")
    with create_register(path, passphrase=None, office=office) as register:
        with register.unit_of_work() as work:
            for number, level in enumerate((RiskLevel.RED, RiskLevel.BLUE, None)):
                hazard = Hazard(
                    id=uuid4(), name=f"隐患{number}", type_key="geological", level=level,
                    geometry=shapely.Point(119.4 + number / 20, 39.85), county="130304",
                    provenance=Provenance(
                        original_text="", declared_reference="cgcs2000",
                        method=LocationMethod.TYPED, accuracy=AccuracyClass.UNKNOWN,
                    ),
                )  # fmt: skip
                work.hazards.add(hazard, ACTOR)
                work.tasks.add(
                    RemediationTask(
                        id=uuid4(), hazard_id=hazard.id, problem="裂缝", owner_unit="<甲&乙> 公司",
                        state=TaskState.RECTIFYING, since=date(2099, 9, 1),
                        registered_on=date(2099, 9, 1), deadline=date(2099, 9, 30),
                    ),
                    ACTOR,
                )  # fmt: skip
            work.commit()
        yield MonthlyReport(register, ACTOR, today=lambda: date(2099, 11, 2))


@pytest.fixture(scope="module")
def written(report, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "月报.docx"
    return report.write(SCOPE, path)


def texts(path):
    document = Document(path)
    found = [paragraph.text for paragraph in document.paragraphs]
    found += [c.text for t in document.tables for row in t.rows for c in row.cells]
    return found


def test_the_report_says_what_the_page_says(report, written):
    said = "\n".join(texts(written))
    assert "{{" not in said
    assert "{%" not in said
    assert "2099年10月风险隐患排查治理情况报告" in said
    assert "在册风险隐患 3 处，其中重大风险 1 处" in said
    assert "应整改 3 项，已整改 0 项，整改率 0.0%；未整改 3 项，其中逾期 3 项" in said
    assert "<甲&乙> 公司（3 项）" in said
    assert "2099年11月2日" in said
    overview = FigureService(report._register, ACTOR).overview(SCOPE)
    assert str(overview.of_day("late").n) == "3"
    rows = [[c.text for c in row.cells] for row in Document(written).tables[1].rows]
    assert ["逾期未整改", "3", "0", "+3", "项"] in rows


def test_it_is_laid_out_as_official_papers_are(written):
    section = Document(written).sections[0]
    lengths = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(each.mm) for each in lengths] == [37, 28, 26, 35]
    assert round(section.page_width.mm - section.left_margin.mm - section.right_margin.mm) == 156


def test_the_map_is_painted_by_the_programs_own_painter(written):
    with zipfile.ZipFile(written) as archive:
        pictures = [archive.read(n) for n in archive.namelist() if n.startswith("word/media/")]
    image = Image.open(BytesIO(pictures[0])).convert("RGB")
    assert image.width > 1000
    colours = {colour for _n, colour in image.getcolors(maxcolors=2**24)}
    assert (0xE6, 0x00, 0x00) in colours  # the red hazard


def test_libreoffice_makes_a_pdf_of_it(written, tmp_path, pdf_text):
    said = pdf_text(written)
    assert "一、总体情况" in said
    assert "北戴河区应急管理局" in said


@pytest.fixture
def pdf_text(tmp_path):
    soffice = shutil.which("soffice")
    if soffice is None or shutil.which("pdftotext") is None:
        pytest.skip("no LibreOffice here; CI has one")

    def read(path):
        subprocess.run(
            [soffice, f"-env:UserInstallation=file://{tmp_path}/office", "--headless",
             "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)],
            check=True, capture_output=True, timeout=150,
        )  # fmt: skip
        made = tmp_path / f"{path.stem}.pdf"
        done = subprocess.run(
            ["pdftotext", "-enc", "UTF-8", str(made), "-"], check=True, capture_output=True
        )
        return done.stdout.decode("utf-8")

    return read


def test_the_offices_own_template_is_used_and_its_faults_are_told(report, tmp_path):
    report.templates.mkdir()
    own = report.templates / "月报.docx"
    document = Document()
    document.add_paragraph(
        "{{ month }}：{{ summary }}{% for f in figures %}{{ f.label }}；{% endfor %}"
    )
    document.save(own)
    out = tmp_path / "o.docx"
    try:
        report.write(SCOPE, out)
        assert texts(out)[0].startswith("2099年10月：截至")
        document.add_paragraph("{{ 总数 }}")
        document.save(own)
        out.unlink()
        with pytest.raises(UnreadableFileError, match=r"月报\.docx") as caught:
            report.write(SCOPE, out)
        assert "总数" in caught.value.message
        assert not out.exists()
        own.write_bytes(b"PK")
        with pytest.raises(UnreadableFileError):
            report.write(SCOPE, out)
    finally:
        own.unlink()
        report.templates.rmdir()


def test_a_register_without_tasks_has_a_report_too(tmp_path):
    with create_register(tmp_path / "e.qhd", passphrase=None, office=Office()) as register:
        out = MonthlyReport(register, ACTOR).write(SCOPE, tmp_path / "o.docx")
    said = "\n".join(texts(out))
    assert "没有逾期未整改的任务" in said
    assert "没有增减" in said


def test_other_endings_the_register_and_persons_without_permission_are_refused(report, tmp_path):
    for wrong in (tmp_path / "o.pdf", report._register.path):
        with pytest.raises(OutputFileError):
            report.write(SCOPE, wrong)
    reader = MonthlyReport(
        report._register, Actor(name="读者", permissions=frozenset({Permission.READ}))
    )
    with pytest.raises(PermissionDeniedError):
        reader.write(SCOPE, tmp_path / "o.docx")


def test_a_day_is_written_without_zeros():
    assert written_day(date(2026, 1, 3)) == "2026年1月3日"
