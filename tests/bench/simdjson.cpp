// Reads the two texts of every line of a JSON Lines file with simdjson's on-demand
// parser, and sums up their lengths.
//
//   simdjson-bench FILE many|line
//
// The file is read in blocks of whole lines (1 MiB), as a reader with little memory has
// to. "many" gives each block to iterate_many, "line" each line to iterate; simdjson
// checks the UTF-8 of all it is given. Keys are looked up in any order, as data files
// need. Prints "rows bytes-of-texts". Used by scripts/bench data.
#include <simdjson.h>

#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

using namespace simdjson;

static size_t rows, bytes;

static void take(ondemand::document_reference doc)
{
  std::string_view text, output;
  ondemand::object row = doc.get_object();
  text = row["text_input"].get_string();
  output = row["output"].get_string();
  rows++;
  bytes += text.size() + output.size();
}

static void block_many(ondemand::parser &parser, const char *data, size_t len)
{
  ondemand::document_stream stream;
  if (parser.iterate_many(data, len, len).get(stream)) throw std::bad_alloc();
  for (auto doc : stream) take(doc.value());
}

static void block_lines(ondemand::parser &parser, const char *data, size_t len,
                        size_t cap)
{
  for (const char *end = data + len; data < end;) {
    const char *nl = static_cast<const char *>(memchr(data, '\n', size_t(end - data)));
    size_t n = size_t(nl - data);
    ondemand::document doc = parser.iterate(data, n, cap - (len - size_t(end - data)));
    take(doc);
    data = nl + 1;
  }
}

int main(int argc, char **argv)
{
  const size_t block = size_t(1) << 20;
  std::vector<char> data(block + SIMDJSON_PADDING);
  ondemand::parser parser;
  FILE *f = argc == 3 ? fopen(argv[1], "rb") : nullptr;
  if (!f) return 2;
  setvbuf(f, nullptr, _IONBF, 0);
  bool many = strcmp(argv[2], "many") == 0;
  size_t held = 0, got;
  try {
    while ((got = fread(data.data() + held, 1, block - held, f)) > 0) {
      held += got;
      size_t used = held;
      while (used > 0 && data[used - 1] != '\n') used--;
      if (many)
        block_many(parser, data.data(), used);
      else
        block_lines(parser, data.data(), used, data.size());
      memmove(data.data(), data.data() + used, held -= used);
    }
  } catch (const simdjson_error &e) {
    fprintf(stderr, "simdjson: %s\n", e.what());
    return 1;
  }
  printf("%zu %zu\n", rows, bytes);
  return 0;
}
