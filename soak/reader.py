"""An analyst who never stops looking: `python -m soak.reader FILE`, until its stdin ends.

Every look counts the rows of every table and compares them with what the last committed run of that table says, in the
same file. One look in ten keeps its connection for ten more counts. Prints one line of JSON at the end.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import duckdb

LAST = """
SELECT account, dataset, arg_max(rows_total, id) FROM _infusion.runs WHERE state = 'done' GROUP BY ALL
"""


def look(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return a line for each table whose rows are not those of its last committed run."""
    wrong = []
    for account, dataset, total in connection.execute(LAST).fetchall():
        found = connection.execute(f'SELECT count(*) FROM "{account}"."{dataset}"').fetchall()[0][0]
        if found != total:
            wrong.append(f"{account}.{dataset}: {found} rows, its last run says {total}")
    return wrong


def _until_told(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def main() -> None:
    """Look until told to stop; say how often, what was wrong, and which errors there were."""
    stop, file = threading.Event(), Path(sys.argv[1])
    threading.Thread(target=_until_told, args=(stop,), daemon=True).start()
    looks, torn, errors = 0, [], []
    while not stop.is_set():
        if not file.is_file():
            if looks:
                errors.append("the published file is gone")
            stop.wait(0.05)
            continue
        try:
            with duckdb.connect(str(file), read_only=True, config={"threads": 1}) as connection:
                for _ in range(10 if looks % 100 == 0 else 1):
                    torn += look(connection)
                    looks += 1
        except duckdb.Error as error:
            errors.append(str(error).splitlines()[0])
        stop.wait(0.02)
    print(json.dumps({"looks": looks, "torn": torn, "errors": errors}))


if __name__ == "__main__":
    main()
