"""The masthead as key and value, for products that hold data."""

from __future__ import annotations

from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.i18n import _


def masthead(edition: Edition) -> dict[str, str]:
    """Language-neutral keys; only what the edition prints."""
    pairs = {
        "title": edition.title,
        "unit": edition.unit,
        "publisher": edition.publisher,
        "source": edition.source,
        "data_date": edition.data_date.isoformat() if edition.data_date else "",
        "approval": edition.approval_line,
        "notes": _("。").join((*edition.notes(), "")),
        "crs": "CGCS2000 (EPSG:4490)",
    }
    return {key: value for key, value in pairs.items() if value}
