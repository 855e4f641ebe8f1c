"""The register file: SpatiaLite, plain or encrypted."""
