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

from qhd_riskmap.storage import inspection_rows, release_rows, remediation_rows
from qhd_riskmap.storage.row_columns import number, text_column, word
from qhd_riskmap.storage.schema_number import VERSION_TABLE
from qhd_riskmap.storage.spatialite import SRID

metadata = MetaData()


def _geometry() -> Column[object]:
    # `spatial_index` and `management` stay off: `spatialite.add_geometry` does both, once.
    return Column("geometry", Geometry("GEOMETRY", srid=SRID, spatial_index=False), nullable=False)


meta = Table("meta", metadata, Column("key", Text, primary_key=True), word("value"))

office = Table(
    "office",
    metadata,
    Column("id", Integer, primary_key=True),
    word("division"),
    text_column("unit"),
    text_column("publisher"),
    text_column("source"),
)

batch = Table(
    "batch",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("id", unique=True),
    word("imported_at"),
    word("imported_by"),
    word("decisions"),
    word("counts"),
    text_column("notes"),
)

batch_file = Table(
    "batch_file",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("batch_id", Text, ForeignKey("batch.id"), nullable=False),
    word("name"),
    word("sha256"),
    number("size"),
    Index("ix_batch_file_sha256", "sha256"),
)

batch_row = Table(
    "batch_row",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("batch_id", Text, ForeignKey("batch.id"), nullable=False),
    word("fingerprint"),
    Column("forgotten", Integer, nullable=False, server_default=text("0")),
    Index("ix_batch_row_fingerprint", "fingerprint"),
)

survey_mapping = Table(
    "survey_mapping",
    metadata,
    Column("seq", Integer, primary_key=True),
    text_column("sender"),
    word("fingerprint"),
    word("headers"),
    word("fields"),
    word("updated_at"),
    word("updated_by"),
    UniqueConstraint("sender", "fingerprint", name="uq_survey_mapping_sender_fingerprint"),
)

hazard = Table(
    "hazard",
    metadata,
    Column("fid", Integer, primary_key=True),
    word("id", unique=True),
    word("code", unique=True),
    word("name"),
    word("type_key"),
    text_column("sub_kind"),
    number("level"),
    word("status"),
    word("secrecy"),
    word("county"),
    text_column("township"),
    text_column("address"),
    text_column("unit"),
    text_column("regulator"),
    text_column("contact"),
    text_column("phone"),
    Column("found_on", Text),
    Column(
        "batch_id",
        Text,
        ForeignKey("batch.id", deferrable=True, initially="DEFERRED"),
    ),
    word("attributes"),
    word("extras"),
    text_column("notes"),
    word("alias_codes"),
    text_column("original_text"),
    text_column("declared_reference"),
    word("location_method"),
    word("accuracy"),
    number("revision"),
    word("action"),
    word("created_at"),
    word("created_by"),
    word("updated_at"),
    word("updated_by"),
    Column("deleted_at", Text),
    word("search_text"),
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
    number("revision"),
    word("action"),
    word("changed_at"),
    word("changed_by"),
    word("record"),
    Column("wkb", LargeBinary, nullable=False),
    UniqueConstraint("hazard_fid", "revision", name="uq_hazard_version_fid_revision"),
)

assessment = Table(
    "assessment",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("id", unique=True),
    Column("hazard_fid", Integer, ForeignKey("hazard.fid"), nullable=False),
    word("method"),
    word("method_version"),
    word("inputs"),
    Column("score", Double),
    number("level"),
    word("reasons"),
    word("assessor"),
    word("assessed_on"),
    Column("residual_level", Integer),
    Column("next_review", Text),
    Column("worksheet", Text, nullable=False, server_default=text("'{}'")),
    Index("ix_assessment_hazard_fid", "hazard_fid"),
)

assessment_sign_off = Table(
    "assessment_sign_off",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("id", unique=True),
    Column("assessment_seq", Integer, ForeignKey("assessment.seq"), nullable=False),
    number("level"),
    text_column("opinion"),
    word("signed_at"),
    word("signed_by"),
    Index("ix_assessment_sign_off_assessment_seq", "assessment_seq"),
)

rule_profile = Table(
    "rule_profile",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("key"),
    word("version"),
    word("content"),
    text_column("reason"),
    word("adopted_at"),
    word("adopted_by"),
    UniqueConstraint("key", "version", name="uq_rule_profile_key_version"),
)

