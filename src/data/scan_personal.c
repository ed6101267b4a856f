/* What points to a person: mail and IP addresses; numbers are in scan_number.c.
 *
 * Used by text_scan.c. Addresses that belong to nobody (0.0.0.0, loopback, private
 * networks, well-known resolvers) and versions are not told. Addresses of example.com
 * and of the documentation networks are: data that has them is rarely meant to. */
#include "data/scan.h"

#include <stdio.h>
#include <string.h>

static const char mask[] = "replace it by a made-up one, or leave the row out";

static const struct gt_scan_rule email = {"personal-email", "a mail address", mask};
static const struct gt_scan_rule ip = {"personal-ip", "an IP address", mask};

static bool one_of(char c, const char *set) { return c != '\0' && strchr(set, c); }

/* --- mail --- */

static bool is_local(char c) { return gt_scan_alnum(c) || one_of(c, "._%+-"); }

static bool is_file_name(const char *tld, size_t n)
{
  static const char *const ends[] = {"png", "jpg", "jpeg", "gif", "svg", "webp",
                                     "css", "js",  "pdf",  "zip", "html"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
    if (strlen(ends[i]) == n && strncasecmp(tld, ends[i], n) == 0) return true;
  return false;
}

static void look_email(struct gt_scan *s, size_t at)
{
  const char *t = s->text;
  size_t from = at, to = at + 1, label = at + 1, dots = 0;
  while (from > 0 && at - from < 64 && is_local(t[from - 1])) from--;
  while (from < at && one_of(t[from], ".-+%")) from++;
  if (from == at || t[at - 1] == '.') return;
  if (from > 0 && (one_of(t[from - 1], "@/") || is_local(t[from - 1]))) return;
  /* the password of an address and its host */
  for (size_t i = from; i > 2 && from - i < 64 && (unsigned char)t[i - 1] > ' '; i--)
    if (t[i - 1] == '/' && t[i - 2] == '/' && t[i - 3] == ':') return;
  while (to < s->len && to - at < 255) {
    if (gt_scan_alnum(t[to]) || (t[to] == '-' && to > label))
      to++;
    else if (t[to] == '.' && to > label && to + 1 < s->len &&
             gt_scan_alnum(t[to + 1])) {
      dots++;
      label = ++to;
    } else
      break;
  }
  size_t n = to - label;
  if (n > 1 && gt_scan_upper(t[label]) && gt_scan_lower(t[label + 1]) &&
      !gt_scan_upper(t[at + 1])) { /* "write to me@host.Then" */
    dots--;
    to = label - 1;
    for (label = to; t[label - 1] != '.' && t[label - 1] != '@'; label--) {
    }
    n = to - label;
  }
  if (dots == 0 || n < 2 || n > 24 || is_file_name(t + label, n)) return;
  for (size_t i = label; i < to; i++)
    if (gt_scan_digit(t[i]) || t[i] == '-') return;
  if (at - from == 3 && memcmp(t + from, "git", 3) == 0 && to < s->len && t[to] == ':')
    return;
  char shown[40];
  snprintf(shown, sizeof shown, "%c...@%.*s", t[from],
           (int)(to - at - 1 < 30 ? to - at - 1 : 30), t + at + 1);
  gt_scan_add(s, &email, from, to - from, shown);
  if (to > s->personal_to) s->personal_to = to;
}

/* --- IP --- */

static bool is_version(const struct gt_scan *s, size_t at)
{
  return gt_scan_named(s, at, 12,
                       "version ver ver. v release build firmware rev "
                       "section chapter rfc driver update");
}

/* The length of four numbers with dots at `at`, 0: none. */
static size_t read_v4(unsigned groups[4], const struct gt_scan *s, size_t at)
{
  size_t i = at;
  for (int g = 0; g < 4; g++) {
    size_t from = i;
    unsigned v = 0;
    while (i < s->len && i - from < 4 && gt_scan_digit(s->text[i]))
      v = v * 10 + (unsigned)(s->text[i++] - '0');
    if (i == from || i - from > 3 || v > 255 || (i - from > 1 && s->text[from] == '0'))
      return 0;
    groups[g] = v;
    if (g < 3 && (i >= s->len || s->text[i++] != '.')) return 0;
  }
  if (i < s->len && (gt_scan_alnum(s->text[i]) || one_of(s->text[i], "_-%"))) return 0;
  if (i + 1 < s->len && s->text[i] == '.' && gt_scan_digit(s->text[i + 1])) return 0;
  return i - at;
}

static bool is_nobody(const unsigned g[4])
{
  if (g[0] == 0 || g[0] == 10 || g[0] == 127 || g[0] >= 224) return true;
  if (g[0] == 172 && g[1] >= 16 && g[1] < 32) return true;
  if ((g[0] == 192 && g[1] == 168) || (g[0] == 169 && g[1] == 254)) return true;
  if (g[0] == g[1] && g[1] == g[2] && g[2] == g[3]) return true; /* 1.1.1.1, 8.8.8.8 */
  if (g[0] == 8 && g[1] == 8 && g[2] == 4 && g[3] == 4) return true;
  return g[0] < 10 && g[1] < 10 && g[2] < 10 && g[3] < 10; /* a chapter or a version */
}

size_t gt_scan_v4(struct gt_scan *s, size_t at)
{
  unsigned groups[4];
  size_t n = read_v4(groups, s, at);
  if (n == 0 || is_nobody(groups) || is_version(s, at)) return n;
  bool small = groups[0] < 64 && groups[1] < 64 && groups[2] < 64 && groups[3] < 64;
  if (small && !gt_scan_named(s, at, 12, "ip addr address host server ping from"))
    return n; /* more likely the version of something */
  gt_scan_add(s, &ip, at, n, NULL);
  return n;
}

static bool is_hex(char c)
{
  return gt_scan_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

/* Eight groups, or at least three with one "::" between them and a digit. */
static void look_v6(struct gt_scan *s, size_t colon)
{
  const char *t = s->text;
  size_t from = colon, to = colon, groups = 0, digits = 0, gaps = 0, in_group = 0;
  while (from > 0 && colon - from < 4 && is_hex(t[from - 1])) from--;
  if (from == colon ||
      (from > 0 && (gt_scan_alnum(t[from - 1]) || one_of(t[from - 1], ":._-/"))))
    return;
  for (to = from; to < s->len && to - from < 40 && (is_hex(t[to]) || t[to] == ':');
       to++) {
    if (t[to] == ':') {
      if (to > from && t[to - 1] == ':') gaps++;
      in_group = 0;
    } else {
      digits += gt_scan_digit(t[to]);
      if (in_group++ == 0) groups++;
      if (in_group > 4) return;
    }
  }
  while (to > from && t[to - 1] == ':' && !(to > from + 1 && t[to - 2] == ':')) to--;
  s->personal_to = to;
  if (to < s->len && (gt_scan_alnum(t[to]) || one_of(t[to], "_-"))) return;
  if (gaps > 1 || groups > 8 || (gaps == 0 && groups != 8) || groups < 3 || digits == 0)
    return;
  if (strncasecmp(t + from, "fe80", 4) == 0 || strncasecmp(t + from, "fd", 2) == 0 ||
      strncasecmp(t + from, "fc", 2) == 0)
    return;
  gt_scan_add(s, &ip, from, to - from, NULL);
}

void gt_scan_personal(struct gt_scan *s, size_t at)
{
  if (s->text[at] == '@')
    look_email(s, at);
  else if (at >= s->personal_to)
    look_v6(s, at);
}
