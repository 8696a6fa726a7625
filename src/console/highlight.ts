/** Enough of a shell's and of TypeScript's syntax to colour a snippet. */

/** What a piece of text is. */
export type PieceKind = "plain" | "comment" | "string" | "variable" | "keyword";

/** A piece of text. */
export interface Piece {
  readonly kind: PieceKind;
  readonly text: string;
}

const PIECES =
  /(?<comment>\/\/ .*)|(?<variable>"\$[A-Z_]+"|(?<=Bearer )\$[A-Z_]+)|(?<string>"(?:[^"\\\n]|\\.)*")|(?<keyword>\b(?:import|from|const|await|buf curl)\b|<<EOF|^EOF)/gm;

/** The text's pieces, which joined are the text. */
export function highlight(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(PIECES)) {
    if (match.index > end) pieces.push({ kind: "plain", text: text.slice(end, match.index) });
    const [kind] =
      Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? [];
    pieces.push({ kind: kind as PieceKind, text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ kind: "plain", text: text.slice(end) });
  return pieces;
}
