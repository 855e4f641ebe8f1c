"""The 评估 page."""

from __future__ import annotations

from qhd_riskmap.ui.pages.assessment.page import AssessmentPage

__all__ = ["AssessmentPage"]
