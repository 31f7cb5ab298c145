"""How often Steadyhand blames right, nobody, or the innocent: every scenario of the simulated shop, in many worlds.

Unlike the other benchmarks these are counts, not times, so `make bench` leaves them out and they have
a table of their own. Run: python -m benchmarks.trust [WORLDS] [SCENARIO…]
"""

import asyncio
import sys

from integrations.simulation.scenarios import SCRIPTS
from tests.trust.score import COLUMNS, score

WORLDS = 200


async def _table(worlds: int, scenarios: list[str]) -> int:
    print(f"| {' | '.join(COLUMNS)} |", f"| {' | '.join('---' for _ in COLUMNS)} |", sep="\n", flush=True)
    blamed = 0
    for scenario in scenarios:
        found = await score(scenario, range(1, worlds + 1))
        blamed += found.innocent
        print(f"| {' | '.join(found.cells())} |", flush=True)
        if found.failed_seeds:
            print(f"{scenario} went wrong in the worlds {', '.join(map(str, found.failed_seeds))}", file=sys.stderr)
    return 1 if blamed else 0


def main(arguments: list[str]) -> int:
    """Print the table; 1 when an innocent change was blamed anywhere, 2 for bad usage."""
    worlds = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else WORLDS
    if unknown := set(arguments) - set(SCRIPTS):
        print(f"no scenario named {', '.join(sorted(unknown))}; there are: {', '.join(SCRIPTS)}", file=sys.stderr)
        return 2
    return asyncio.run(_table(worlds, arguments or list(SCRIPTS)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
