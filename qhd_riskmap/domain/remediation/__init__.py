"""Remediation of hazards: tasks, the states they go through, deadlines and lateness."""
