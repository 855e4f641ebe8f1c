"""Widgets and runners that know no page."""
