"""One undo stack over vertices, forms, splits, merges and deletions, on a real register."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.sketch import Sketch
from qhd_riskmap.errors import ConflictError
from qhd_riskmap.geo.outline import VertexRef
from qhd_riskmap.geo.shape_operations import split
from qhd_riskmap.services.register import new_hazard_id
from qhd_riskmap.ui.toolkit.bulk_edit_dialog import BulkRestated
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.history import Added, Regrouped, Removed, Restated
from tests.desk.conftest import SAMPLES, hazard_id

AREA = SAMPLES[3]
ACTS = st.sampled_from(
    ["vertex", "vertex", "save", "give up", "rename", "split", "merge", "delete", "register",
     "set for all", "undo", "redo"]
)  # fmt: skip


class Officer:
    """Works on the register through the services and keeps the steps, as the pages do."""

    def __init__(self, desk, wait):
        self.desk, self.app, self.history = desk, desk.app, desk.history
        self.wait = wait
        self.sketch = None

    def live(self):
        return sorted(self.app.registry.find(), key=lambda each: each.code)

    def areas(self):
        return [each for each in self.live() if each.type_key == "forest_fire"]

    def act(self, name):
        getattr(self, name.replace(" ", "_"))()
        self.wait()

    def vertex(self):
        if not self.areas():
            return
        if self.sketch is None:
            self.sketch = Sketch.of(
                self.areas()[0],
                recorded=lambda change: self.history.add_sketched(change, change.sketch),
            )
        lon, lat = self.sketch.outline.at(VertexRef(0, 0, 0))
        self.sketch.change(
            self.sketch.outline.with_moved(VertexRef(0, 0, 0), (lon + 1e-4, lat + 1e-4)), "移动节点"
        )

    def save(self):
        sketch = self.sketch
        if sketch is None or not any(each.id == sketch.hazard.id for each in self.live()):
            return
        known = self.app.registry.get(sketch.hazard.id).revision
        outcome = self.app.reshaping.set_geometry(
            sketch.hazard.id, sketch.outline.geometry(), revision=known
        )
        self.give_up()
        self.history.add(Restated("图形", outcome.before[0], outcome.kept), outcome.after)

    def give_up(self):
        if self.sketch is not None:
            self.history.end_sketch(self.sketch)
            self.sketch = None

    def rename(self):
        if self.live():
            before = self.live()[-1]
            after, _changes = self.app.registry.update(replace(before, name=before.name + "甲"))
            self.history.add(Restated("改名", before, after), [after])

    def split(self):
        if not self.areas():
            return
        whole = self.areas()[0]
        west, south, east, north = whole.geometry.bounds
        middle = (west + east) / 2
        knife = shapely.LineString([(middle, south - 1), (middle, north + 1)])
        outcome = self.app.reshaping.split(
            whole.id, split(whole.geometry, knife), revision=whole.revision
        )
        self.history.add(Regrouped("分割", self.app.reshaping, outcome), outcome.after)

    def merge(self):
        if len(self.areas()) > 1:
            outcome = self.app.reshaping.merge([(e.id, e.revision) for e in self.areas()[:2]])
            self.history.add(Regrouped("合并", self.app.reshaping, outcome), outcome.after)

    def register(self):
        known = self.live()[0]
        made, _changes = self.app.registry.create(
            replace(known, id=new_hazard_id(), code="", name="新登记", revision=0)
        )
        self.history.add(Added("登记", (made.id,)), [made])

    def set_for_all(self):
        service = self.app.bulk_edit
        notes = f"第{len(self.live()[0].notes) + 1}次"
        preview = service.preview([each.id for each in self.live()], "notes", notes)
        outcome, _changes = service.apply(preview.changes)
        if outcome.after:
            step = BulkRestated("批量修改", service, outcome.before, outcome.after)
            self.history.add(step, outcome.after)

    def delete(self):
        if len(self.live()) > 1:
            last = self.live()[-1]
            gone, _changes = self.app.registry.delete_many([(last.id, last.revision)])
            self.history.add(Removed("删除", (last.id,)), gone)

    def undo(self):
        self.history.undo()

    def redo(self):
        self.history.redo()


def facts(hazards):
    """What the register says, without who stamped it when."""
    return [
        replace(each, revision=0, updated_at=None, updated_by="", created_at=None, created_by="")
        for each in hazards
    ]


@pytest.fixture
def wait(qtbot, jobs):
    return lambda: qtbot.waitUntil(lambda: not jobs.busy, timeout=5000)


@pytest.fixture
def officer(desk, wait):
    return Officer(desk, wait)


@given(st.lists(ACTS, max_size=14))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_sequence_of_deeds_taken_back_returns_to_the_start(app, jobs, settings, wait, acts):
    desk = Desk(app, jobs, settings)
    troubles = []
    desk.troubled.connect(troubles.append)
    officer = Officer(desk, wait)
    start = facts(officer.live())
    for act in acts:
        officer.act(act)
    end = facts(officer.live())
    count = 0
    while desk.history.undo_text:
        officer.act("undo")
        count += 1
    assert facts(officer.live()) == start
    assert officer.sketch is None or not officer.sketch.dirty
    for _step in range(count):
        officer.act("redo")
    assert facts(officer.live()) == end
    while desk.history.undo_text:
        officer.act("undo")
    assert facts(officer.live()) == start
    assert not troubles


def test_vertices_and_saved_deeds_are_taken_back_in_the_order_they_were_done(officer):
    for act in ("vertex", "rename", "vertex"):
        officer.act(act)
    name = officer.live()[-1].name
    moved = officer.sketch.outline
    officer.act("undo")
    assert officer.live()[-1].name == name
    assert officer.sketch.dirty
    officer.act("undo")
    assert officer.live()[-1].name != name
    assert officer.sketch.dirty
    officer.act("undo")
    assert not officer.sketch.dirty
    for _time in range(3):
        officer.act("redo")
    assert officer.sketch.outline.same_as(moved)
    assert officer.live()[-1].name == name


def test_a_saved_shape_is_one_step_even_with_deeds_between_its_vertices(officer):
    for act in ("vertex", "rename", "vertex", "save"):
        officer.act(act)
    texts = []
    while officer.history.undo_text:
        texts.append(officer.history.undo_text)
        officer.act("undo")
    assert texts == ["图形", "改名"]


def test_vertices_of_a_shape_that_was_given_up_are_no_steps(officer):
    for act in ("rename", "vertex", "vertex", "undo", "give up"):
        officer.act(act)
    assert officer.history.undo_text == "改名"
    assert officer.history.redo_text == ""


def test_a_step_that_was_overtaken_while_it_was_being_undone_is_over(officer, wait):
    name = officer.live()[-1].name
    officer.act("rename")
    officer.history.undo()  # on its way
    officer.vertex()
    wait()
    assert officer.history.undo_text == "移动节点"
    officer.act("undo")
    assert officer.history.undo_text == ""
    assert officer.live()[-1].name == name


def test_a_split_that_someone_else_went_on_with_is_not_taken_back(officer, desk):
    officer.act("split")
    part = next(each for each in officer.areas() if each.id != AREA.id)
    officer.app.registry.update(replace(part, name="别人改的"))
    officer.act("undo")
    assert isinstance(desk.errors[-1], ConflictError)
    assert len(officer.areas()) == 2
    assert officer.history.undo_text == ""


def test_the_button_of_a_message_undoes_only_what_it_stands_for(officer):
    officer.act("rename")
    first = officer.history
    step = Removed("删除", (UUID(int=1),))
    first.undo_step(step)  # not on the stack
    officer.wait()
    assert officer.history.undo_text == "改名"


def test_a_long_drawing_leaves_the_saved_deeds_on_the_stack(officer):
    officer.act("rename")
    for _time in range(200):
        officer.vertex()
    officer.act("give up")
    assert officer.history.undo_text == "改名"


def test_undone_deletions_are_found_again_where_they_were(officer):
    gone = officer.live()[-1]
    officer.act("delete")
    assert officer.app.registry.find(HazardFilter(deleted=True))[0].id == gone.id
    officer.act("undo")
    assert officer.app.registry.get(gone.code).id == gone.id
    assert hazard_id(1) in {str(each.id) for each in officer.live()}
