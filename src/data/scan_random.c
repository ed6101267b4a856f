/* Tokens that look random, of no known kind.
 *
 * Used by scan_secrets.c. A token is told when upper case, lower case and digits
 * alternate as they do in no word, or when a name like api_key stands before it.
 * Digests (hex only), UUIDs, parts of addresses, public keys and base64 of text are no
 * secrets.
 */
#include "data/scan_keys.h"

#include <math.h>
#include <string.h>

static const char revoke[] = "revoke it where it was made and remove it";

#define RULE(name, id, what) static const struct gt_scan_rule name = {id, what, revoke}
RULE(entropy, "secret-high-entropy", "a random token, perhaps a key");
RULE(aws_secret, "secret-aws-secret-key", "an AWS secret access key");

static double entropy_of(const char *p, size_t n)
{
  unsigned counts[128] = {0};
  double bits = 0;
  for (size_t i = 0; i < n; i++) counts[p[i] & 127]++;
  for (int i = 0; i < 128; i++)
    if (counts[i] > 0) bits -= counts[i] * log2((double)counts[i] / (double)n);
  return bits / (double)n;
}

static int sort_of(char c)
{
  return gt_scan_digit(c) ? 1 : gt_scan_upper(c) ? 2 : gt_scan_lower(c) ? 4 : 8;
}

/* Does it decode to text? Then it is base64 of a word and no key. */
static bool is_coded_text(const char *p, size_t n)
{
  unsigned char out[96];
  size_t len = gt_key_decode64(out, sizeof out, p, n), plain = 0;
  for (size_t i = 0; i < len; i++)
    plain += (out[i] >= 0x20 && out[i] < 0x7F) || out[i] == '\n' || out[i] == '\t';
  return len > 0 && plain * 100 >= len * 95;
}

/* Public by their nature: keys for ssh, certificates, digests for browsers, images. */
static bool is_public(const struct gt_scan *s, size_t at)
{
  static const char *const starts[] = {
      "AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh", "MII",     "iVBORw0", "/9j/",
      "R0lGOD",      "0x",          "sha256-",      "sha384-", "sha512-"};
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
    if (gt_scan_has(s, at, starts[i])) return true;
  return gt_scan_named(s, at, 8, "base64,");
}

static bool is_bitcoin(const char *p, size_t n)
{
  return n >= 26 && n <= 35 && (*p == '1' || *p == '3') && !memchr(p, '0', n) &&
         !memchr(p, 'l', n) && !memchr(p, 'I', n) && !memchr(p, 'O', n);
}

static const char names[] = "api_key apikey api-key secret token passwd password "
                            "access_key accesskey auth_key private_key client_secret";

static bool is_named(const struct gt_scan *s, size_t at)
{
  if (at == 0 || !strchr("=:\"' `", s->text[at - 1])) return false;
  size_t from = at;
  while (from > 0 && at - from < 4 && strchr("=:\"' `", s->text[from - 1])) from--;
  bool assigned =
      memchr(s->text + from, '=', at - from) || memchr(s->text + from, ':', at - from);
  return assigned && gt_scan_named(s, from, 24, names);
}

static bool in_address(const struct gt_scan *s, size_t at)
{
  size_t from = at;
  while (from > 0 && at - from < 300 && (unsigned char)s->text[from - 1] > ' ') from--;
  return memmem(s->text + from, at - from, "://", 3) != NULL ||
         memmem(s->text + from, at - from, "www.", 4) != NULL;
}

/* Names of programs: words of small letters, perhaps digits between. */
static bool is_identifier(const char *p, size_t n)
{
  size_t in_words = 0, digits = 0;
  for (size_t i = 0; i < n;) {
    size_t run = 0;
    while (i + run < n && gt_scan_lower(p[i + run])) run++;
    if (run >= 3) in_words += run;
    if (run == 0) digits += gt_scan_digit(p[i]);
    i += run ? run : 1;
  }
  if (n > 2 && p[0] == '_' && p[1] == 'Z') return true; /* as linkers write them */
  return in_words * 10 >= n * 4 || (digits <= 2 && in_words * 100 >= n * 27);
}

