"""Two registers that differ only in where, inside its cell, each record truly is publish the same files.

Over any sequence of edits, changes of secrecy and type, decisions and releases. So nothing in all released
files together can say more about a place than the finest cell ever approved for it.
"""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from release_county import ACTOR, PLACES, make_office
from shapely import Point
from test_release_gate import hazard

from qhd_riskmap.domain.hazard import HazardStatus, Secrecy
from qhd_riskmap.domain.release_decision import looser_classes, stricter_classes, undecidable
from qhd_riskmap.domain.taxonomy import ReleaseClass, taxonomy
from qhd_riskmap.errors import ReleaseBlockedError
from qhd_riskmap.geo.datums import parse_reference, to_cgcs2000
from qhd_riskmap.geo.grid import cell_index
from qhd_riskmap.services.place_reports import PlaceOrder, PlaceReports
from qhd_riskmap.services.release_decisions import ReleaseDecisions
from qhd_riskmap.services.release_order import ProductFormat
from tests.conftest import SOAK

FINEST_M = 100.0  # no class and no decision is finer
TYPES = (
    "geological",
    "flood",
    "animal_epidemic",
    "hazardous_chemicals",
    "oil_gas_pipeline",
    "terror",
)
DATA = (ProductFormat.GEOJSON, ProductFormat.GPKG, ProductFormat.SHP, ProductFormat.KML,
        ProductFormat.CSV, ProductFormat.XLSX)  # fmt: skip
FORMATS = (*DATA, ProductFormat.HTML, ProductFormat.SVG, ProductFormat.ATLAS) if SOAK else DATA
COUNTIES = tuple(PLACES)


def digest(path):
    """What stands for the bytes: a difference between whole files takes a report minutes to word."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass
class Worlds:
    """Two offices; what is done to one is done to the other."""

    offices: list
    ids: list[uuid.UUID] = field(default_factory=list)
    releases: int = 0

    def place(self, world, county, cell):
        """A true place inside a cell: elsewhere in it in either world.

        In the same quarter of it: the middle of a cell of 100 m may be the rim of one of 1 km.
        """
        lon, lat = PLACES[COUNTIES[county]]
        i, j = (int(np.ravel(v)[0]) for v in cell_index(np.array([lon]), np.array([lat]), FINEST_M))
        inside = ((0.21, 0.04), (0.44, 0.47))[world]
        east = (i + cell[0] + inside[0]) * FINEST_M
        north = (j + cell[1] + inside[1]) * FINEST_M
        x, y = to_cgcs2000(np.array([east]), np.array([north]), parse_reference("EPSG:4549"))
        return Point(float(x[0]), float(y[0]))

    def add(self, type_key, county, cell):
        key = uuid.UUID(int=0xABC000 + len(self.ids))
        self.ids.append(key)
        for world, office in enumerate(self.offices):
            record = hazard(
                type_key, id=key, name=f"甲处{len(self.ids)}号", county=COUNTIES[county]
            )
            office.add([replace(record, geometry=self.place(world, county, cell))])

    def edit(self, number, **changes):
        for office in self.offices:
            office.edit(self.ids[number % len(self.ids)], **changes)

    def move(self, number, county, cell):
        for world, office in enumerate(self.offices):
            place = self.place(world, county, cell)
            office.edit(self.ids[number % len(self.ids)], geometry=place, county=COUNTIES[county])

    def decide(self, number, wanted):
        for office in self.offices:
            with office.register.unit_of_work() as work:
                stored = work.hazards.require(str(self.ids[number % len(self.ids)]))
            kind = taxonomy().get(stored.type_key)
            choices = (None, *looser_classes(kind), *stricter_classes(kind))
            if wanted in choices and not undecidable(kind):
                ReleaseDecisions(office.register, ACTOR).decide(
                    str(stored.id),
                    wanted,
                    reviewer="审核乙",
                    reason="同意",
                    basis="纪要",
                )

    def release(self):
        self.releases += 1
        number = f"冀S(2026){self.releases:03d}号"
        told = []
        for office in self.offices:
            order = office.order(
                formats=FORMATS, approval_no=number, out_dir=office.folder / f"{self.releases}"
            )
            try:
                files = office.service.release(order).files
                report = office.folder / f"告知单{self.releases}.pdf"
                lon, lat = PLACES["130302"]
                near = PlaceOrder(lon=lon, lat=lat, name="某村", path=report)
                PlaceReports(office.register, ACTOR).write(near)
                told.append({path.name: digest(path) for path in (*files, report)})
            except ReleaseBlockedError as error:
                told.append(error.findings)
        assert told[0] == told[1]


CELLS = st.tuples(st.integers(-6, 6), st.integers(-6, 6))
COUNTY = st.integers(0, len(COUNTIES) - 1)
NUMBER = st.integers(0, 30)
STEPS = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(TYPES), COUNTY, CELLS),
    st.tuples(st.just("add"), st.sampled_from(TYPES), COUNTY, CELLS),
    st.tuples(st.just("move"), NUMBER, COUNTY, CELLS),
    st.tuples(st.just("secrecy"), NUMBER, st.sampled_from(list(Secrecy))),
    st.tuples(st.just("close"), NUMBER, st.sampled_from(list(HazardStatus))),
    st.tuples(st.just("retype"), NUMBER, st.sampled_from(TYPES)),
    st.tuples(st.just("decide"), NUMBER, st.sampled_from([None, *ReleaseClass])),
    st.tuples(st.just("release")),
)


def take(worlds, step):
    verb, *rest = step
    if verb == "add":
        worlds.add(*rest)
    elif verb == "release":
        worlds.release()
    elif worlds.ids:
        fields = {"secrecy": "secrecy", "close": "status", "retype": "type_key"}
        if verb in fields:
            worlds.edit(rest[0], **{fields[verb]: rest[1]})
        else:
            getattr(worlds, verb)(*rest)


@pytest.mark.soak
@settings(
    max_examples=60 if SOAK else 4, deadline=None, derandomize=not SOAK,
    suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
)  # fmt: skip
@given(start=st.lists(st.tuples(st.sampled_from(TYPES), COUNTY, CELLS), min_size=3, max_size=6),
       steps=st.lists(STEPS, min_size=3, max_size=12 if SOAK else 7))  # fmt: skip
def test_what_is_published_never_depends_on_the_place_inside_a_cell(soak, start, steps):
    assert soak is SOAK
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder) / name for name in ("a", "b")]
        for home in homes:
            home.mkdir()
        worlds = Worlds([make_office(home) for home in homes])
        try:
            for record in start:
                worlds.add(*record)
            worlds.release()
            for step in steps:
                take(worlds, step)
            worlds.release()
        finally:
            for office in worlds.offices:
                office.register.close()


def test_the_test_can_fail(tmp_path):
    """A publication of the true place tells the two worlds apart."""
    homes = [tmp_path / name for name in ("a", "b")]
    for home in homes:
        home.mkdir()
    worlds = Worlds([make_office(home) for home in homes])
    worlds.add("geological", 0, (0, 0))
    proper = worlds.place
    worlds.place = lambda world, county, cell: proper(world, county, (cell[0] + world, cell[1]))
    worlds.add("geological", 0, (3, 0))
    with pytest.raises(AssertionError):
        worlds.release()
    assert ReleaseClass.GRID_100M.value == f"grid_{FINEST_M:.0f}m"
    for office in worlds.offices:
        office.register.close()
