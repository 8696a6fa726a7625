/** A service's column: what it does with the user's token, its figures, and its last twenty seconds. */

const SVG = "http://www.w3.org/2000/svg";
/** How many looks the chart shows. */
const LOOKS = 40;
const PARTS = ["accepted", "revoked", "unavailable"];

/** Makes an empty column; `show` fills it. */
export function createColumn(language) {
  const element = make("li", "card column-card");
  element.append(make("h3", "card-title", language));
  const guard = make("p", "card-lead");
  const user = make("p", "user muted");
  const stamp = make("p", "stamp");
  const turned = make("p", "turned");
  const chart = createChart();
  const facts = make("dl", "facts");
  const fact = (name) => {
    const value = make("dd", "", "–");
    facts.append(make("dt", "", name), value);
    return value;
  };
  const rate = fact("Requests a second");
  const withoutCall = fact("Without a call");
  const staleness = fact("Feed's age");
  element.append(guard, user, stamp, turned, chart.element, facts);
  let drawn;
  return {
    element,
    show(it, state) {
      guard.textContent = it.guard;
      user.textContent = `${state.user}’s token`;
      stamp.textContent = it.stamp;
      stamp.dataset.state = it.stamp;
      turned.textContent =
        it.turnedAfterMs === null ? "" : `refused after ${Math.round(it.turnedAfterMs)} ms`;
      const { figures } = it;
      if (!figures) return;
      rate.textContent = Math.round(figures.perSecond).toLocaleString("en");
      withoutCall.textContent = percent(figures.withoutCall);
      staleness.textContent = age(figures.stalenessMs, state.boundMs);
      // The same look is published with each change.
      if (figures.look !== drawn) chart.add(figures);
      drawn = figures.look;
    },
  };
}

function percent(share) {
  return share === null ? "–" : `${(100 * share).toFixed(1)} %`;
}

function age(stalenessMs, boundMs) {
  if (stalenessMs === null) return "unknown";
  return `${(stalenessMs / 1000).toFixed(1)} of ${boundMs / 1000} s`;
}

/** Bars of what was answered, the newest at the right. */
function createChart() {
  const element = document.createElementNS(SVG, "svg");
  element.setAttribute("viewBox", `0 0 ${LOOKS} 20`);
  element.setAttribute("preserveAspectRatio", "none");
  element.setAttribute("class", "chart");
  element.setAttribute("aria-hidden", "true");
  const looks = [];
  return {
    element,
    add(figures) {
      looks.push(PARTS.map((name) => figures[name]));
      if (looks.length > LOOKS) looks.shift();
      const most = Math.max(1, ...looks.map((parts) => parts.reduce((a, b) => a + b)));
      element.replaceChildren(
        ...looks.flatMap((parts, i) => bars(parts, looks.length - 1 - i, 20 / most)),
      );
    },
  };
}

function bars(parts, i, scale) {
  let y = 20;
  return parts.map((count, part) => {
    const height = count * scale;
    y -= height;
    const bar = document.createElementNS(SVG, "rect");
    const place = { x: LOOKS - 1 - i, y, width: 0.8, height, class: PARTS[part] };
    for (const [name, value] of Object.entries(place)) bar.setAttribute(name, value);
    return bar;
  });
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
