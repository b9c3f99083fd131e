"""Takes the pictures: `take_screenshots.py BROWSER` starts a demo of its own and writes PNGs to screenshots/."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import shutil
import sys

from playwright.async_api import Error as PlaywrightError, Page, async_playwright, expect

from sandbox.demo.child import free_port
from sandbox.demo.dashboard import URL_PATH, Device, find_devices
from sandbox.demo.ending import cancelled_by_signals
from sandbox.demo.performance import perform
from sandbox.demo.problem import Problem
from sandbox.demo.stage import LOG, ROOT, stage
from sandbox.demo.terminal import say

FOLDER = ROOT / "screenshots"
STAGE = ROOT / ".demo" / "screenshots"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60_000
"""Milliseconds until what should be on a page is there."""

STILL = "() => document.getAnimations({subtree: true}).every(animation => animation.playState !== 'running')"


@asynccontextmanager
async def browser_page(executable: str) -> AsyncIterator[Page]:
    """Open a browser with a new profile and give its page."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 1080}, locale="en-US")
        page.set_default_timeout(PATIENCE)
        try:
            yield page
        finally:
            await browser.close()


async def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Write what the page shows once nothing moves any more."""
    await page.wait_for_load_state("networkidle")
    await page.wait_for_function(STILL)
    path = FOLDER / f"{name}.png"
    await page.screenshot(path=path, animations="disabled", full_page=whole)
    say(f"  {path.relative_to(ROOT)}")


async def adding_an_account(page: Page, url: str) -> None:
    """Picture the menu of kinds, Qobuz's form, and that form after a refusal."""
    await page.goto(f"{url}/config/integrations/dashboard/add?domain=music_sync")
    await page.get_by_role("button", name="OK").click()
    await page.get_by_text("Qobuz", exact=True).wait_for()
    await picture(page, "1-add-account")
    await page.get_by_text("Qobuz", exact=True).click()
    fields = page.locator("ha-selector-text input")
    await expect(fields).to_have_count(2)
    await picture(page, "2-qobuz")
    await fields.first.fill("a-token-of-yesterday")
    await fields.last.fill("100000001")
    await page.get_by_role("button", name="Submit").click()
    await page.locator("ha-alert[alert-type=error]").wait_for()
    await picture(page, "3-qobuz-refused")
    await page.get_by_role("button", name="Close").click()


async def the_sync(page: Page, url: str, sync: Device) -> None:
    """Picture the device of the sync."""
    await page.goto(f"{url}/config/devices/device/{sync.id}")
    await page.get_by_text(sync.name).first.wait_for()
    await picture(page, "4-sync")


async def the_dashboard(page: Page, url: str) -> None:
    """Picture the dashboard, opened by the address that a newcomer types."""
    await page.goto(url)
    await page.wait_for_url(f"**/{URL_PATH}/**")
    await expect(page.locator("hui-tile-card").first).to_be_visible()
    await picture(page, "5-dashboard")


async def take(executable: str) -> None:
    """Start a demo and take all pictures."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    async with stage(free_port(), STAGE) as on, browser_page(executable) as page:
        try:
            await adding_an_account(page, on.client.url)
            await perform(on)
            sync = next(device for device in await find_devices(on.client) if device.is_sync)
            await the_sync(page, on.client.url, sync)
            await the_dashboard(page, on.client.url)
        except Exception:
            await page.screenshot(path=FOLDER / "failed.png")
            raise


async def main(executable: str) -> int:
    """Take all pictures and give the exit code."""
    try:
        await cancelled_by_signals(take(executable))
    except asyncio.CancelledError:
        return 130
    except (Problem, PlaywrightError) as error:
        say(f"screenshots: {error}\nThe page is in {FOLDER / 'failed.png'}, the log in {STAGE / LOG}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
