"""The 整改 page."""

from __future__ import annotations

from qhd_riskmap.ui.pages.remediation.page import RemediationPage

__all__ = ["RemediationPage"]
