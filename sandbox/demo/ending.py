"""Ends the demo in order, whichever way it is told to end."""

import asyncio
from collections.abc import Coroutine
import signal
from typing import Any

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def cancelled_by_signals[T](work: Coroutine[Any, Any, T]) -> T:
    """Do some work that Ctrl-C, a termination or a closed terminal cancels, so that it can tidy up."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    for number in ENDING:
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    finally:
        for number in ENDING:
            loop.remove_signal_handler(number)
