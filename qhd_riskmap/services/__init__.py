"""Use cases: they take an Actor and a JobContext and say what changed."""
