"""Measurements side by side with public rivals, in one run."""
