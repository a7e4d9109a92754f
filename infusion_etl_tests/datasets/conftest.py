"""Property tests count examples, never milliseconds: a busy computer fails nothing."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
