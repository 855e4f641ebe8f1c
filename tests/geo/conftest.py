"""Properties are not timed: the first call of a projection opens PROJ's database."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
