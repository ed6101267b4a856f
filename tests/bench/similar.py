"""The peer of similarbench: MinHash and LSH of datasketch over the lines of a file.

Prints "name value" lines as similarbench does. Usage: python3 similar.py FILE COUNT
"""
import re
import sys
import time

from datasketch import MinHash, MinHashLSH

with open(sys.argv[1], encoding="utf-8") as file:
    texts = [line.rstrip("\n") for line in file][: int(sys.argv[2])]
start = time.perf_counter()
index, pairs = MinHashLSH(threshold=0.8, num_perm=128), 0
for number, text in enumerate(texts):
    normal = re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
    signature = MinHash(num_perm=128)
    signature.update_batch([normal[i : i + 4].encode() for i in range(max(1, len(normal) - 3))])
    pairs += len(index.query(signature))
    index.insert(number, signature)
seconds = time.perf_counter() - start
print(f"seconds {seconds:.3f}\ntexts_a_second {len(texts) / seconds:.0f}\npairs {pairs}")
