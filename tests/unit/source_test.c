/* Data files: what is opened, what is refused and how, gzip whole and broken. */
#include "data/source.h"

#include "unit.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define T(text) text, sizeof(text) - 1

static char folder[] = "/tmp/gtlua-source-XXXXXX";
static struct gt_err err;

static const char *in_folder(const char *name)
{
  static char path[100];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static const char *write_file(const char *name, const void *bytes, size_t len)
{
  const char *path = in_folder(name);
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(bytes, 1, len, f) != len) abort();
  fclose(f);
  return path;
}

/* Everything in pieces of at most `piece` bytes; -1 with err. */
static ssize_t read_all(char *dst, size_t cap, const char *path, size_t piece)
{
  struct gt_source *s;
  ssize_t n;
  size_t len = 0;
  if (gt_source_open(&s, path, &err) < 0) return -1;
  while (len < cap) {
    size_t want = cap - len < piece ? cap - len : piece;
    n = gt_source_read(s, dst + len, want, &err);
    if (n <= 0) break;
    len += (size_t)n;
  }
  gt_source_close(s);
  return n < 0 ? -1 : (ssize_t)len;
}

/* gzip without compression: members of stored blocks, as gzip -0 writes them. */
static uint32_t crc32_of(const char *s, size_t len)
{
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = 0; i < len; i++) {
    crc ^= (unsigned char)s[i];
    for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

static size_t put32(unsigned char *out, uint32_t v)
{
  for (int i = 0; i < 4; i++) out[i] = (unsigned char)(v >> 8 * i);
  return 4;
}

static size_t pack(unsigned char *out, const char *s, size_t len)
{
  static const unsigned char header[10] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3};
  size_t n = sizeof header, at = 0;
  memcpy(out, header, n);
  do {
    size_t block = len - at < 65535 ? len - at : 65535;
    out[n++] = at + block == len;
    out[n++] = (unsigned char)block;
    out[n++] = (unsigned char)(block >> 8);
    out[n++] = (unsigned char)~block;
    out[n++] = (unsigned char)(~block >> 8);
    memcpy(out + n, s + at, block);
    n += block;
    at += block;
  } while (at < len);
  n += put32(out + n, crc32_of(s, len));
  return n + put32(out + n, (uint32_t)len);
}

static char text[300000], back[400000];
static unsigned char packed[700000];

static void reads_plain_files(void)
{
  struct gt_source *s;
  for (size_t i = 0; i < sizeof text; i++) text[i] = (char)('a' + i % 23);
  write_file("plain", text, sizeof text);
  static const size_t pieces[] = {7, 4095, 4096, 4097, 1 << 20};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    UNIT_CHECK(read_all(back, sizeof back, in_folder("plain"), pieces[i]) ==
               sizeof text);
    UNIT_CHECK(memcmp(back, text, sizeof text) == 0);
  }
  UNIT_CHECK(gt_source_open(&s, in_folder("plain"), &err) == 0);
  UNIT_CHECK(!gt_source_is_gzip(s) && gt_source_size(s) == sizeof text);
  gt_source_close(s);
  gt_source_close(NULL);
  UNIT_CHECK(read_all(back, 10, write_file("empty", "", 0), 10) == 0);
  UNIT_CHECK(read_all(back, 10, write_file("one", "x", 1), 10) == 1);
  UNIT_CHECK(symlink("plain", in_folder("link")) == 0);
  UNIT_CHECK(read_all(back, sizeof back, in_folder("link"), 4096) == sizeof text);
}

static void refuse(const char *name, enum gt_code code, const char *says)
{
  struct gt_source *s = (struct gt_source *)(void *)text;
  UNIT_CHECK(gt_source_open(&s, in_folder(name), &err) == -1 && s == NULL);
  UNIT_CHECK(err.code == code);
  if (!strstr(err.message, says)) UNIT_STR(err.message, says);
  UNIT_CHECK(strstr(err.message, in_folder(name)) != NULL);
}

