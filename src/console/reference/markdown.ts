/**
 * HTML of the Markdown that docs/reference is written in: headings, paragraphs, tables, code and links
 * within the page. Anything else would come out as text.
 */

/** Elements of the page, and the headings that can be linked to. */
export interface Rendered {
  readonly html: string;
  readonly headings: readonly Heading[];
}

/** A heading of a document. */
export interface Heading {
  readonly id: string;
  readonly level: number;
  readonly text: string;
}

/**
 * Renders a document below the page's own heading, so that `#` is a second level. Its links to errors.md and
 * to itself lead to headings of the same page.
 */
export function renderMarkdown(text: string): Rendered {
  const headings: Heading[] = [];
  const blocks = text.trim().split(/\n{2,}/);
  const html = blocks.map((block) => {
    const heading = /^(#{1,3}) (.*)$/.exec(block);
    if (heading) {
      const [, marks = "", title = ""] = heading;
      const id = title.toLowerCase().replaceAll(".", "");
      const level = marks.length + 1;
      headings.push({ id, level, text: title });
      return `<h${level} id="${escaped(id)}">${escaped(title)}</h${level}>`;
    }
    const under = headings.at(-1)?.text ?? "";
    return block.startsWith("| ") ? table(block.split("\n"), under) : `<p>${inline(block)}</p>`;
  });
  return { html: html.join("\n"), headings };
}

function table([head = "", , ...rows]: readonly string[], under: string): string {
  const names = cells(head).map((cell) => `<th scope="col">${inline(cell)}</th>`);
  const lines = rows.map(
    (row) =>
      `<tr>${cells(row)
        .map((cell) => `<td>${inline(cell)}</td>`)
        .join("")}</tr>`,
  );
  return [
    `<div class="table" tabindex="0" role="region" aria-label="Table of ${escaped(under)}">`,
    `<table><thead><tr>${names.join("")}</tr></thead><tbody>${lines.join("")}</tbody></table></div>`,
  ].join("");
}

function cells(row: string): string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function inline(text: string): string {
  return escaped(text)
    .replaceAll("&lt;br&gt;", "<br>")
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\[([^\]]+)\]\((?:errors\.md)?(#[a-z0-9]+)\)/g, '<a href="$2">$1</a>');
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] as string);
}
