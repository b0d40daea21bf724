/** What every simulated model says: one text, so that any of them can go on where another one stopped. */

/** 300 to 400 words with a list, paragraph breaks, accents, dashes, an emoji and a CJK word. */
export const STORY = `The night ferry *Amélie* left the old harbour at ten past nine with forty-one passengers, two crates of oranges and one problem: the pilot who knew the narrow channel had missed the train. Captain Inès Okafor read the chart twice, asked the engine room for half speed and sent the first officer forward with a lamp. Nobody on the upper deck noticed anything, because the café was open — and because the band had just begun to play.

At a quarter to ten the fog came in. It was not the thin grey kind that lifts after an hour; it was white, close and quiet, and it swallowed the lights of the shore one after the other. The radio spoke, crackled, spoke again and then fell silent in the middle of a sentence. The captain did not wait for the rest of it. Every ship of the line carries a second set, tuned to the lighthouse on the northern cape, and she had it tested each Monday. Within a few seconds the voice was back, a different voice but the same list of bearings, and it went on from the very word where the first had stopped.

Afterwards the company asked what had saved the evening. The answer fitted on a postcard:

- a second radio that somebody had tried out before it was needed;
- a crew that agreed, in advance, who would take over and when;
- a log in which every minute of the silence was written down honestly;
- and patience: half speed is slow, but it is faster than a rock.

A passenger from Kyōto, who had slept through all of it, wrote 灯台 — the lighthouse — on the last page of the guest book and drew a small boat beside it. 🚢 Under the drawing the café owner added that the oranges had arrived undamaged, that the band had played until one in the morning, and that the pilot was waiting on the quay with a very red face and a bag of warm crêpes for everyone.

The *Amélie* still sails at ten past nine. Her radio is new, her second radio is older than most of her crew, and on Mondays, before the coffee is ready, someone switches the first one off to hear whether the other will answer.
`;

/** What a model that starts over says behind the first 100 characters of the story. */
export const OTHER_STORY = ` sailors and a cargo of clocks, none of which agreed on the time. The harbour master counted them twice and wrote down a number that nobody believed. By midnight the clocks had begun to strike, first one, then all of them, and the whole deck was awake. In the end the cook wound them all to the same hour, and for the rest of the voyage breakfast was served exactly when he was ready for it.
`;

/** What a simulated model thinks before it speaks. */
export const THOUGHTS =
  "The reader wants the ferry's evening in order, so the fog comes after the harbour and before the list. Keep the names, keep the hour, and end with the Monday test. ";