static void refuses_what_is_no_file(void)
{
  struct sockaddr_un addr = {.sun_family = AF_UNIX};
  struct gt_source *s;
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  refuse("missing", GT_NOT_FOUND, "No such file");
  refuse("plain/below", GT_NOT_FOUND, "Not a directory");
  UNIT_CHECK(mkdir(in_folder("folder"), 0700) == 0);
  refuse("folder", GT_INVALID_ARGUMENT, "is a folder");
  UNIT_CHECK(err.hint[0]);
  UNIT_CHECK(mkfifo(in_folder("fifo"), 0600) == 0);
  refuse("fifo", GT_INVALID_ARGUMENT, "is a FIFO"); /* nobody writes: it would wait */
  snprintf(addr.sun_path, sizeof addr.sun_path, "%s", in_folder("socket"));
  UNIT_CHECK(bind(fd, (struct sockaddr *)&addr, sizeof addr) == 0);
  refuse("socket", GT_INVALID_ARGUMENT, "is a socket");
  close(fd);
  UNIT_CHECK(gt_source_open(&s, "/dev/zero", &err) == -1);
  UNIT_STR(err.message, "/dev/zero is a device");
  if (geteuid() != 0) { /* root reads everything */
    chmod(write_file("secret", "x", 1), 0);
    refuse("secret", GT_PERMISSION_DENIED, "Permission denied");
  }
}

static void refuses_binary_files(void)
{
  static char tar[600];
  strcpy(tar, "file.jsonl");
  strcpy(tar + 257, "ustar");
  static const struct {
    const char *bytes;
    size_t len;
    const char *says;
  } kinds[] = {
      {T("%PDF-1.7\n"), "is a PDF document, not text"},
      {T("PK\x03\x04\x14\0\0\0"), "is a zip archive or an office document"},
      {T("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"), "is a PNG image"},
      {T("PAR1\x15\x04\x15\x10"), "is a Parquet file"},
      {T("SQLite format 3\0\x10\0\x01\x01"), "is an SQLite database"},
      {T("\x28\xB5\x2F\xFD\x04"), "is Zstandard"},
      {T("BZh91AY&SY\x01\x02"), "is bzip2"},
      {tar, sizeof tar, "is a tar archive"},
      {T("\x01\x02\x03{}"), "is binary, not text"},
      {T("\0\0\0\0\0\0\0\0"), "is binary, not text"},
  };
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    write_file("kind", kinds[i].bytes, kinds[i].len);
    refuse("kind", GT_INVALID_ARGUMENT, kinds[i].says);
    write_file("kind", packed, pack(packed, kinds[i].bytes, kinds[i].len));
    refuse("kind", GT_INVALID_ARGUMENT, "(packed with gzip)");
  }
  size_t inner = pack(packed + 1000, "text", 4);
  write_file("kind", packed, pack(packed, (char *)packed + 1000, inner));
  refuse("kind", GT_INVALID_ARGUMENT, "is gzip (packed with gzip)");
}

/* Text stays text, whatever it begins with and a little damage included. */
static void takes_text(void)
{
  static const struct {
    const char *bytes;
    size_t len;
  } texts[] = {
      {T("BZh is a word\n")},
      {T("RIFF,output\n")},
      {T("MZ,output\r\n\f")},
      {T("\xEF\xBB\xBFtext,output\n")},
      {T("\xFF\xFE{\0\"\0")},
      {T("{\0\"\0a\0\"\0:\0")},
      {T("\0{\0\"\0a\0\"\0:\0")},
      {T("{\"text_input\":\"a\0\",\"output\":\"b\"}")},
      {T("caf\xE9 \x1B[1mx\x1B[0m, a long line of text, all of it latin-1")},
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const char *path = write_file("text", texts[i].bytes, texts[i].len);
    UNIT_CHECK(read_all(back, sizeof back, path, 100) == (ssize_t)texts[i].len);
    UNIT_CHECK(memcmp(back, texts[i].bytes, texts[i].len) == 0);
  }
}

static void unpacks_gzip(void)
{
  struct gt_source *s;
  size_t n = pack(packed, text, 100000), first = n;
  n += pack(packed + n, "", 0);
  n += pack(packed + n, text + 100000, sizeof text - 100000);
  memset(packed + n, 0, 600); /* tapes pad with zeros */
  write_file("gz", packed, n + 600);
  static const size_t pieces[] = {1000, 4096, 65536, sizeof back};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    UNIT_CHECK(read_all(back, sizeof back, in_folder("gz"), pieces[i]) == sizeof text);
    UNIT_CHECK(memcmp(back, text, sizeof text) == 0);
  }
  UNIT_CHECK(gt_source_open(&s, in_folder("gz"), &err) == 0);
  UNIT_CHECK(gt_source_is_gzip(s) && gt_source_size(s) == (off_t)n + 600);
  gt_source_close(s);
  UNIT_CHECK(read_all(back, 10, write_file("gz", packed, first), 5) == 10);
  UNIT_CHECK(read_all(back, 10, write_file("gz", packed, pack(packed, "", 0)), 9) == 0);
}

