/** Makes markup whose text cannot become markup. */

/** Markup that was made here. */
export interface Markup {
  readonly markup: string;
}

type Piece = Markup | string | number | readonly Markup[];

/** A template whose values are text, unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const shown = pieces.map(show);
  return { markup: strings.map((text, index) => text + (shown[index] ?? "")).join("") };
}

function show(piece: Piece): string {
  if (typeof piece === "string") return escape(piece);
  if (typeof piece === "number") return String(piece);
  return "markup" in piece ? piece.markup : piece.map(({ markup }) => markup).join("");
}

function escape(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`);
}
