"""The made sheet font: every word of the program, no radical, the same bytes, no needless work."""

import importlib.util
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from qhd_riskmap.domain.hazard import AccuracyClass, HazardStatus, LocationMethod, Secrecy
from qhd_riskmap.domain.levels import EventGrade, RiskLevel, WarningLevel
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.survey_columns import COMMON_FIELDS
from qhd_riskmap.domain.taxonomy import EventClass, ReleaseClass, taxonomy

tt_lib = pytest.importorskip("fontTools.ttLib")
SCRIPT = Path(__file__).parents[2] / "resources" / "build_fonts.py"
FONTS = SCRIPT.with_name("fonts")
STYLES = ("Regular", "Bold")

spec = importlib.util.spec_from_file_location("build_fonts", SCRIPT)
build_fonts = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build_fonts)

pytestmark = pytest.mark.skipif(
    not any(FONTS.glob("*.otf")), reason="the sheet font has not been made on this machine"
)


@pytest.fixture(scope="module", params=STYLES)
def font(request):
    with tt_lib.TTFont(FONTS / f"QhdSheetSans-{request.param}.otf", lazy=True) as opened:
        opened.style = request.param
        yield opened


def words_of_the_program():
    for t in taxonomy().types:
        yield from (t.label, *t.sub_kinds)
        for field in t.fields:
            yield from (field.header, *field.choices)
    yield from (f.header for f in COMMON_FIELDS)
    everything = (*regions().divisions, *regions().neighbours, regions().city)
    yield from (r.name for r in everything)
    for kind in (EventClass, ReleaseClass, RiskLevel, EventGrade, WarningLevel):
        yield from (member.label for member in kind)
    for kind in (AccuracyClass, HazardStatus, LocationMethod, Secrecy):
        yield from (member.label for member in kind)
    yield "图例 比例尺 审图号 编制单位 资料截止日期 119°35′24.5″E ①②③ ⅠⅡⅢⅣ ½ ² ³ ± × ≥ ≤ ℃ · — … → ↑ ★ ㎡ ￥"


def test_every_word_of_the_program_can_be_drawn(font):
    characters = {c for word in words_of_the_program() for c in word}
    assert {c for c in characters if ord(c) not in font.getBestCmap()} == set()


def test_gb2312_and_gbk_can_be_drawn(font):
    drawn = font.getBestCmap().keys()
    wanted = build_fonts.legacy_characters()
    wanted = {p for p in wanted if not 0xE000 <= p <= 0xF8FF and not 0xF900 <= p <= 0xFAFF}
    wanted = {p for p in wanted if not 0x2E80 <= p <= 0x2FDF}
    gb2312 = {p for p in wanted if chr(p).encode("gb2312", "ignore")}
    assert len(gb2312) > 7000
    assert gb2312 - drawn == set()
    assert len(wanted - drawn) < 20, [chr(p) for p in wanted - drawn]


def test_no_radical_and_no_compatibility_ideograph_is_in_any_cmap(font):
    for table in font["cmap"].tables:
        points = table.cmap.keys()
        assert not [p for p in points if 0x2E80 <= p <= 0x2FDF]
        assert not [p for p in points if 0xF900 <= p <= 0xFAFF or 0x2F800 <= p <= 0x2FA1F]


def test_of_code_points_that_share_a_glyph_the_common_one_is_the_lowest(font):
    sharing = defaultdict(list)
    for point, glyph in font.getBestCmap().items():
        sharing[glyph].append(point)
    for points in sharing.values():
        assert min(points) == min(points, key=build_fonts.commonness), [chr(p) for p in points]


def test_the_font_bears_its_own_name_and_licence(font):
    names = {record.nameID: str(record) for record in font["name"].names}
    assert names[1] == "QHD Sheet Sans"
    assert names[2] == font.style
    assert names[6] == f"QhdSheetSans-{font.style}" == font["CFF "].cff.fontNames[0]
    assert "SIL Open Font License" in names[13]
    assert not any("Noto" in text for name_id, text in names.items() if name_id in {1, 3, 4, 6, 16})
    assert bool(font["OS/2"].fsSelection & 0x20) == (font.style == "Bold")


def test_the_licence_lies_beside_the_fonts():
    text = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "DISCLAIMER" in text


def test_nothing_is_made_when_nothing_changed(tmp_path):
    sources = {"Regular": tmp_path / "source.ttc"}
    sources["Regular"].write_bytes(b"font")
    (tmp_path / "QhdSheetSans-Regular.otf").write_bytes(b"made")
    wanted = build_fonts.fingerprint([SCRIPT, *sources.values()])
    (tmp_path / "stamp.txt").write_text(wanted, encoding="utf-8")
    assert build_fonts.make(sources, tmp_path) is False
    assert (tmp_path / "QhdSheetSans-Regular.otf").read_bytes() == b"made"


def test_a_missing_source_is_a_clear_message(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "utf8",
            str(SCRIPT),
            "--source",
            str(tmp_path),
            "--target",
            str(tmp_path / "out"),
        ],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 3
    assert "fonts-noto-cjk" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.soak
def test_the_same_source_makes_the_same_bytes(tmp_path, soak):
    if not soak:
        pytest.skip("takes half a minute: tasks.py soak")
    if not (build_fonts.SOURCE / "NotoSansCJK-Regular.ttc").is_file():
        pytest.skip("fonts-noto-cjk is not installed")
    made = tmp_path / "QhdSheetSans-Regular.otf"
    build_fonts.build(build_fonts.SOURCE / "NotoSansCJK-Regular.ttc", "Regular", made)
    assert made.read_bytes() == (FONTS / made.name).read_bytes()
