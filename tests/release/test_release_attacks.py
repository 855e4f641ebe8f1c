"""Ways around the gate that once led somewhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest
from release_county import ACTOR, TITLE, TODAY, GateOffice
from shapely import Point

from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import InvalidInputError, ReleaseBlockedError, RiskMapError
from qhd_riskmap.services.release import ReleaseService
from qhd_riskmap.services.release_names import one_approval_form, product_name
from qhd_riskmap.services.release_order import DRAFT_FORMATS, ProductFormat
from qhd_riskmap.storage.engine import open_register

ALL = tuple(ProductFormat)


def hazard(type_key="geological", at=(119.543217, 39.981234), **fields):
    values = {"id": uuid4(), "name": "北沟滑坡", "county": "130302", **fields}
    place = Provenance(
        original_text=f"{at[0]},{at[1]}",
        declared_reference="cgcs2000",
        method=LocationMethod.TYPED,
        accuracy=AccuracyClass.UNKNOWN,
    )
    return Hazard(type_key=type_key, geometry=Point(at), provenance=place, **values)


def blocks(office, **changes):
    return {f.rule for f in office.service.preflight(office.order(**changes)) if f.blocks}


# -- texts of the order ------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["title", "unit", "publisher", "source"])
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("电话 138.1234.5678", "PM07"),
        ("一三八一二三四五六七八", "PM07"),
        ("（0335）7051234", "PM07"),
        ("值班7051234", "PM07"),
        ("１３８ １２３４ ５６７８", "PM07"),
        ("4400-千米 4427123.45 523456.78", "PM08"),
        ("东经119度北纬39度", "PM08"),
        ("119.54321,39.98123", "PM08"),
        ("总 库 容120万方", "PM06"),
        ("液氨20t储罐", "PM06"),
        ("冀东氨厂周边风险图", "PM04"),
        ("张建国负责", "PM07"),
    ],
)
def test_private_things_in_the_texts_of_an_order_block(office, field, text, rule):
    office.add([hazard(), hazard("ammonia_storage", name="冀东氨厂", contact="张建国")])
    assert rule in blocks(office, **{field: text})


@pytest.mark.parametrize(
    "title",
    [
        "秦皇岛市2026年风险隐患分布图（20261031）",
        "海港区地质灾害图 第3版",
        "北戴河2026—2027年度",
        "G1京哈高速沿线",
    ],
)
def test_ordinary_titles_pass(office, title):
    office.add([hazard()])
    assert blocks(office, title=title) == set()


# -- people and numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [("编制A", "编制Ａ"), ("编制甲", "编\u200b制甲"), ("编制甲", "编　制甲"), ("LI", "li ")],
)
def test_one_person_in_two_spellings_is_one_person(office, one, other):
    assert blocks(office, prepared_by=one, reviewed_by=other) == {"PM23"}


@pytest.mark.parametrize("field", ["prepared_by", "reviewed_by", "secrecy_reviewed_by"])
def test_a_name_of_spaces_is_no_name(office, field):
    assert blocks(office, **{field: " \u200b　"}) == {"PM23"}


@pytest.mark.parametrize(
    "again", ["冀S（2026）012号", "冀S(2026) 012 号", "冀Ｓ〔２０２６〕０１２号", "冀s(2026)012号"]
)
def test_a_number_in_another_spelling_is_still_bound(office, again):
    record = hazard(level=RiskLevel.BLUE)
    office.add([record])
    office.service.release(office.order())
    office.edit(record.id, level=RiskLevel.RED)
    assert blocks(office, approval_no=again) == {"PM02"}
    assert one_approval_form(again) == "冀S(2026)012号"


# -- folders ---------------------------------------------------------------------------------------------------


def test_the_register_never_lies_among_the_products(office, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("材料")
    for target in (office.folder, office.folder.parent):
        with pytest.raises(InvalidInputError):
            office.service.release(office.order(out_dir=target, control_dir=elsewhere))


def test_the_root_of_a_disk_is_no_folder_for_products(office):
    with pytest.raises(InvalidInputError):
        office.service.release(office.order(out_dir=Path(office.folder.anchor)))


def test_links_do_not_lead_control_papers_among_the_products(office):
    (office.folder / "成果").mkdir()
    (office.folder / "链").symlink_to(office.folder / "成果", target_is_directory=True)
    with pytest.raises(InvalidInputError):
        office.service.release(
            office.order(out_dir=office.folder / "成果", control_dir=office.folder / "链" / "材料")
        )


def test_a_link_in_place_of_a_product_is_replaced_and_not_followed(office):
    office.add([hazard()])
    precious = office.folder / "底稿.geojson"
    precious.write_text("底稿", encoding="utf-8")
    order = office.order()
    order.out_dir.mkdir()
    link = order.out_dir / f"{TITLE}.geojson"
    link.symlink_to(precious)
    office.service.release(order)
    assert precious.read_text(encoding="utf-8") == "底稿"
    assert not link.is_symlink()


@pytest.mark.parametrize(
    "title", ["../../etc/x", "..", "CON", "com1.x", "a" * 300, "图" * 300, "\x00", "/"]
)
def test_no_title_leads_out_of_the_folder(title, tmp_path):
    name = product_name(title, ProductFormat.PDF)
    assert (tmp_path / name).resolve().parent == tmp_path.resolve()
    (tmp_path / name).write_bytes(b"")


# -- marks of a draft ----------------------------------------------------------------------------------------------


def test_every_product_of_a_draft_says_that_it_is_one(office, pdftotext):
    office.add([hazard()])
    outcome = office.service.release(office.order(draft=True, formats=DRAFT_FORMATS))
    files = {"".join(path.suffixes): path for path in outcome.files}
    assert len(files) == len(DRAFT_FORMATS)
    assert "送审样图" in pdftotext(files[".pdf"])
    for suffix in (".svg", ".html", ".statistics.html"):
        assert "送审样图" in files[suffix].read_text(encoding="utf-8"), suffix
    assert {path.name.partition(".")[0] for path in files.values()} == {f"{TITLE}_送审样图"}
    office.service.release(
        office.order(formats=(ProductFormat.PNG,), out_dir=office.folder / "正式")
    )
    plain = (office.folder / "正式" / f"{TITLE}.png").read_bytes()
    assert plain != files[".png"].read_bytes()


# -- crashes and haste -----------------------------------------------------------------------------------------------

SCRIPT = """
import sys, pathlib; sys.path.insert(0, sys.argv[2])
from release_county import *
made = make_office(pathlib.Path(sys.argv[1])); made.add(invented_hazards())
print("ready", flush=True)
made.service.release(made.order(formats=tuple(ProductFormat)))
print("done", flush=True)
"""


@pytest.mark.parametrize("pause", [0.3, 1.2, 2.0])
def test_a_killed_release_leaves_nothing_in_the_folder(tmp_path, pause):
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(Path(__file__).parent)],
        stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        time.sleep(pause)
        os.kill(process.pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
        finished = "done" in process.stdout.read()
    out = tmp_path / "公开成果"
    left = sorted(path.name for path in out.iterdir()) if out.exists() else []
    assert left == [] or (finished and len(left) == len(ALL))


def test_two_releases_at_once_both_end_whole(office):
    office.add([hazard(), *[hazard("food_safety") for _ in range(3)]])
    twin = make_office_on(office)
    problems = []

    def publish(service, number):
        try:
            service.release(
                office.order(
                    formats=(ProductFormat.GEOJSON, ProductFormat.XLSX), approval_no=number
                )
            )
        except Exception as error:
            problems.append(error)

    threads = [
        threading.Thread(target=publish, args=(made.service, f"冀S(2026)0{n}号"))
        for n, made in enumerate((office, twin), start=20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    twin.register.close()
    assert problems == []
    names = sorted(path.name for path in (office.folder / "公开成果").iterdir())
    assert names == [f"{TITLE}.geojson", f"{TITLE}.xlsx"]
    assert not list(office.folder.glob(".release-*"))
    with office.register.unit_of_work() as work:
        assert len({entry.number for entry in work.releases.list()}) == 2


def make_office_on(office):
    """A second desk on the same register."""
    register = open_register(office.register.path, passphrase=None)
    return GateOffice(register, ReleaseService(register, ACTOR, today=lambda: TODAY), office.folder)


def test_only_the_city_and_divisions_of_today_have_sheets(office):
    office.add([hazard()])
    for code in ("130323", "130200"):
        with pytest.raises(RiskMapError):
            office.service.release(office.order(county=code))
    office.service.release(office.order(county="1303"))
    document = json.loads((office.folder / "公开成果" / f"{TITLE}.geojson").read_text("utf-8"))
    assert len(document["features"]) == 1


def test_a_look_before_the_release_counts_and_draws(office):
    office.add([hazard(), *[hazard("food_safety") for _ in range(3)], hazard("terror")])
    sight = office.service.sight(office.order())
    assert (sight.shown, sight.counted) == ({"geological": 1}, {"food_safety": 3})
    assert sight.excluded == {"social_security": 1}
    assert sight.picture.startswith(b"\x89PNG")


# -- records ---------------------------------------------------------------------------------------------------------


def test_a_public_name_with_a_contact_or_a_protected_site_goes_back_to_the_officer(office):
    office.add(
        [
            hazard(name="张建国家屋后滑坡", contact="张建国"),
            hazard(name="冀东氨厂北侧滑坡"),
            hazard("ammonia_storage", name="冀东氨厂"),
        ]
    )
    with pytest.raises(ReleaseBlockedError) as caught:
        office.service.release(office.order())
    assert {rule for rule, _ in caught.value.findings} == {"PM04", "PM07"}


def test_a_township_that_is_none_is_absent_from_every_product(office):
    office.add([hazard(township="张庄村西头李木匠家", level=RiskLevel.RED)])
    outcome = office.service.release(office.order())
    document = json.loads(outcome.files[0].read_text(encoding="utf-8"))
    assert document["features"][0]["properties"]["township"] == ""
