"""Photos, files and bookmarks on a real register."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
import shapely
from PIL import Image

from qhd_riskmap.bootstrap import create_app, open_app
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import (
    ConflictError,
    InvalidInputError,
    JobCancelledError,
    NotFoundError,
    PermissionDeniedError,
    UnreadableFileError,
)
from qhd_riskmap.services.attachments import AttachmentService, NewFile, photo_distance_m
from qhd_riskmap.services.bookmarks import BookmarkService
from qhd_riskmap.services.integrity import IntegrityService


def picture(colour="red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def hazard(geometry=None) -> Hazard:
    return Hazard(
        id=uuid4(),
        name="虚构滑坡点",
        type_key="geological",
        geometry=geometry or shapely.Point(119.60, 39.935),
        provenance=Provenance(
            original_text="",
            declared_reference="cgcs2000",
            method=LocationMethod.TYPED,
            accuracy=AccuracyClass.UNKNOWN,
        ),
        county="",
    )


BOTH = pytest.mark.parametrize(
    "app", [None, "口令-2014-qhd"], ids=["plain", "encrypted"], indirect=True
)


@pytest.fixture
def app(request, tmp_path):
    office, passphrase = Office(unit="示例办"), getattr(request, "param", None)
    with create_app(tmp_path / "登记库.qhd", passphrase, office, "测试员") as opened:
        yield opened


@pytest.fixture
def slide(app):
    return app.registry.create(hazard())[0]


def rows(app, statement):
    connection = app.register.connect_anew()
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


@BOTH
def test_a_photo_comes_back_byte_for_byte_also_after_reopening(app, slide):
    entry, changes = app.attachments.attach(slide.id, "现场/照片.jpg", picture())
    assert changes.attachments
    assert changes.hazard_ids == (slide.id,)
    assert (entry.name, entry.media_type, entry.added_by) == ("照片.jpg", "image/jpeg", "测试员")
    app.register.close()
    with open_app(app.path, app.register.passphrase, "另一人") as again:
        (found,) = again.attachments.attachments_of(slide.id)
        assert found == entry
        assert again.attachments.content(found.id) == picture()
        assert IntegrityService(again.register, again.actor).problems() == []


@BOTH
def test_a_photo_cannot_be_read_from_the_file_without_the_passphrase(app, slide):
    app.attachments.attach(slide.id, "说明.txt", "从外面看不到的一句话".encode())
    app.register.close()
    inside = "从外面看不到的一句话".encode() in app.path.read_bytes()
    assert inside is not app.register.encrypted


def test_the_same_content_is_stored_once(app, slide):
    other = app.registry.create(hazard())[0]
    app.attachments.attach(slide.id, "a.jpg", picture())
    app.attachments.attach(other.id, "b.jpg", picture())
    assert rows(app, "SELECT count(*) FROM attachment") == [(1,)]
    assert app.attachments.counts() == {slide.id: 1, other.id: 1}
    with pytest.raises(ConflictError, match=r"a\.jpg"):
        app.attachments.attach(slide.id, "c.jpg", picture())


def test_a_removed_file_stays_in_the_history_and_comes_back(app, slide):
    entry, _changes = app.attachments.attach(slide.id, "a.jpg", picture())
    gone, _changes = app.attachments.remove(entry.id)
    assert gone.removed_by == "测试员"
    assert app.attachments.attachments_of(slide.id) == []
    assert app.attachments.attachments_of(slide.id, removed=True) == [gone]
    assert app.attachments.content(entry.id) == picture()
    with pytest.raises(NotFoundError, match="已被移除"):
        app.attachments.remove(entry.id)
    back, _changes = app.attachments.restore(entry.id)
    assert back == entry
    assert app.attachments.restore(entry.id)[0] == entry
    with app.register.unit_of_work() as work:
        actions = [line.action for line in work.audit.of(str(slide.id))]
    assert actions == ["hazard.add", "attachment.add", "attachment.remove", "attachment.restore"]


def test_what_was_added_again_meanwhile_cannot_be_put_back_twice(app, slide):
    entry, _changes = app.attachments.attach(slide.id, "a.jpg", picture())
    app.attachments.remove(entry.id)
    app.attachments.attach(slide.id, "again.jpg", picture())
    with pytest.raises(ConflictError, match=r"again\.jpg"):
        app.attachments.restore(entry.id)


def test_stored_content_cannot_be_changed_or_deleted(app, slide):
    app.attachments.attach(slide.id, "a.jpg", picture())
    for statement in (
        "UPDATE attachment SET content = x'00', size = 1",
        "DELETE FROM attachment",
        "DELETE FROM hazard_attachment",
    ):
        with pytest.raises(Exception, match="attachments"):
            rows(app, statement)


def test_changed_content_is_found_out(app, slide):
    app.attachments.attach(slide.id, "a.jpg", picture())
    connection = app.register.connect_anew()
    connection.execute("DROP TRIGGER attachment_no_update")
    connection.execute("UPDATE attachment SET content = x'00', size = 1")
    connection.close()
    (problem,) = IntegrityService(app.register, app.actor).problems()
    assert "内容被改动" in problem


def test_a_folder_is_taken_in_one_go_and_bad_files_are_listed(app, slide):
    files = [
        NewFile(hazard_id=slide.id, name="1.jpg", content=picture("red")),
        NewFile(hazard_id=slide.id, name="2.svg", content=b"<svg/>"),
        NewFile(hazard_id=slide.id, name="3.jpg", content=picture("red")),
        NewFile(hazard_id=slide.id, name="4.jpg", content=picture("blue")),
    ]
    seen = []

    class Job:
        def advance(self, done, total, note=""):
            seen.append((done, total, note))

    result, changes = app.attachments.attach_many(iter(files), len(files), Job())
    assert [entry.name for entry in result.added] == ["1.jpg", "4.jpg"]
    assert [(name, type(error)) for name, error in result.refused] == [
        ("2.svg", UnreadableFileError),
        ("3.jpg", ConflictError),
    ]
    assert changes.hazard_ids == (slide.id,)
    assert seen[-1] == (3, 4, "4.jpg")


def test_a_cancelled_folder_leaves_nothing(app, slide):
    class Job:
        def advance(self, done, _total, _note=""):
            if done == 1:
                raise JobCancelledError("stop")

    files = [
        NewFile(hazard_id=slide.id, name=f"{c}.jpg", content=picture(c)) for c in ("red", "blue")
    ]
    with pytest.raises(JobCancelledError):
        app.attachments.attach_many(files, 2, Job())
    assert app.attachments.attachments_of(slide.id) == []
    assert rows(app, "SELECT count(*) FROM attachment") == [(0,)]


def test_no_file_for_hazards_that_are_not_there(app, slide):
    with pytest.raises(NotFoundError):
        app.attachments.attach(uuid4(), "a.jpg", picture())
    app.registry.delete(slide.id, revision=1)
    with pytest.raises(NotFoundError, match="删除"):
        app.attachments.attach(slide.id, "a.jpg", picture())
    with pytest.raises(NotFoundError):
        app.attachments.content(uuid4())


def test_an_actor_without_the_permission_changes_nothing(app, slide):
    entry, _changes = app.attachments.attach(slide.id, "a.jpg", picture())
    reader = Actor(name="只读", permissions=frozenset({Permission.READ}))
    files, marks = AttachmentService(app.register, reader), BookmarkService(app.register, reader)
    mark, _changes = app.bookmarks.add("全市", (119.0, 39.0, 120.0, 41.0))
    for deed in (
        lambda: files.attach(slide.id, "b.jpg", picture("blue")),
        lambda: files.attach_many([], 0),
        lambda: files.remove(entry.id),
        lambda: files.restore(entry.id),
        lambda: marks.add("x", (0.0, 0.0, 1.0, 1.0)),
        lambda: marks.remove(mark.id),
    ):
        with pytest.raises(PermissionDeniedError):
            deed()
    assert files.attachments_of(slide.id) == [entry]
    assert marks.all() == [mark]


def test_a_photo_is_as_far_as_the_nearest_edge():
    area = hazard(shapely.box(119.5, 39.9, 119.6, 40.0))
    assert photo_distance_m(area, (119.55, 39.95)) == 0
    assert photo_distance_m(area, (119.61, 39.95)) == pytest.approx(854, abs=2)


def test_bookmarks_are_kept_in_order_with_names_of_their_own(app):
    first, changes = app.bookmarks.add("  北戴河  海滨 ", (119.4, 39.8, 119.6, 39.9))
    second, _changes = app.bookmarks.add("青龙", (118.5, 40.1, 119.5, 40.6))
    assert changes.bookmarks
    assert first.name == "北戴河 海滨"
    assert app.bookmarks.all() == [first, second]
    with pytest.raises(ConflictError, match="青龙"):
        app.bookmarks.add("青龙", (118.5, 40.1, 119.5, 40.6))
    app.bookmarks.remove(first.id)
    with pytest.raises(NotFoundError):
        app.bookmarks.remove(first.id)
    assert app.bookmarks.all() == [second]
    with app.register.unit_of_work() as work:
        assert [line.action for line in work.audit.of(str(first.id))] == [
            "bookmark.add",
            "bookmark.remove",
        ]


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        (" ", (0.0, 0.0, 1.0, 1.0)),
        ("长" * 41, (0.0, 0.0, 1.0, 1.0)),
        ("反", (1.0, 0.0, 0.0, 1.0)),
        ("无", (0.0, float("nan"), 0.0, 1.0)),
    ],
)
def test_a_bookmark_is_a_named_place(app, name, bounds):
    with pytest.raises(InvalidInputError):
        app.bookmarks.add(name, bounds)
    assert app.bookmarks.all() == []
