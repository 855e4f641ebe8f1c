"""The 检查 page."""

from __future__ import annotations

from qhd_riskmap.ui.pages.inspection.page import InspectionPage

__all__ = ["InspectionPage"]
