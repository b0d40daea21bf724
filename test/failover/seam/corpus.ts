/** Whole answers of many kinds, written for this test, and what backups make of them when they are cut. */

import { pickAnchor } from "../../../src/failover/seam/anchor.ts";

const PROSE =
  "Every spring the river took a little more of the orchard. Marta measured it with her father's tape, first in steps " +
  "and then, when the steps no longer told her anything, in trees. “Seven this year,” she said, and wrote the number on " +
  "the inside of the pantry door. Nobody else in the village kept such a list. They remembered floods by the people " +
  "who had drowned in them; she remembered them by apples.\n\nIn the ninth year the engineers came. They had a map, a " +
  "drone and a polite young man who asked whether the well was still used. It was. He looked at the door for a long " +
  "time, copied the numbers into his notebook, and said that nobody had ever given him better data.";

const GERMAN =
  "Die Werkstatt lag im Hinterhof, zwischen einer Bäckerei und einer aufgelassenen Druckerei. Morgens roch es nach Brot, " +
  "abends nach Öl. Jürgen reparierte dort seit zwanzig Jahren Uhren, die niemand mehr abholte. Er zog sie trotzdem auf, " +
  "jeden Samstag, weil eine Uhr, die steht, schneller altert als eine, die geht. Am Ende des Monats schrieb er Karten: " +
  "Ihre Uhr ist fertig. Manchmal kam jemand; meistens kam die Karte zurück.";

const CODE =
  "The function below keeps the newest entries.\n\n```python\nclass Recent:\n    def __init__(self, size):\n" +
  "        self.size = size\n        self.items = []\n\n    def add(self, item):\n        self.items.append(item)\n" +
  "        if len(self.items) > self.size:\n            self.items.pop(0)\n\n    def newest(self):\n" +
  "        if not self.items:\n            return None\n        return self.items[-1]\n```\n\nCall `add` for each entry; " +
  "`newest` gives the last one, or `None` if there is none yet.";

const MARKDOWN =
  "## Before you start\n\nYou need an account and a key. Keep the key out of the repository.\n\n## Installing\n\n" +
  "1. Download the archive.\n2. Check its signature with `gpg --verify`.\n3. Unpack it where the service may read it.\n\n" +
  "## When something fails\n\n- **The port is taken**: choose another by `--port`.\n- **The key is refused**: it may have " +
  "expired; make a new one.\n- **Nothing happens**: look into the log, which is in `/var/log/service`.\n\nIf none of this " +
  "helps, write to us and add the last lines of the log.";

const TABLE =
  "| Month | Rain (mm) | Mean (°C) | Note |\n| --- | --- | --- | --- |\n| January | 82 | 1.4 | frost |\n" +
  "| February | 61 | 2.2 | dry |\n| March | 70 | 5.9 | first bees |\n| April | 48 | 9.8 | late snow |\n" +
  "| May | 77 | 14.1 | storms |\n| June | 90 | 17.5 | harvest of hay |\n| July | 66 | 19.3 | low river |\n" +
  "| August | 59 | 18.8 | fires |\n\nThe wettest month was June, the driest April.";

const RECORDS = ["pump", "valve", "meter", "seal", "filter", "gauge", "hose", "clamp", "bolt"]
  .map((part, index) => `{"part": "${part}", "stock": ${(index * 37) % 50}, "bin": "B${index + 11}", "checked": true}`)
  .join("\n");

const FRENCH =
  "— Vous êtes en retard, dit-elle sans lever les yeux.\n— Le train, répondit-il. Il y avait un cerf sur la voie.\n" +
  "Elle posa son stylo. Depuis qu'elle dirigeait les archives, on lui avait donné bien des excuses : la neige, la grève, " +
  "une grand-mère morte pour la troisième fois. Jamais un cerf. « Et comment allait-il ? » demanda-t-elle enfin. Il " +
  "sourit. « Mieux que moi. Il est reparti vers la forêt, sans se presser. »";

