"""Writers of public products; they take public values only."""
