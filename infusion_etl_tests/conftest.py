"""What holds for the whole suite."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Let tests interrupt the processes they start, also when the suite itself runs in the background.

    A shell starts background jobs with SIGINT ignored, and every process they start would inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
