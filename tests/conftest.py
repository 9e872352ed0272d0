"""What holds for every test: how far hypothesis searches, and that nothing reads the settings of whoever runs it."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

# Bounded by the number of examples, never by time: other work on the machine must not make a test fail.
settings.register_profile(
    "test", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
# For whoever hunts: new examples at each run, many of them. HYPOTHESIS_PROFILE=search python -m pytest tests/...
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))

# Kivy reads these when first imported: keep its hands off the command line, and off the log that pytest captures.
os.environ.setdefault("KIVY_NO_ARGS", "1")
os.environ.setdefault("KIVY_NO_CONSOLELOG", "1")
os.environ.setdefault("KIVY_NO_FILELOG", "1")
# Draw for real, but not onto anybody's screen; and count pixels one by one.
os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
os.environ.setdefault("KIVY_METRICS_DENSITY", "1")
os.environ.setdefault("KIVY_DPI", "96")

# And keep its settings, which a person's own would change, where everything else is built.
os.environ.setdefault("KIVY_HOME", str(Path(__file__).resolve().parents[1] / "build" / "kivy"))
Path(os.environ["KIVY_HOME"]).mkdir(parents=True, exist_ok=True)
