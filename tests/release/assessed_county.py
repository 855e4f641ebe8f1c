"""What assessment adds to the invented county: worksheets, signatures, rules, defaults, receptors."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid5

from release_county import ACTOR
from shapely import Point

from qhd_riskmap.domain.grading.defaults import FactorDefault
from qhd_riskmap.domain.hazard import Assessment
from qhd_riskmap.domain.receptor import Receptor
from qhd_riskmap.domain.worksheet import SignOff, Worksheet
from qhd_riskmap.resources import rules
from qhd_riskmap.storage.rule_profile_repository import RuleProfile

SPACE = UUID(int=0xA55E55)
FIELDS = ("密据", "密由", "密数", "密见", "密施", "密专", "密验", "密因", "密署", "密输")


def add_assessments(office) -> None:
    """Grade every hazard at the level it carries, with a secret in every field."""
    with office.register.unit_of_work() as work:
        for serial, hazard in enumerate(office.hazards):
            tag = f"{serial:03d}甲乙"
            words = {name: f"{name}{tag}" for name in FIELDS}
            assessment = Assessment(
                id=uuid5(SPACE, str(hazard.id)), hazard_id=hazard.id, method="expert",
                method_version="2026.1", inputs={"reason": words["密输"]}, score=None,
                level=hazard.level, reasons=(words["密因"],), assessor=f"密评{tag}",
                assessed_on=date(2026, 10, 1),
                worksheet=Worksheet(
                    evidence={"reason": words["密据"]}, overrides={"reason": words["密由"]},
                    counted={"reason": words["密数"]}, opinion=words["密见"],
                    measures=words["密施"], experts=(words["密专"],), accepted=(words["密验"],),
                ),
            )  # fmt: skip
            work.assessments.add(assessment, ACTOR)
            work.sign_offs.add(
                SignOff(
                    id=uuid5(SPACE, f"sign{serial}"), assessment_id=assessment.id,
                    level=hazard.level, opinion=words["密署"], signed_by=f"密签{tag}",
                ),
                ACTOR,
            )  # fmt: skip
            lon, lat = hazard.anchor()
            work.places.add_receptors(
                [
                    Receptor(
                        id=uuid5(SPACE, f"receptor{serial}"), name=f"密村{tag}", kind="村庄",
                        people=7000 + serial, households=8000 + serial,
                        geometry=Point(lon + 0.00123, lat + 0.00077), address=f"密住{tag}",
                        contact=f"密联{tag}", phone=f"1395551{serial:04d}",
                        extras={"栏": f"密余{tag}"},
                    )
                ],
                ACTOR,
            )  # fmt: skip
        content = {**rules("grading_ls"), "label": "密法甲乙丙", "version": "9"}
        work.rule_profiles.add(
            RuleProfile(key="ls", version="9", content=content, reason="密规甲乙丙"), ACTOR
        )
        work.factor_defaults.put(
            [
                FactorDefault(
                    area="示范镇",
                    type_key="",
                    method="ls",
                    factor="L",
                    value="5",
                    reason="密默甲乙丙",
                )
            ],
            ACTOR,
        )
        work.commit()


def assessment_canaries(hazards) -> dict[str, str]:
    """Everything of it that must not come out."""
    names = (*FIELDS, "密评", "密签", "密村", "密住", "密联", "密余")
    found = {"密法甲乙丙": "profile", "密规甲乙丙": "profile", "密默甲乙丙": "default"}
    for serial, hazard in enumerate(hazards):
        found |= {f"{name}{serial:03d}甲乙": name for name in names}
        found[f"1395551{serial:04d}"] = "receptor phone"
        lon, lat = hazard.anchor()
        found[f"{lon + 0.00123:.5f}"] = "receptor place"
        found[f"{lat + 0.00077:.5f}"] = "receptor place"
        for word in ("", "sign", "receptor"):
            key = f"{word}{serial}" if word else str(hazard.id)
            found[str(uuid5(SPACE, key))] = "id"
    return found
