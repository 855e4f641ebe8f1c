"""The desk: everything with widgets."""
