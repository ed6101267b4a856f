// Reads the two texts of every line of a JSON Lines file with JSON.parse, in blocks of
// 16 MB, and sums up their lengths in UTF-8 units of what was read.
//
//   node readrows.mjs FILE
//
// Prints "rows characters". Used by scripts/bench data.
import { openSync, readSync } from "node:fs";

const block = Buffer.alloc(16 << 20);
const fd = openSync(process.argv[2], "r");
let held = 0, rows = 0, characters = 0;
for (;;) {
  const got = readSync(fd, block, held, block.length - held, null);
  if (got === 0) break;
  held += got;
  const used = block.lastIndexOf(10, held - 1) + 1;
  const lines = block.toString("utf8", 0, used).split("\n");
  lines.pop();
  for (const line of lines) {
    const row = JSON.parse(line);
    rows++;
    characters += row.text_input.length + row.output.length;
  }
  block.copy(block, 0, used, held);
  held -= used;
}
console.log(rows, characters);
