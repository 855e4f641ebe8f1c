"""Inspections of hazards: how often, when next, and in which order a day's round visits them."""
