"""Fixtures of the release tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from assessed_county import add_assessments
from release_county import (
    invented_hazards,
    invented_inspections,
    invented_receptors,
    invented_tasks,
    make_office,
)

from qhd_riskmap.services.release_order import ProductFormat, format_of


@pytest.fixture
def office(tmp_path):
    """An empty register."""
    made = make_office(tmp_path)
    yield made
    made.register.close()


@pytest.fixture(scope="session")
def county(tmp_path_factory):
    """The register full of canaries; tests must not change it (made once: its products take seconds)."""
    made = make_office(tmp_path_factory.mktemp("county"))
    made.hazards = invented_hazards()
    made.add(made.hazards)
    add_assessments(made)
    made.remedy(invented_tasks(made.hazards))
    made.inspect(invented_inspections(made.hazards))
    made.receive(invented_receptors())
    yield made
    made.register.close()


@pytest.fixture(scope="session")
def released(county):
    """All products of that county: format → path."""
    outcome = county.service.release(county.order(formats=tuple(ProductFormat)))
    return {format_of(path.name): path for path in outcome.files}


@pytest.fixture(scope="session")
def pdftotext():
    """Text of a PDF as poppler reads it."""

    def read(path: Path) -> str:
        done = subprocess.run(
            ["pdftotext", "-enc", "UTF-8", str(path), "-"], check=True, capture_output=True
        )
        return done.stdout.decode("utf-8")

    return read
