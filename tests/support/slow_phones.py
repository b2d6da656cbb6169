"""A bad line and a slow phone, as Chromium's own tools make them, and how long somebody waits there for a form."""

from playwright.sync_api import Page

# What these tools call slow 3G: 400 kbit/s either way, two seconds to and fro.
SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SLOW_PHONE = {"rate": 6}
DRAWN = """() => new Promise(done => {
  const began = () => performance.getEntriesByType('navigation')[0].domInteractive;
  const look = () => {
    const drawn = performance.getEntriesByName('first-contentful-paint')[0];
    if (drawn) done(Math.max(drawn.startTime, began())); else setTimeout(look, 20);
  };
  look();
})"""


def seconds_until_usable(page: Page, url: str) -> float:
    """From the tap on the link until the form is drawn, whole, and takes letters."""
    page.goto(url, wait_until="commit")
    page.locator("#text").fill("路灯坏了两盏")
    return float(page.evaluate(DRAWN)) / 1000
