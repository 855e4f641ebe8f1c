"""Generated sheets: never decided wrongly, decided where the evidence parts, left open where it does not."""

from collections import Counter

import numpy as np
import pytest
from doctor_sheets import TRUE_SHIFTS, draw, make

from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.references import parse_reference
from qhd_riskmap.services.survey_rows import read_sheet

SEEDS = 20141120


def misplaced_m(case, decision):
    """Metres (median) between the truth and what the sheet was understood as.

    For an old datum named by its word the shift is unknown and said to be; only its name must be right.
    """
    reference = parse_reference(decision.decided)
    lon, lat = decision.places.after()
    if reference.unshifted and case.datum in TRUE_SHIFTS:
        lon, lat = TRUE_SHIFTS[case.datum].applied(lon, lat)
    return float(np.nanmedian(distance_m(lon, lat, case.lon, case.lat)))


def cases(count):
    seed, made = SEEDS, 0
    while made < count:
        seed += 1
        case = draw(seed)
        if case is not None:
            made += 1
            yield case


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_no_sheet_is_decided_wrongly_and_every_other_as_its_evidence_says(soak):
    tally = Counter()
    failed = []
    for case in cases(3000 if soak else 250):
        reading = read_sheet(case.sheet, case.terms)
        decision = reading.decision
        kind = "separable" if case.separable else "inseparable"
        if case.form == "fraction":
            kind = "packed"  # first of all the numbers are in question: 119.3524 may be 119°35′24″
        tally[kind] += 1
        tally["packed read"] += decision.angles == "packed"
        if decision.decided is None:
            tally[f"{kind} open"] += 1
            assert decision.question
            assert len(reading.undecided) == reading.rows
            continue
        tally[f"{kind} decided"] += 1
        wrong = misplaced_m(case, decision) > 5 + 2 * case.noise_m
        if wrong or not (case.separable or case.form == "fraction"):
            failed.append((case, decision.decided, decision.reasons))
            tally[f"{kind} wrong"] += 1
    print(dict(sorted(tally.items())))
    assert not failed, failed[:3]
    assert tally["separable decided"] >= 0.95 * tally["separable"]
    assert tally["inseparable open"] == tally["inseparable"]
    assert tally["packed read"] > 0.4 * tally["packed"]
    assert min(tally["separable"], tally["inseparable"]) > 50


def test_old_datums_in_degrees_are_noticed_by_a_common_offset_from_known_places():
    """They lie 30-100 m from WGS84, which no border can tell; repeated names mostly can."""
    open_sheets = decided = 0
    for seed in range(40):
        case = make(np.random.default_rng(seed), seed, "EPSG:4214", "decimal", "records")
        decision = read_sheet(case.sheet, case.terms).decision
        if decision.decided is None:
            open_sheets += 1
            assert any("旧坐标系" in reason for reason in decision.reasons)
        else:
            decided += 1
            assert decision.decided == "wgs84"
            assert any("旧坐标系" in reason for reason in decision.reasons)
            assert misplaced_m(case, decision) < 100
    assert open_sheets > 30 > decided
