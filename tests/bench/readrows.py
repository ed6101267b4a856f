"""Reads the two texts of every line of a JSON Lines file with json, and sums up their
lengths.

    python3 readrows.py FILE

Prints "rows characters". Used by scripts/bench data.
"""
import json
import sys

rows = characters = 0
with open(sys.argv[1], "rb") as f:
    for line in f:
        row = json.loads(line)
        rows += 1
        characters += len(row["text_input"]) + len(row["output"])
print(rows, characters)
