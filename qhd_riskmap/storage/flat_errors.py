"""What `flat_blobs` raises; alone, because catching it must not load numpy."""

from __future__ import annotations


class UnusualBlobError(ValueError):
    """A blob that SpatiaLite may well understand, but `flat_blobs` does not."""
