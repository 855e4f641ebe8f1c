"""The command line: the same services, headless."""
