/* Kinds of files by their first bytes. See file_kind.h. */
#include "data/file_kind.h"

#include <stdbool.h>
#include <string.h>

/* `texty`: the mark could begin a text, so the bytes behind it must not be one. */
static const struct {
  const char *mark;
  size_t at, len;
  const char *kind;
  bool texty;
} kinds[] = {
    {"%PDF-", 0, 5, "a PDF document", false},
    {"PK\x03\x04", 0, 4, "a zip archive or an office document", false},
    {"PK\x05\x06", 0, 4, "an empty zip archive", false},
    {"\x89PNG\r\n\x1A\n", 0, 8, "a PNG image", false},
    {"\xFF\xD8\xFF", 0, 3, "a JPEG image", false},
    {"GIF8", 0, 4, "a GIF image", true},
    {"RIFF", 0, 4, "a RIFF file (sound, image or video)", true},
    {"ID3", 0, 3, "an MP3 file", true},
    {"OggS", 0, 4, "an Ogg file", true},
    {"ftyp", 4, 4, "an MP4 file", true},
    {"PAR1", 0, 4, "a Parquet file", true},
    {"ARROW1", 0, 6, "an Arrow file", true},
    {"Obj\x01", 0, 4, "an Avro file", false},
    {"ORC", 0, 3, "an ORC file", true},
    {"SQLite format 3\0", 0, 16, "an SQLite database", false},
    {"\x89HDF\r\n\x1A\n", 0, 8, "an HDF5 file", false},
    {"\x93NUMPY", 0, 6, "a NumPy array", false},
    {"\x1F\x8B", 0, 2, "gzip", false},
    {"BZh", 0, 3, "bzip2", true},
    {"\xFD\x37zXZ\0", 0, 6, "xz", false},
    {"\x28\xB5\x2F\xFD", 0, 4, "Zstandard", false},
    {"\x04\x22\x4D\x18", 0, 4, "LZ4", false},
    {"7z\xBC\xAF\x27\x1C", 0, 6, "a 7-Zip archive", false},
    {"Rar!\x1A\x07", 0, 6, "a RAR archive", false},
    {"ustar", 257, 5, "a tar archive", true},
    {"\x7F"
     "ELF",
     0, 4, "a program (ELF)", false},
    {"MZ", 0, 2, "a program (Windows)", true},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 0, 8, "an old office document", false},
    {"{\\rtf", 0, 5, "a rich text document", false},
};

static bool is_control(char c)
{
  unsigned char u = (unsigned char)c;
  return u < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f';
}

/* ASCII in 16-bit units, without the mark: every second byte is zero, the others are
 * not. (With the mark it is no question: its bytes begin no UTF-8.) */
static bool is_utf16(const char *s, size_t len)
{
  size_t zero[2] = {0, 0}, half = len / 2;
  if (len < 2) return false;
  if (memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0) return true;
  for (size_t i = 0; i < half * 2; i++) zero[i & 1] += s[i] == '\0';
  return (zero[0] == 0 && zero[1] > half / 2) || (zero[1] == 0 && zero[0] > half / 2);
}

/* More than one control byte in twenty: no text has them, all that is packed has. A few
 * are damage, told later with their places. */
static bool is_binary(const char *s, size_t len)
{
  size_t controls = 0;
  for (size_t i = 0; i < len; i++) controls += is_control(s[i]);
  return controls * 20 > len && !is_utf16(s, len);
}

const char *gt_file_kind(const char *head, size_t len)
{
  if (len > GT_FILE_KIND_BYTES) len = GT_FILE_KIND_BYTES;
  bool any_control = false;
  for (size_t i = 0; i < len && !any_control; i++) any_control = is_control(head[i]);
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    if (len < kinds[k].at + kinds[k].len || (kinds[k].texty && !any_control)) continue;
    if (memcmp(head + kinds[k].at, kinds[k].mark, kinds[k].len) == 0)
      return kinds[k].kind;
  }
  return is_binary(head, len) ? "binary" : NULL;
}
