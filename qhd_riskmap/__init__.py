"""County register, grading and public distribution maps of emergency risk hazards."""

__version__ = "0.1.0"
