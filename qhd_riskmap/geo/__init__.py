"""Coordinates: datums, text forms, geodesy, grids; pure computation."""
