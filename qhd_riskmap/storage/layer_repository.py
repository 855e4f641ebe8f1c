"""Layers added to the map, and the office's keys for tile services."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.map_layer import (
    Comparison,
    ControlPoint,
    LayerFilter,
    LayerKind,
    LayerStyle,
    MapLayer,
)
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.transaction import Transaction

_PLAIN: Final = (
    "id", "kind", "name", "source", "relative", "part", "reference", "encoding", "position",
    "visible", "opacity", "closest", "farthest", "max_zoom", "provider", "approval_no",
)  # fmt: skip
_COLUMNS: Final = (*_PLAIN, "style", "condition", "control")


class LayerRepository:
    """Writes and reads tables ``map_layer`` and ``service_key``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def all(self) -> list[MapLayer]:
        """All layers, the one painted first in front."""
        rows = self._transaction.reading().exec_driver_sql(
            f"SELECT {', '.join(_COLUMNS)} FROM map_layer ORDER BY position, seq"  # noqa: S608 - constants
        )
        return [_layer(dict(zip(_COLUMNS, row, strict=True))) for row in rows]

    def put(self, layer: MapLayer, actor: Actor) -> None:
        """Store a layer; one whose id is known is replaced."""
        values = _values(layer)
        names = ", ".join(_COLUMNS)
        updates = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
        with self._transaction.step() as connection:
            before = connection.exec_driver_sql(
                f"SELECT {names} FROM map_layer WHERE id = ?",  # noqa: S608 - constants
                (values["id"],),
            ).one_or_none()
            connection.exec_driver_sql(
                f"INSERT INTO map_layer ({names}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - constants
                f" ON CONFLICT (id) DO UPDATE SET {updates}",
                tuple(values[name] for name in _COLUMNS),
            )
            known = dict(zip(_COLUMNS, before, strict=True)) if before else {}
            changed = {key: value for key, value in values.items() if known.get(key) != value}
            action = "layer.save" if before else "layer.add"
            if changed:
                self._audit.record(actor, action, str(layer.id), {"name": layer.name, **changed})

    def arrange(self, order: Sequence[UUID], actor: Actor) -> None:
        """Paint the layers in this order from now on; those not named keep their position."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "UPDATE map_layer SET position = ? WHERE id = ?",
                [(number, str(layer_id)) for number, layer_id in enumerate(order)],
            )
            detail = {"order": [str(layer_id) for layer_id in order]}
            self._audit.record(actor, "layer.arrange", "map_layer", detail)

    def remove(self, layer_id: UUID, actor: Actor) -> None:
        """Forget a layer; the file it links to stays where it is.

        Raises:
            NotFoundError: Someone removed it already.
        """
        with self._transaction.step() as connection:
            gone = connection.exec_driver_sql(
                "DELETE FROM map_layer WHERE id = ? RETURNING name", (str(layer_id),)
            ).one_or_none()
            if gone is None:
                raise NotFoundError(_("这个图层已不在登记库中。"), hint=_("请刷新图层列表。"))
            self._audit.record(actor, "layer.remove", str(layer_id), {"name": gone[0]})

    def keys(self) -> Mapping[str, str]:
        """The office's keys by service (host name)."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT service, secret FROM service_key"
        )
        return {row.service: row.secret for row in rows}

    def put_key(self, service: str, secret: str, actor: Actor) -> None:
        """Keep a key, or forget it where ``secret`` is ""; the trail says that, never what."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql("DELETE FROM service_key WHERE service = ?", (service,))
            if secret:
                connection.exec_driver_sql(
                    "INSERT INTO service_key (service, secret) VALUES (?, ?)", (service, secret)
                )
            self._audit.record(actor, "layer.key", service, {"kept": bool(secret)})


def _values(layer: MapLayer) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(layer, name) for name in _PLAIN}
    values["id"] = str(layer.id)
    values["kind"] = layer.kind.value
    values["visible"] = int(layer.visible)
    values["style"] = to_json(asdict(layer.style))
    values["condition"] = to_json(asdict(layer.condition) if layer.condition else {})
    values["control"] = to_json([asdict(point) for point in layer.control])
    return values


def _layer(values: dict[str, Any]) -> MapLayer:
    condition = json.loads(values["condition"])
    if condition:
        condition["comparison"] = Comparison(condition["comparison"])
    return MapLayer(
        **{
            **values,
            "id": UUID(values["id"]),
            "kind": LayerKind(values["kind"]),
            "visible": bool(values["visible"]),
            "style": LayerStyle(**json.loads(values["style"])),
            "condition": LayerFilter(**condition) if condition else None,
            "control": tuple(ControlPoint(**point) for point in json.loads(values["control"])),
        }
    )
