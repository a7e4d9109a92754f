"""What holds for the whole suite."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from infusion_etl.keap.sunset import UNTIL_VARIABLE

LONG = (
    "cli/test_demo.py",
    "contract/test_mirror.py",
    "faults/test_secrets.py",
    "contract/test_changes_histories.py",
    "faults/test_kills.py",
    "warehouse/test_publish.py",
    "faults/test_many_at_once.py",
    "browser/test_dagster_screen.py",
    "orchestration/test_daemon.py",
    "contract/test_deletes.py",
    "faults/test_clock.py",
    "cli/test_refresh.py",
)
"""The longest modules. A module stays on one worker: begun last, one of these would run while the others idle."""

# Property tests count examples, never milliseconds, and draw the same ones each time: neither a busy computer nor a
# rare draw fails a change that has nothing to do with it. `--hypothesis-profile=soak` draws others, and far more.
settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("suite")


def pytest_configure() -> None:
    """Let tests interrupt the processes they start, also when the suite itself runs in the background.

    A shell starts background jobs with SIGINT ignored, and every process they start would inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ[UNTIL_VARIABLE] = "2999-12-31"  # the reports of XML-RPC are tested also when it has ended


@pytest.fixture
def announced_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have XML-RPC end on the day that Keap announced."""
    monkeypatch.delenv(UNTIL_VARIABLE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long modules; the order within a module stays."""
    items.sort(key=lambda item: not item.nodeid.partition("::")[0].endswith(LONG))
