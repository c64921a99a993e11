"""Property tests draw the same examples at each run: a change is red for its own fault. `make soak` searches further."""

from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.load_profile("same")
