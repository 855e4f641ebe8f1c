"""The register: one SpatiaLite file, encrypted or plain, behind repositories that speak domain values.

Only this package knows SQL. Rows stay here; frozen dataclasses and `FeatureTable` travel.
"""
