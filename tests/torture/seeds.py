"""The seed of every draw here: STEADYHAND_SEED, or 1, so that a run tells of what was changed and not of luck; 0 draws one, as `make torture` does."""

import os
import random

SEED = int(os.environ.get("STEADYHAND_SEED", "1")) or random.SystemRandom().randrange(1, 2**31)
