"""A folder of photos finds its hazards; what does not fit together is listed; hostile archives are refused."""

import io
import stat
import struct
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import (
    JobCancelledError,
    NotFoundError,
    PermissionDeniedError,
    UnreadableFileError,
)
from qhd_riskmap.formats import photo_folder
from qhd_riskmap.formats.photo_folder import open_photos
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.photo_matching import MatchedBy, PhotoMatchingService, holds_photos
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
ROWS = [
    ["东沟滑坡", 118.950, 40.407, "QL-0001", "IMG_1001.JPG；照片\\IMG_1002.jpg", ""],
    ["西沟滑坡", 118.970, 40.420, "QL-0012", "见附件", "缺的.png"],
    ["南沟滑坡", 118.990, 40.430, "QL-001", "", ""],
    ["石门滑坡", 119.010, 40.440, "", "", ""],
]


@pytest.fixture
def register(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as opened:
        book = Workbook()
        book.active.append(
            ["隐患名称", "类别", "县区", "经度(GPS)", "纬度(GPS)", "编号", "现场照片", "整改后照片"]
        )
        for name, lon, lat, *rest in ROWS:
            book.active.append([name, "滑坡", "青龙县", lon, lat, *rest])
        book.save(tmp_path / "a.xlsx")
        survey = SurveyImport(opened, ACTOR, date(2014, 7, 1))
        found = survey.preview([tmp_path / "a.xlsx"], datum=None, job=SilentJob())
        assert survey.commit(found, SilentJob()).accepted == len(ROWS)
        yield opened


@pytest.fixture
def photos(register):
    return PhotoMatchingService(register, ACTOR)


def dms(value):
    degrees, rest = divmod(value * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    return (
        IFDRational(int(degrees)),
        IFDRational(int(minutes)),
        IFDRational(round(seconds * 1000), 1000),
    )


def picture(colour="red", place=None) -> bytes:
    exif = Image.Exif()
    if place is not None:
        exif.get_ifd(0x8825).update({1: "N", 2: dms(place[1]), 3: "E", 4: dms(place[0])})
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def folder(root: Path, **files: bytes) -> Path:
    for name, content in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return root


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


FILES = {
    "IMG_1001.jpg": picture("red"),
    "QL-0012-2.jpg": picture("green"),
    "QL-001（近景）.jpg": picture("blue"),
    "石门滑坡 (3).jpg": picture("gray"),
    "石门滑坡/全景图.jpg": picture("pink"),
    "DSC_77.jpg": picture("white", place=(118.9701, 40.4201)),
    "DSC_78.jpg": picture("black", place=(119.3, 40.1)),
    "QL-0001.jpg": picture("cyan", place=(118.99, 40.43)),
    "说明.exe": b"MZ",
    "Thumbs.db": b"x",
    ".DS_Store": b"x",
}


def told(plan):
    return {match.path: (match.name, match.by.value) for match in plan.matches}


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_photos_find_their_hazards_by_sheet_code_name_and_place(photos, tmp_path, kind):
    source = (
        folder(tmp_path / "照片", **FILES)
        if kind == "folder"
        else packed(tmp_path / "照片.zip", FILES)
    )
    plan = photos.plan(source)
    assert told(plan) == {
        "IMG_1001.jpg": ("东沟滑坡", "sheet"),
        "QL-0001.jpg": ("东沟滑坡", "code"),
        "QL-0012-2.jpg": ("西沟滑坡", "code"),
        "QL-001（近景）.jpg": ("南沟滑坡", "code"),
        "石门滑坡 (3).jpg": ("石门滑坡", "name"),
        "石门滑坡/全景图.jpg": ("石门滑坡", "name"),
        "DSC_77.jpg": ("西沟滑坡", "place"),
    }
    assert plan.unnamed == ("DSC_78.jpg",)
    assert {(m.file, m.name) for m in plan.missing} == {
        ("IMG_1002.jpg", "东沟滑坡"),
        ("缺的.png", "西沟滑坡"),
    }
    (far,) = plan.far
    assert far.path == "QL-0001.jpg"
    assert far.metres > 3000
    assert [name for name, _error in plan.refused] == ["说明.exe"]


def test_they_are_hung_once_and_again_changes_nothing(photos, register, tmp_path):
    source = packed(tmp_path / "照片.zip", {**FILES, "QL-0012 副本/a.jpg": FILES["QL-0012-2.jpg"]})
    plan = photos.plan(source)
    added, changes = photos.attach(plan, leave=["DSC_77.jpg"])
    # The copy has the same content as a photo of the same hazard.
    assert (len(added.added), [name for name, _error in added.refused]) == (6, ["QL-0012-2.jpg"])
    assert changes.attachments
    with register.unit_of_work() as work:
        assert sum(work.attachments.counts().values()) == 6
    again, _changes = photos.attach(photos.plan(source), leave=["DSC_77.jpg"])
    assert (again.added, len(again.refused)) == ((), 7)
    # What is kept already is not missing when the next folder comes.
    later = photos.plan(folder(tmp_path / "后来", **{"IMG_1002.jpg": picture("brown")}))
    assert [item.file for item in later.missing] == ["缺的.png"]
    assert verify(register) == []


def test_a_name_of_two_hazards_and_a_place_between_two_decide_nothing(register, photos, tmp_path):
    book = Workbook()
    book.active.append(["隐患名称", "类别", "县区", "经度(GPS)", "纬度(GPS)"])
    for lon in (118.80, 118.8004):
        book.active.append(["双沟滑坡", "滑坡", "青龙县", lon, 40.30])
    book.save(tmp_path / "b.xlsx")
    survey = SurveyImport(register, ACTOR, date(2014, 7, 1))
    survey.commit(survey.preview([tmp_path / "b.xlsx"], datum=None, job=SilentJob()), SilentJob())
    between = picture(place=(118.8002, 40.30))
    plan = photos.plan(folder(tmp_path / "p", **{"双沟滑坡.jpg": picture(), "a.jpg": between}))
    assert set(plan.unnamed) == {"双沟滑坡.jpg", "a.jpg"}


def test_files_are_assigned_by_hand_with_their_distance(photos, tmp_path):
    source = folder(tmp_path / "p", **FILES)
    plan = photos.plan(source)
    told_apart = photos.assign(plan, ["DSC_78.jpg", "IMG_1001.jpg"], "QL-0012")
    by_hand = {m.path: m for m in told_apart.matches if m.by is MatchedBy.HAND}
    assert set(by_hand) == {"DSC_78.jpg", "IMG_1001.jpg"}
    assert {m.name for m in by_hand.values()} == {"西沟滑坡"}
    assert by_hand["DSC_78.jpg"].far
    assert by_hand["DSC_78.jpg"].taken_at == pytest.approx((119.3, 40.1), abs=1e-4)
    assert told_apart.unnamed == ()
    assert len(told_apart.matches) == len(plan.matches) + 1
    with pytest.raises(NotFoundError):
        photos.assign(plan, ["DSC_78.jpg"], "XX-1")
    added, _changes = photos.attach(told_apart)
    again = photos.plan(source)
    assert {m.path for m in again.matches if m.there} == {m.path for m in plan.matches} - {
        "IMG_1001.jpg"
    }
    assert photos.assign(again, ["DSC_78.jpg"], "QL-0012").matches[0].there
    assert all(m.there for m in plan.hung({m.path for m in plan.matches}).matches)
    assert len(added.added) == 8


def test_the_second_of_two_copies_is_known_to_be_one(photos, tmp_path):
    source = folder(tmp_path / "p", **{"QL-0012.jpg": picture(), "QL-0012 副本.jpg": picture()})
    assert sorted(m.there for m in photos.plan(source).matches) == [False, True]


def test_single_files_are_a_batch_too(photos, tmp_path):
    one = folder(tmp_path / "a", **{"QL-0012.jpg": picture(), "x.jpg": picture("blue")})
    two = folder(tmp_path / "b", **{"x.jpg": picture("green")})
    plan = photos.plan((one / "QL-0012.jpg", one / "x.jpg", two / "x.jpg"))
    assert [m.path for m in plan.matches] == ["QL-0012.jpg"]
    assert plan.unnamed == ("b/x.jpg", "x.jpg")
    assert photos.thumbnail(plan.source, "b/x.jpg")[:2] == b"\xff\xd8"
    assert photos.thumbnail(plan.source, "gone.jpg") == b""
    with pytest.raises(UnreadableFileError):
        photos.plan((one / "x.jpg",) * 20_001)


def test_what_holds_photos_is_told_by_names(tmp_path):
    assert holds_photos(folder(tmp_path / "a", **{"甲/1.JPG": b"", "说明.txt": b""}))
    assert not holds_photos(folder(tmp_path / "b", **{"1.jpg": b"", "表.xlsx": b""}))
    assert holds_photos(packed(tmp_path / "c.zip", {"a/1.png": b""}))
    assert not holds_photos(packed(tmp_path / "d.zip", {"a.shp": b"", "a.png": b""}))
    (tmp_path / "e.zip").write_bytes(b"no archive")
    assert not holds_photos(tmp_path / "e.zip")
    assert holds_photos(tmp_path / "a" / "甲" / "1.JPG")
    assert not holds_photos(tmp_path / "b" / "表.xlsx")


def test_an_empty_register_and_an_empty_folder(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
        service = PhotoMatchingService(register, ACTOR)
        plan = service.plan(folder(tmp_path / "p", **{"a.jpg": picture(place=(119, 40))}))
        assert plan.unnamed == ("a.jpg",)
        (tmp_path / "leer").mkdir()
        assert service.plan(tmp_path / "leer").matches == ()


def test_only_editors_attach_and_a_cancelled_job_stores_nothing(photos, register, tmp_path):
    source = folder(tmp_path / "p", **FILES)
    plan = photos.plan(source)
    reader = PhotoMatchingService(
        register, Actor(name="王五", permissions=frozenset({Permission.READ}))
    )
    with pytest.raises(PermissionDeniedError):
        reader.attach(plan)

    class Stopped:
        def advance(self, done, total, note=""):
            del total, note
            if done == 3:
                raise JobCancelledError("停")

    with pytest.raises(JobCancelledError):
        photos.attach(plan, Stopped())
    with register.unit_of_work() as work:
        assert work.attachments.counts() == {}


# Hostile archives ---------------------------------------------------------------------------------


def names(path):
    with open_photos(path) as files:
        return [file.path for file in files]


@pytest.mark.parametrize(
    "name", ["../../a.jpg", "/etc/a.jpg", "C:\\a.jpg", "a/../../b.jpg", "..\\a.jpg"]
)
def test_paths_that_lead_outside_are_refused(tmp_path, name):
    with pytest.raises(UnreadableFileError, match="有害"):
        names(packed(tmp_path / "a.zip", {name: picture()}))


def test_links_bombs_passwords_and_overlaps_are_refused(tmp_path, monkeypatch):
    link = zipfile.ZipInfo("a.jpg")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnreadableFileError, match="有害"):
        names(tmp_path / "link.zip")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", b"\0" * 30_000_000)
    with pytest.raises(UnreadableFileError, match="有害"):
        names(tmp_path / "bomb.zip")
    whole = packed(tmp_path / "x.zip", {"a.jpg": picture(), "b.jpg": picture("blue")}).read_bytes()
    directory = whole.index(b"PK\x01\x02")
    second = whole.index(b"PK\x01\x02", directory + 4)
    overlap = bytearray(whole)
    overlap[second + 42 : second + 46] = struct.pack("<I", 0)
    (tmp_path / "overlap.zip").write_bytes(overlap)
    with pytest.raises(UnreadableFileError, match="有害"):
        names(tmp_path / "overlap.zip")
    locked = bytearray(whole)
    locked[directory + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    with pytest.raises(UnreadableFileError, match="密码"):
        names(tmp_path / "locked.zip")
    monkeypatch.setattr(photo_folder, "_MAX_UNPACKED", 100)
    with pytest.raises(UnreadableFileError, match="有害"):
        names(tmp_path / "x.zip")


def test_what_is_no_archive_or_has_too_many_files_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 nothing")
    for path in (tmp_path / "a.zip", tmp_path / "none.zip"):
        with pytest.raises(UnreadableFileError, match="不是文件夹"):
            names(path)
    monkeypatch.setattr(photo_folder, "MAX_FILES", 1)
    files = {"a.jpg": b"1", "b.jpg": b"2"}
    for source in (packed(tmp_path / "b.zip", files), folder(tmp_path / "f", **files)):
        with pytest.raises(UnreadableFileError, match="超过"):
            names(source)


def test_a_damaged_part_is_refused_by_itself_and_chinese_names_of_windows_are_read(
    photos, tmp_path
):
    content = picture()
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("石门滑坡.jpg", "QL-0001.jpg"):
            info = zipfile.ZipInfo("?" * len(name.encode("gb18030")))
            archive.writestr(info, content)
    raw = path.read_bytes()
    for name in ("石门滑坡.jpg", "QL-0001.jpg"):
        encoded = name.encode("gb18030")
        raw = raw.replace(b"?" * len(encoded), encoded)
    at = raw.index(content) + len(content) // 2
    path.write_bytes(raw[:at] + b"XX" + raw[at + 2 :])
    plan = photos.plan(path)
    assert told(plan) == {"QL-0001.jpg": ("东沟滑坡", "code")}
    assert [name for name, _error in plan.refused] == ["石门滑坡.jpg"]


def test_links_out_of_a_folder_are_not_followed(tmp_path):
    secret = folder(tmp_path / "geheim", **{"s.jpg": picture()})
    root = folder(tmp_path / "p", **{"a.jpg": picture()})
    (root / "b.jpg").symlink_to(secret / "s.jpg")
    (root / "c").symlink_to(secret, target_is_directory=True)
    assert names(root) == ["a.jpg"]


def test_words_and_letters_may_follow_a_code_but_no_other_code(photos, tmp_path):
    plan = photos.plan(
        folder(
            tmp_path / "照片",
            **{
                "QL-0012_a.jpg": picture("red"),
                "QL-0012b.jpg": picture("green"),
                "QL-0012 后缘裂缝、北侧2.jpg": picture("blue"),
                "QL-0012（2024年汛前）.jpg": picture("gray"),
                "QL-0012-DZ-3.jpg": picture("pink"),
                "QL-00123.jpg": picture("white"),
                "石门滑坡旁边的房子.jpg": picture("cyan"),
            },
        )
    )
    assert set(told(plan)) == {
        "QL-0012_a.jpg", "QL-0012b.jpg", "QL-0012 后缘裂缝、北侧2.jpg", "QL-0012（2024年汛前）.jpg",
    }  # fmt: skip
    assert {name for name, _by in told(plan).values()} == {"西沟滑坡"}
