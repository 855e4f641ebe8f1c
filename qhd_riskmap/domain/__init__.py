"""Rules and values of the register: plain Python, no Qt, no database."""
