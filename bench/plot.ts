/** The plot: requests a second as horizontal bars, with whiskers from the smallest to the largest. */
import { CONTENDERS } from "./contenders.js";
import { RATE } from "./load.js";
import type { Machine } from "./machine.js";
import { format } from "./markdown.js";
import { OPERATIONS } from "./parts/rpc.js";
import { median, type Results } from "./results.js";

const WIDTH = 880;
const LABELS = 250;
const BARS = 480;
const ROW = 26;
const BAR = 16;
const TITLE = 74;
const GROUP_GAP = 58;

/** Colours that are told apart on white and on black, and with any kind of sight. */
const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2328}
.title{font-size:18px;font-weight:600}.group{font-size:14px;font-weight:600}
.faint{fill:#59636e}.page{fill:#ffffff}
.ours{fill:#0969da}.off{fill:#80b3ee}.limit{fill:#8c959f}.other{fill:#bf6a02}
.grid{stroke:#d1d9e0}.whisker{stroke:#1f2328;stroke-width:1.5}
@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.faint{fill:#9198a1}.page{fill:#0d1117}
.ours{fill:#4493f8}.off{fill:#1f4f8f}.limit{fill:#656c76}.other{fill:#db8b2f}
.grid{stroke:#3d444d}.whisker{stroke:#f0f6fc}}`;

/** Draws the plot as SVG; undefined where no calls were measured. */
export function drawPlot(results: Results, { cpu, date, node }: Machine): string | undefined {
  const operations = OPERATIONS.filter((operation) => results.has(operation));
  if (operations.length === 0) return undefined;
  const all = operations.flatMap((operation) =>
    CONTENDERS.flatMap(({ name }) => results.values(operation, name, RATE)),
  );
  const step = tickStep(Math.max(...all));
  const end = Math.ceil(Math.max(...all) / step) * step;
  const x = (rate: number) => LABELS + (rate / end) * BARS;
  const shapes: string[] = [];
  let y = TITLE;
  for (const operation of operations) {
    const contenders = CONTENDERS.filter(
      ({ name }) => results.values(operation, name, RATE).length > 0,
    );
    const bottom = y + 14 + contenders.length * ROW;
    shapes.push(text(16, y, operation, "group"));
    for (let tick = 0; tick <= end; tick += step) {
      shapes.push(`<path class="grid" d="M${round(x(tick))} ${y + 10}V${bottom}"/>`);
      shapes.push(text(x(tick), bottom + 16, format(tick), "faint", "middle"));
    }
    contenders.forEach(({ name, server, echo }, i) => {
      const values = results.values(operation, name, RATE);
      shapes.push(row(name, barClass(server, echo), values, y + 14 + i * ROW, x));
    });
    y = bottom + GROUP_GAP;
  }
  const height = y - GROUP_GAP + 30;
  const subtitle = `Median of interleaved rounds, whiskers from the least to the most. ${cpu}, Node ${node}, ${date}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Requests a second by contender">
<style>${STYLE}</style>
<rect class="page" width="${WIDTH}" height="${height}"/>
${text(16, 28, "Secure Token beside others: requests/s, one server core", "title")}
${text(16, 48, subtitle, "faint")}
${shapes.join("\n")}
</svg>
`;
}

function row(
  name: string,
  kind: string,
  values: readonly number[],
  top: number,
  x: (rate: number) => number,
): string {
  const middle = top + ROW / 2;
  const [least, most] = [x(Math.min(...values)), x(Math.max(...values))].map(round);
  const bar = `<rect class="${kind}" x="${LABELS}" y="${middle - BAR / 2}" width="${round(x(median(values)) - LABELS)}" height="${BAR}" rx="2"/>`;
  const whisker = `<path class="whisker" fill="none" d="M${least} ${middle - 4}v8M${most} ${middle - 4}v8M${least} ${middle}H${most}"/>`;
  return [
    text(LABELS - 10, middle + 4.5, name, "", "end"),
    bar,
    whisker,
    text(LABELS + BARS + 16, middle + 4.5, format(median(values)), ""),
  ].join("\n");
}

function barClass(server: string, echo: boolean): string {
  if (server === "ours") return "ours";
  if (server === "ours, adapter off") return "off";
  return echo ? "limit" : "other";
}

/** A round number that goes four to nine times into the largest. */
function tickStep(largest: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(largest));
  return (
    [0.2, 0.5, 1].map((part) => part * magnitude).find((step) => largest / step < 8) ?? magnitude
  );
}

function text(x: number, y: number, content: string, kind: string, anchor = "start"): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
