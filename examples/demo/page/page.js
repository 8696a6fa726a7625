/** Shows what the demonstration publishes, and sends what the buttons ask for. */
import { createColumn } from "./column.js";

const find = (id) => document.getElementById(id);
const columns = new Map();
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

for (const name of ["revoke", "stop", "start"]) {
  find(name).addEventListener("click", () => fetch(`/${name}`, { method: "POST" }));
}

const events = new EventSource("/events");
events.addEventListener("message", ({ data }) => show(JSON.parse(data)));
events.addEventListener("error", () => {
  find("status").textContent = "The demonstration has ended.";
});

function show(state) {
  find("description").textContent = state.description;
  find("status").textContent = describe(state);
  find("answers").textContent = state.answers.toLocaleString("en");
  find("wrong").textContent = `${state.wrong} wrong`;
  find("wrong").dataset.wrong = String(state.wrong > 0);
  const isRunning = state.status === "running";
  find("revoke").setAttribute("aria-disabled", String(!isRunning));
  find("stop").hidden = state.status === "stopped" || state.status === "starting";
  find("start").hidden = !find("stop").hidden;
  for (const name of ["stop", "start"]) {
    find(name).setAttribute("aria-disabled", String(state.status.endsWith("ing") && !isRunning));
  }
  for (const it of state.columns) {
    if (!columns.has(it.language)) addColumn(it.language);
    columns.get(it.language).show(it, state);
  }
  find("missing").replaceChildren(...state.missing.map(missingRow));
}

function describe({ status, stoppedForMs, boundMs }) {
  if (status === "running") return "The token service runs.";
  if (status === "starting") return "The token service starts.";
  if (status === "stopping") return "The token service shuts down.";
  const bound = `the bound of ${seconds(boundMs)}`;
  return stoppedForMs < boundMs
    ? `The token service is away for ${seconds(stoppedForMs)}: known tokens pass until ${bound}.`
    : `The token service is away for ${seconds(stoppedForMs)}, longer than ${bound}: nothing passes.`;
}

function addColumn(language) {
  const column = createColumn(language);
  columns.set(language, column);
  find("columns").append(column.element);
}

function missingRow({ language, reason }) {
  const row = document.createElement("li");
  row.textContent = `${language} is left out: ${reason}`;
  return row;
}