const CHINESE =
  "老王在山脚下开了一家小小的修车铺。每天清晨，他先把门前的石阶扫干净，然后泡一壶浓茶，等第一位客人。来的人不多，但都认识他。" +
  "有人来补胎，有人来借气筒，也有人只是来坐一会儿。去年冬天下了很大的雪，路断了三天，他把铺子里的炭分给了邻居。春天的时候，" +
  "门口多了一棵小小的桃树，谁也不知道是谁种的。";

/** The answers by their kind. */
export const TEXTS: Readonly<Record<string, string>> = {
  prose: PROSE,
  German: GERMAN,
  code: CODE,
  markdown: MARKDOWN,
  table: TABLE,
  records: RECORDS,
  French: FRENCH,
  Chinese: CHINESE,
};

/** The beginning of the last sentence or line of a text. */
function lastSentence(shown: string): number {
  const ends = [...shown.matchAll(/(?:[.!?:]["”»]?\s+|\n+|[。！？])/gu)].map(({ index, 0: end }) => index + end.length);
  return ends.filter((end) => end < shown.length - 1).at(-1) ?? 0;
}

const capitalised = (text: string): string => text.replace(/^\s*\p{L}/u, (first) => first.toUpperCase());

/** What a backup writes that was shown a beginning and ought to go on with the rest. */
export type Behaviour = (shown: string, rest: string) => string;

/** Backups that do as they are asked: they begin with the last words that the request quotes, behind whatever else. */
export const OBEDIENT: Readonly<Record<string, Behaviour>> = {
  "the last words": (shown, rest) => (pickAnchor(shown) ?? "") + rest,
  "an announcement and the last words": (shown, rest) =>
    `Resuming the transcript at once:\n\n${pickAnchor(shown) ?? ""}${rest}`,
  "the last words in quotes": (shown, rest) => `"${pickAnchor(shown) ?? ""}"${rest}`,
  "an ellipsis and the last words": (shown, rest) => `…${pickAnchor(shown) ?? ""}${rest}`,
};

/** Backups that do as they like. */
export const WILFUL: Readonly<Record<string, Behaviour>> = {
  "exactly the rest": (_, rest) => rest,
  "the rest without its space": (_, rest) => rest.trimStart(),
  "the last word again": (shown, rest) => (/[\p{L}\p{N}]+$/u.exec(shown)?.[0] ?? "") + rest,
  "the last sentence again": (shown, rest) => shown.slice(lastSentence(shown)) + rest,
  "the last line again": (shown, rest) => shown.slice(shown.lastIndexOf("\n") + 1) + rest,
  "the last sentence behind a polite one": (shown, rest) =>
    `Here is the rest of it:\n\n${shown.slice(lastSentence(shown))}${rest}`,
  "the rest behind a polite sentence": (_, rest) => `Of course! Continuing:\n\n${rest.trimStart()}`,
  "the rest with a capital": (_, rest) => capitalised(rest.trimStart()),
  "everything from the beginning": (shown, rest) => shown + rest,
  "everything behind a polite sentence": (shown, rest) => `Sure! Here is the whole answer:\n\n${shown}${rest}`,
  "everything in other white space": (shown, rest) => shown.replace(/[ \n]+/g, " ") + rest,
};

/** About as long as tokens. */
const PIECE = / ?[\p{L}\p{M}]{1,7}| ?\p{N}{1,3}|\s+|[^\s\p{L}\p{M}\p{N}]{1,3}/gu;

/** A text in the pieces of a stream. */
export function pieces(text: string): string[] {
  return text.match(PIECE) ?? [];
}

/** Places between two pieces, spread over the text. */
export function cuts(text: string, count: number): number[] {
  let at = 0;
  const ends = pieces(text).map((piece) => (at += piece.length));
  const inside = ends.filter((end) => end > 40 && end < text.length - 30);
  return Array.from({ length: count }, (_, index) => inside[Math.floor((index * inside.length) / count)] ?? 41);
}
