// Opens one page as a person does, and says on stdout as JSON what a person would see. What to do comes as JSON on stdin:
//   url, screenshot   what to open, and where to keep a picture of it
//   shows             texts that the page must show once it is loaded
//   announced         {url, body, text}: what to post from elsewhere, and the text that must then appear by itself
//   reportOnly        is a Content-Security-Policy that is only reported no error (development)?
import { json } from "node:stream/consumers";
import { chromium } from "playwright-core";

const PATIENCE = 20_000;
const task = await json(process.stdin);
const seen = { title: "", errors: [], missing: [], late: [], reloads: 0, sockets: [] };

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"].concat(
    ["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    task.resolve ? [`--host-resolver-rules=MAP ${task.resolve}`] : [],
  ),
});
const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1000, height: 1200 } });
const page = await context.newPage();

page.on("console", (message) => {
  const text = message.text();
  if (message.type() !== "error") return;
  if (task.reportOnly && /report[- ]only/i.test(text)) return;
  seen.errors.push(`console: ${text} (${message.location().url})`);
});
page.on("pageerror", (error) => seen.errors.push(`uncaught: ${error.message}`));
page.on("requestfailed", (request) => seen.errors.push(`request: ${request.url()}: ${request.failure()?.errorText}`));
page.on("response", (response) => {
  if (response.status() >= 400) seen.errors.push(`answer: ${response.url()}: ${response.status()}`);
});
page.on("framenavigated", (frame) => (seen.reloads += frame === page.mainFrame() ? 1 : 0));
page.on("websocket", (socket) => seen.sockets.push(new URL(socket.url()).pathname));

const appears = (text) =>
  page.getByText(text).first().waitFor({ state: "visible", timeout: PATIENCE }).then(() => true, () => false);

try {
  const answer = await page.goto(task.url, { waitUntil: "load", timeout: 60_000 });
  seen.status = answer.status();
  for (const text of task.shows) if (!(await appears(text))) seen.missing.push(text);
  // A socket that is still connecting would miss what is announced; a page says when it is connected.
  if (task.announced.length > 0) await page.waitForFunction(
    () => document.querySelectorAll("[role=status].live").length > 0 &&
      [...document.querySelectorAll("[role=status]")].every((one) => one.matches(".live")),
    undefined, { timeout: PATIENCE },
  ).catch(() => seen.errors.push("not every list of the page became live"));
  seen.reloads = 0;
  for (const { url, body, text } of task.announced) {
    const posted = await fetch(url, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (!posted.ok) seen.errors.push(`posting to ${url}: ${posted.status}`);
    if (!(await appears(text))) seen.late.push(text);
  }
  seen.title = await page.title();
  await page.screenshot({ path: task.screenshot, fullPage: true });
} catch (error) {
  seen.errors.push(String(error));
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
