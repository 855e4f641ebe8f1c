"""The tables of a register (private to storage); migrations create them, a test compares both.

Texts that are enumerations hold the enum's value, days and instants ISO 8601 (instants in UTC), ids
UUID texts, structures JSON. ``fid`` is the integer key that SpatiaLite's index and GDAL refer to.
"""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from qhd_riskmap.storage.schema_number import VERSION_TABLE
from qhd_riskmap.storage.spatialite import SRID

metadata = MetaData()


def _word(name: str, *, unique: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, unique=unique)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text("''"))


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _geometry() -> Column[object]:
    # `spatial_index` and `management` stay off: `spatialite.add_geometry` does both, once.
    return Column("geometry", Geometry("GEOMETRY", srid=SRID, spatial_index=False), nullable=False)


meta = Table("meta", metadata, Column("key", Text, primary_key=True), _word("value"))

office = Table(
    "office",
    metadata,
    Column("id", Integer, primary_key=True),
    _word("division"),
    _text("unit"),
    _text("publisher"),
    _text("source"),
)

batch = Table(
    "batch",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("id", unique=True),
    _word("imported_at"),
    _word("imported_by"),
    _word("decisions"),
    _word("counts"),
    _text("notes"),
)

batch_file = Table(
    "batch_file",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("batch_id", Text, ForeignKey("batch.id"), nullable=False),
    _word("name"),
    _word("sha256"),
    _number("size"),
    Index("ix_batch_file_sha256", "sha256"),
)

batch_row = Table(
    "batch_row",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("batch_id", Text, ForeignKey("batch.id"), nullable=False),
    _word("fingerprint"),
    Column("forgotten", Integer, nullable=False, server_default=text("0")),
    Index("ix_batch_row_fingerprint", "fingerprint"),
)

survey_mapping = Table(
    "survey_mapping",
    metadata,
    Column("seq", Integer, primary_key=True),
    _text("sender"),
    _word("fingerprint"),
    _word("headers"),
    _word("fields"),
    _word("updated_at"),
    _word("updated_by"),
    UniqueConstraint("sender", "fingerprint", name="uq_survey_mapping_sender_fingerprint"),
)

hazard = Table(
    "hazard",
    metadata,
    Column("fid", Integer, primary_key=True),
    _word("id", unique=True),
    _word("code", unique=True),
    _word("name"),
    _word("type_key"),
    _text("sub_kind"),
    _number("level"),
    _word("status"),
    _word("secrecy"),
    _word("county"),
    _text("township"),
    _text("address"),
    _text("unit"),
    _text("regulator"),
    _text("contact"),
    _text("phone"),
    Column("found_on", Text),
    Column(
        "batch_id",
        Text,
        ForeignKey("batch.id", deferrable=True, initially="DEFERRED"),
    ),
    _word("attributes"),
    _word("extras"),
    _text("notes"),
    _word("alias_codes"),
    _text("original_text"),
    _text("declared_reference"),
    _word("location_method"),
    _word("accuracy"),
    _number("revision"),
    _word("action"),
    _word("created_at"),
    _word("created_by"),
    _word("updated_at"),
    _word("updated_by"),
    Column("deleted_at", Text),
    _word("search_text"),
    _geometry(),
    Index("ix_hazard_batch_id", "batch_id"),
    Index("ix_hazard_names", "fid", "type_key", "name"),
    Index("ix_hazard_alias", "alias_codes", sqlite_where=text("alias_codes <> '[]'")),
    Index("ix_hazard_aliases", "alias_codes", sqlite_where=text("instr(alias_codes, '\",\"') > 0")),
)

hazard_version = Table(
    "hazard_version",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("hazard_fid", Integer, ForeignKey("hazard.fid"), nullable=False),
    _number("revision"),
    _word("action"),
    _word("changed_at"),
    _word("changed_by"),
    _word("record"),
    Column("wkb", LargeBinary, nullable=False),
    UniqueConstraint("hazard_fid", "revision", name="uq_hazard_version_fid_revision"),
)

assessment = Table(
    "assessment",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("id", unique=True),
    Column("hazard_fid", Integer, ForeignKey("hazard.fid"), nullable=False),
    _word("method"),
    _word("method_version"),
    _word("inputs"),
    Column("score", Double),
    _number("level"),
    _word("reasons"),
    _word("assessor"),
    _word("assessed_on"),
    Column("residual_level", Integer),
    Column("next_review", Text),
    Column("worksheet", Text, nullable=False, server_default=text("'{}'")),
    Index("ix_assessment_hazard_fid", "hazard_fid"),
)

assessment_sign_off = Table(
    "assessment_sign_off",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("id", unique=True),
    Column("assessment_seq", Integer, ForeignKey("assessment.seq"), nullable=False),
    _number("level"),
    _text("opinion"),
    _word("signed_at"),
    _word("signed_by"),
    Index("ix_assessment_sign_off_assessment_seq", "assessment_seq"),
)

rule_profile = Table(
    "rule_profile",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("key"),
    _word("version"),
    _word("content"),
    _text("reason"),
    _word("adopted_at"),
    _word("adopted_by"),
    UniqueConstraint("key", "version", name="uq_rule_profile_key_version"),
)