factor_default = Table(
    "factor_default",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("area"),
    word("type_key"),
    word("method"),
    word("factor"),
    word("value"),
    text_column("reason"),
    word("recorded_at"),
    word("recorded_by"),
    UniqueConstraint("area", "type_key", "method", "factor", name="uq_factor_default_place"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    word("at"),
    word("actor"),
    word("action"),
    word("subject"),
    word("detail"),
    word("prev_hash"),
    word("hash"),
    Index("ix_audit_subject", "subject"),
    sqlite_autoincrement=True,
)

code_sequence = Table(
    "code_sequence",
    metadata,
    Column("division", Text, primary_key=True),
    Column("type_code", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    number("next_number"),
)

receptor = Table(
    "receptor",
    metadata,
    Column("fid", Integer, primary_key=True),
    word("id", unique=True),
    word("name"),
    word("kind"),
    number("people"),
    text_column("county"),
    text_column("township"),
    text_column("address"),
    text_column("contact"),
    text_column("phone"),
    word("extras"),
    Column("households", Integer),
    Column("removed_at", Text),
    _geometry(),
)

township = Table(
    "township",
    metadata,
    Column("fid", Integer, primary_key=True),
    word("code", unique=True),
    word("name"),
    word("county"),
    text_column("source"),
    _geometry(),
)

resource = Table(
    "resource",
    metadata,
    Column("fid", Integer, primary_key=True),
    word("id", unique=True),
    word("name"),
    word("kind"),
    Column("quantity", Double, nullable=False),
    text_column("unit_of_measure"),
    text_column("owner"),
    text_column("county"),
    text_column("address"),
    text_column("contact"),
    text_column("phone"),
    word("extras"),
    _geometry(),
)

release = Table(
    "release",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("id", unique=True),
    word("number", unique=True),
    word("title"),
    word("released_at"),
    word("released_by"),
    text_column("data_date"),
    text_column("approval_no"),
    word("content_hash"),
    text_column("rules_version"),
    word("status"),
    word("definition"),
    word("sign_offs"),
    word("revealed"),
    word("products"),
    text_column("purpose"),
    text_column("supersedes"),
    Column("ended_at", Text),
    text_column("ended_by"),
    text_column("ended_why"),
    Column("content", LargeBinary),
    Index("ix_release_approval_no", "approval_no"),
)

survey_coverage = Table(
    "survey_coverage",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("area"),
    word("type_key"),
    word("state"),
    Column("surveyed_on", Text),
    text_column("surveyed_by"),
    text_column("note"),
    word("recorded_at"),
    word("recorded_by"),
    Index("ix_survey_coverage_area_type", "area", "type_key"),
)

attachment = Table(
    "attachment",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("sha256", unique=True),
    word("media_type"),
    number("size"),
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
    word("id", unique=True),
    Column("hazard_fid", Integer, ForeignKey("hazard.fid"), nullable=False),
    Column("attachment_seq", Integer, ForeignKey("attachment.seq"), nullable=False),
    word("name"),
    word("added_at"),
    word("added_by"),
    Column("removed_at", Text),
    text_column("removed_by"),
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
    word("id", unique=True),
    word("name", unique=True),
    Column("west", Double, nullable=False),
    Column("south", Double, nullable=False),
    Column("east", Double, nullable=False),
    Column("north", Double, nullable=False),
    word("created_at"),
    word("created_by"),
)

map_layer = Table(
    "map_layer",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("id", unique=True),
    word("kind"),
    word("name"),
    word("source"),
    text_column("relative"),
    text_column("part"),
    text_column("reference"),
    text_column("encoding"),
    number("position"),
    number("visible"),
    Column("opacity", Double, nullable=False),
    Column("closest", Double, nullable=False),
    Column("farthest", Double, nullable=False),
    word("style"),
    word("condition"),
    word("control"),
    number("max_zoom"),
    text_column("provider"),
    text_column("approval_no"),
)

service_key = Table(
    "service_key", metadata, Column("service", Text, primary_key=True), word("secret")
)

batch_change = Table(
    "batch_change",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("id", unique=True),
    Column("batch_id", Text, ForeignKey("batch.id"), nullable=False),
    word("kind"),
    word("changed_at"),
    word("changed_by"),
    text_column("reference"),
    Column("reverted_at", Text),
    Index("ix_batch_change_batch_id", "batch_id"),
)

batch_change_row = Table(
    "batch_change_row",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("change_id", Text, ForeignKey("batch_change.id"), nullable=False),
    word("hazard_id"),
    number("revision"),
    Index("ix_batch_change_row_change_id", "change_id"),
)

sender_datum = Table(
    "sender_datum",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("sender"),
    number("plane"),
    word("reference"),
    word("answered_at"),
    word("answered_by"),
    text_column("angles"),
    UniqueConstraint("sender", "plane", name="uq_sender_datum_sender_plane"),
)

datum_parameters = Table(
    "datum_parameters",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("name", unique=True),
    word("datum", unique=True),
    word("numbers"),
    word("entered_at"),
    word("entered_by"),
)

look_alike = Table(
    "look_alike",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("first_id"),
    word("second_id"),
    word("likeness"),
    Column("metres", Double, nullable=False),
    word("found_at"),
    word("found_by"),
    Column("parted_at", Text),
    text_column("parted_by"),
    UniqueConstraint("first_id", "second_id", name="uq_look_alike_first_id_second_id"),
)

cell_mapping = Table(
    "cell_mapping",
    metadata,
    Column("seq", Integer, primary_key=True),
    word("id", unique=True),
    word("name", unique=True),
    word("cells"),
    word("updated_at"),
    word("updated_by"),
)

remediation_rows.add_tables(metadata)
release_rows.add_tables(metadata)
inspection_rows.add_tables(metadata)
OWN_TABLES = frozenset(metadata.tables) | {VERSION_TABLE}
