"""``python -m hal``: see ``hal.console.main``."""

from __future__ import annotations

import sys

from hal.console.main import main

sys.exit(main())
