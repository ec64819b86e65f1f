"""`python -m tests.mutations [MODULE ...]`: plants every fault and writes those that nothing notices to `unnoticed.csv`.

A fault that was listed keeps its reason; a new one gets `?`, to be replaced by a test that notices it, or by a reason. Takes
minutes; with the names of modules (`eventstudy.inference.days`) only theirs are done anew.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections import Counter

from eventstudy.native import VARIABLE

from tests.mutations.judges import MODULES, noticed
from tests.mutations.mutants import mutants
from tests.mutations.unnoticed import PATH, Row, key, known, of_module, write


def main(modules: list[str]) -> None:
    """Write the list, after each module."""
    os.environ[VARIABLE] = "0"  # faults are planted in Python: where the compiled form runs they would go unnoticed
    warnings.simplefilter("error")  # as under pytest
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    before = dict(known()) if PATH.exists() else {}
    anew = {formula for module in modules for formula in of_module(module)}
    rows = {place: row for place, row in before.items() if modules and place.formula not in anew}
    for module in modules or MODULES:
        made = mutants(module)
        found = Counter(key(m) for m in made if not noticed(m))
        rows |= {place: Row(times, before[place].why if place in before else "?") for place, times in found.items()}
        print(f"{module}: {sum(found.values())} of {len(made)} unnoticed", file=sys.stderr, flush=True)
        write(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