factor_default = Table(
    "factor_default",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("area"),
    _word("type_key"),
    _word("method"),
    _word("factor"),
    _word("value"),
    _text("reason"),
    _word("recorded_at"),
    _word("recorded_by"),
    UniqueConstraint("area", "type_key", "method", "factor", name="uq_factor_default_place"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    _word("at"),
    _word("actor"),
    _word("action"),
    _word("subject"),
    _word("detail"),
    _word("prev_hash"),
    _word("hash"),
    Index("ix_audit_subject", "subject"),
    sqlite_autoincrement=True,
)

code_sequence = Table(
    "code_sequence",
    metadata,
    Column("division", Text, primary_key=True),
    Column("type_code", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    _number("next_number"),
)

receptor = Table(
    "receptor",
    metadata,
    Column("fid", Integer, primary_key=True),
    _word("id", unique=True),
    _word("name"),
    _word("kind"),
    _number("people"),
    _text("county"),
    _text("township"),
    _text("address"),
    _text("contact"),
    _text("phone"),
    _word("extras"),
    Column("households", Integer),
    Column("removed_at", Text),
    _geometry(),
)

township = Table(
    "township",
    metadata,
    Column("fid", Integer, primary_key=True),
    _word("code", unique=True),
    _word("name"),
    _word("county"),
    _text("source"),
    _geometry(),
)

resource = Table(
    "resource",
    metadata,
    Column("fid", Integer, primary_key=True),
    _word("id", unique=True),
    _word("name"),
    _word("kind"),
    Column("quantity", Double, nullable=False),
    _text("unit_of_measure"),
    _text("owner"),
    _text("county"),
    _text("address"),
    _text("contact"),
    _text("phone"),
    _word("extras"),
    _geometry(),
)

release = Table(
    "release",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("id", unique=True),
    _word("number", unique=True),
    _word("title"),
    _word("released_at"),
    _word("released_by"),
    _text("data_date"),
    _text("approval_no"),
    _word("content_hash"),
    _text("rules_version"),
    _word("status"),
    _word("definition"),
    _word("sign_offs"),
    _word("revealed"),
    _word("products"),
    _text("purpose"),
    _text("supersedes"),
    Column("ended_at", Text),
    _text("ended_by"),
    _text("ended_why"),
    Column("content", LargeBinary),
    Index("ix_release_approval_no", "approval_no"),
)

survey_coverage = Table(
    "survey_coverage",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("area"),
    _word("type_key"),
    _word("state"),
    Column("surveyed_on", Text),
    _text("surveyed_by"),
    _text("note"),
    _word("recorded_at"),
    _word("recorded_by"),
    Index("ix_survey_coverage_area_type", "area", "type_key"),
)

attachment = Table(
    "attachment",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("sha256", unique=True),
    _word("media_type"),
    _number("size"),
    Column("lon", Double),
    Column("lat", Double),
    Column("taken_at", Text),
    Column("thumbnail", LargeBinary),
    Column("content", LargeBinary, nullable=False),
)

hazard_attachment = Table(
    "hazard_attachment",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("id", unique=True),
    Column("hazard_fid", Integer, ForeignKey("hazard.fid"), nullable=False),
    Column("attachment_seq", Integer, ForeignKey("attachment.seq"), nullable=False),
    _word("name"),
    _word("added_at"),
    _word("added_by"),
    Column("removed_at", Text),
    _text("removed_by"),
    Index("ix_hazard_attachment_hazard_fid", "hazard_fid"),
    Index(
        "ix_hazard_attachment_live",
        "hazard_fid",
        "attachment_seq",
        unique=True,
        sqlite_where=text("removed_at IS NULL"),
    ),
)

bookmark = Table(
    "bookmark",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("id", unique=True),
    _word("name", unique=True),
    Column("west", Double, nullable=False),
    Column("south", Double, nullable=False),
    Column("east", Double, nullable=False),
    Column("north", Double, nullable=False),
    _word("created_at"),
    _word("created_by"),
)

map_layer = Table(
    "map_layer",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("id", unique=True),
    _word("kind"),
    _word("name"),
    _word("source"),
    _text("relative"),
    _text("part"),
    _text("reference"),
    _text("encoding"),
    _number("position"),
    _number("visible"),
    Column("opacity", Double, nullable=False),
    Column("closest", Double, nullable=False),
    Column("farthest", Double, nullable=False),
    _word("style"),
    _word("condition"),
    _word("control"),
    _number("max_zoom"),
    _text("provider"),
    _text("approval_no"),
)

service_key = Table(
    "service_key", metadata, Column("service", Text, primary_key=True), _word("secret")
)

batch_change = Table(
    "batch_change",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("id", unique=True),
    Column("batch_id", Text, ForeignKey("batch.id"), nullable=False),
    _word("kind"),
    _word("changed_at"),
    _word("changed_by"),
    _text("reference"),
    Column("reverted_at", Text),
    Index("ix_batch_change_batch_id", "batch_id"),
)

batch_change_row = Table(
    "batch_change_row",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("change_id", Text, ForeignKey("batch_change.id"), nullable=False),
    _word("hazard_id"),
    _number("revision"),
    Index("ix_batch_change_row_change_id", "change_id"),
)

sender_datum = Table(
    "sender_datum",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("sender"),
    _number("plane"),
    _word("reference"),
    _word("answered_at"),
    _word("answered_by"),
    UniqueConstraint("sender", "plane", name="uq_sender_datum_sender_plane"),
)

datum_parameters = Table(
    "datum_parameters",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("name", unique=True),
    _word("datum", unique=True),
    _word("numbers"),
    _word("entered_at"),
    _word("entered_by"),
)

look_alike = Table(
    "look_alike",
    metadata,
    Column("seq", Integer, primary_key=True),
    _word("first_id"),
    _word("second_id"),
    _word("likeness"),
    Column("metres", Double, nullable=False),
    _word("found_at"),
    _word("found_by"),
    Column("parted_at", Text),
    _text("parted_by"),
    UniqueConstraint("first_id", "second_id", name="uq_look_alike_first_id_second_id"),
)

OWN_TABLES = frozenset(metadata.tables) | {VERSION_TABLE}