/* Most of it are digests, 16 hexadecimal digits and more of one case. */
static bool is_digest(const char *p, size_t n)
{
  size_t in_digests = 0;
  for (size_t i = 0; i < n;) {
    size_t run = 0;
    while (i + run < n && sort_of(p[i + run]) != 8) run++;
    size_t hex = gt_key_span(p + i, run, GT_HEX, run);
    if (run >= 16 && hex == run) in_digests += run;
    i += run + 1;
  }
  return in_digests * 2 > n;
}

/* A line of a longer block: a certificate, a picture, a signature. */
static bool is_block(const struct gt_scan *s, size_t at, size_t n)
{
  size_t from = at > 16384 ? at - 16384 : 0, end = at + n;
  if (memmem(s->text + from, at - from, "-----BEGIN ", 11)) return true;
  if (n < 40) return false;
  while (end < s->len && gt_key_has(GT_BASE64, s->text[end])) end++;
  if (end + 1 < s->len && s->text[end] == '\n' &&
      gt_key_has(GT_BASE64, s->text[end + 1]))
    return gt_key_span(s->text + end + 1, s->len - end - 1, GT_BASE64, 64) >= 20;
  return false;
}

/* Letters and digits that alternate as in no word. */
static bool is_random(const char *p, size_t n, bool named)
{
  size_t turns = 0, separators = 0, digits = 0;
  int sorts = 0;
  for (size_t i = 0; i < n; i++) {
    int sort = sort_of(p[i]);
    sorts |= sort;
    separators += sort == 8;
    digits += sort == 1;
    turns += i > 0 && sort != sort_of(p[i - 1]);
  }
  if (named && n >= 32 && gt_key_span(p, n, GT_HEX, n) == n)
    return digits > 4 && digits < n;
  if (separators * 8 > n) return false;
  if (named && n >= 16 && digits >= 2 && digits < n)
    return turns * 10 >= n * 3 && entropy_of(p, n) >= 3.2;
  return n >= 24 && (sorts & 7) == 7 && turns * 10 >= n * 4 &&
         entropy_of(p, n) >= (n >= 32 ? 4.2 : 3.9);
}

static size_t look_token(struct gt_scan *s, size_t at, size_t end)
{
  const char *p = s->text + at;
  size_t n = 0;
  while (at + n < end && n <= 256 &&
         (gt_key_has(GT_WORDS, p[n]) || p[n] == '+' || p[n] == '='))
    n++;
  while (n > 0 && p[n - 1] == '=') n--;
  bool assign = memchr(p, '=', n) != NULL; /* name=value: its value comes next */
  if (n < 16 || n > 256 || assign) return 0;
  bool named = is_named(s, at);
  if (!is_random(p, n, named) || is_public(s, at)) return 0;
  if (!named && (is_identifier(p, n) || is_digest(p, n) || is_block(s, at, n)))
    return 0;
  if (!named && (in_address(s, at) || is_bitcoin(p, n) || is_coded_text(p, n)))
    return 0;
  gt_scan_add(s, &entropy, at, n, NULL);
  return n;
}

/* 40 characters of base64 behind a name with aws and secret in it. */
static size_t look_aws(struct gt_scan *s, size_t at, size_t end)
{
  size_t n = gt_key_span(s->text + at, end - at, GT_BASE64, 41);
  if (n != 40 || entropy_of(s->text + at, n) < 4) return 0;
  if (!gt_scan_named(s, at, 48, "aws") || !gt_scan_named(s, at, 40, "secret")) return 0;
  if (memmem(s->text + at, n, "EXAMPLE", 7)) return 0;
  gt_scan_add(s, &aws_secret, at, n, NULL);
  return n;
}

size_t gt_scan_random(struct gt_scan *s, size_t at, size_t end)
{
  size_t n = look_aws(s, at, end);
  return n > 0 ? n : look_token(s, at, end);
}