static void names_broken_gzip(void)
{
  size_t n = pack(packed, text, 3000);
  for (size_t cut = 2; cut < n; cut++) { /* wherever it was cut */
    write_file("cut", packed, cut);
    UNIT_CHECK(read_all(back, sizeof back, in_folder("cut"), 4096) == -1);
    UNIT_CHECK(err.code == GT_DATA_LOSS && strstr(err.message, "is cut off"));
    UNIT_CHECK(err.hint[0]);
  }
  size_t two = n + pack(packed + n, text, 100);
  write_file("cut", packed, two - 1);
  UNIT_CHECK(read_all(back, sizeof back, in_folder("cut"), 4096) == -1);
  UNIT_CHECK(err.code == GT_DATA_LOSS);
  packed[500] ^= 1; /* the checksum sees it */
  write_file("bad", packed, n);
  UNIT_CHECK(read_all(back, sizeof back, in_folder("bad"), 4096) == -1);
  UNIT_CHECK(err.code == GT_DATA_LOSS && strstr(err.message, "incorrect data check"));
  packed[500] ^= 1;
  memcpy(packed + n, "more", 4);
  write_file("bad", packed, n + 4);
  UNIT_CHECK(read_all(back, sizeof back, in_folder("bad"), 4096) == -1);
  UNIT_CHECK(err.code == GT_DATA_LOSS && strstr(err.message, "is damaged gzip"));
}

static void notices_a_file_that_changes(void)
{
  struct gt_source *s;
  size_t len = 0;
  ssize_t n;
  write_file("grows", text, 100000);
  UNIT_CHECK(gt_source_open(&s, in_folder("grows"), &err) == 0);
  write_file("grows", text, 200000); /* fopen "w" cuts it and writes it anew */
  while ((n = gt_source_read(s, back, 4096, &err)) > 0) len += (size_t)n;
  UNIT_CHECK(n == 0 && len == 100000);
  gt_source_close(s);
  UNIT_CHECK(gt_source_open(&s, in_folder("grows"), &err) == 0);
  UNIT_CHECK(truncate(in_folder("grows"), 50000) == 0);
  while ((n = gt_source_read(s, back, 4096, &err)) > 0) continue;
  UNIT_CHECK(n == -1 && err.code == GT_DATA_LOSS);
  UNIT_CHECK(strstr(err.message, "became shorter") != NULL);
  gt_source_close(s);
}

static long peak_kib(void)
{
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  return use.ru_maxrss;
}

/* 60 MB out of 60 KB: read through without growing. */
static void keeps_its_memory(void)
{
  char command[400];
  snprintf(command, sizeof command,
           "head -c 60000000 /dev/zero | tr '\\0' a | gzip -1 > %s", in_folder("bomb"));
  UNIT_CHECK(system(command) == 0);
  struct gt_source *s;
  ssize_t n;
  size_t len = 0;
  UNIT_CHECK(gt_source_open(&s, in_folder("bomb"), &err) == 0);
  long before = peak_kib();
  while ((n = gt_source_read(s, back, sizeof back, &err)) > 0) len += (size_t)n;
  UNIT_CHECK(n == 0 && len == 60000000);
  UNIT_CHECK(peak_kib() - before < 4096);
  gt_source_close(s);
}

int main(void)
{
  char command[200];
  if (!mkdtemp(folder)) return 1;
  UNIT_RUN(reads_plain_files);
  UNIT_RUN(refuses_what_is_no_file);
  UNIT_RUN(refuses_binary_files);
  UNIT_RUN(takes_text);
  UNIT_RUN(unpacks_gzip);
  UNIT_RUN(names_broken_gzip);
  UNIT_RUN(notices_a_file_that_changes);
  UNIT_RUN(keeps_its_memory);
  snprintf(command, sizeof command, "rm -rf %s", folder);
  if (system(command) != 0) return 1;
  return unit_report();
}
