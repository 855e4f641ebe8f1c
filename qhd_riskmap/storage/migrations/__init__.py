"""Schema versions of the register, run by Alembic."""
