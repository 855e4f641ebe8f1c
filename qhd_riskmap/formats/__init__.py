"""Files from and for people: sheets and vector files."""
