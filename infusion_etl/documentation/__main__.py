"""`python -m infusion_etl.documentation FOLDER`: write the reference pages anew."""

from __future__ import annotations

import sys
from pathlib import Path

from infusion_etl.documentation.pages import write

if __name__ == "__main__":
    for changed in write(Path(sys.argv[1])):
        sys.stdout.write(f"{changed} is written anew\n")
