/* Numbers that point to a person: telephones and cards; bank accounts are in
 * scan_iban.c.
 *
 * Used by scan_personal.c and text_scan.c. They are told by shape and check digits;
 * years, prices, dates, order numbers and draws are none. */
#include "data/scan.h"

#include <string.h>

static const char mask[] = "replace it by a made-up one, or leave the row out";

static const struct gt_scan_rule phone = {"personal-phone", "a telephone number", mask};
static const struct gt_scan_rule card = {"personal-card", "a card number", mask};

static bool one_of(char c, const char *set) { return c != '\0' && strchr(set, c); }

#define GROUPS_MAX 8

struct number {
  size_t from, to; /* with its plus and brackets */
  char digits[32]; /* NUL-terminated */
  size_t count;    /* of digits */
  int groups;      /* parts between separators */
  int sizes[GROUPS_MAX];
  bool plus, bracket, spaces_only;
  char separator; /* the only one used, '\0' none, '*' several */
};

/* Digits in groups; at most two separators between them. */
static bool read_number(struct number *n, const struct gt_scan *s, size_t at)
{
  size_t i = at, gap = 0;
  *n = (struct number){.from = at, .to = at, .spaces_only = true};
  for (; i < s->len; i++) {
    char c = s->text[i];
    if (gt_scan_digit(c)) {
      if (gap > 0 || n->count == 0) {
        if (n->groups == GROUPS_MAX) break;
        n->groups++;
      }
      if (n->count == sizeof n->digits - 1) return false;
      n->digits[n->count++] = c;
      n->sizes[n->groups - 1]++;
      n->to = i + 1;
      gap = 0;
    } else if (c == '+' && n->count == 0 && !n->plus && i <= at + 1) {
      n->plus = true;
    } else if (one_of(c, " -./()") && gap < 2) {
      if (c == '(' && gap == 1 && s->text[i - 1] != ' ') break;
      if (n->count > 0) gap++;
    } else
      break;
  }
  bool open = false;
  for (size_t k = at; k < n->to; k++) {
    char c = s->text[k];
    if (gt_scan_digit(c) || c == '+') continue;
    if (c == '(' || c == ')') {
      if ((c == '(') == open) return false;
      open = c == '(';
      n->bracket = true;
      continue;
    }
    if (c != ' ') n->spaces_only = false;
    if (n->separator != c) n->separator = n->separator ? '*' : c;
  }
  return n->count > 0 && !open;
}

static bool is_luhn(const char *d, size_t n)
{
  unsigned sum = 0;
  for (size_t i = 0; i < n; i++) {
    unsigned v = (unsigned)(d[n - 1 - i] - '0');
    if (i % 2) v = v * 2 > 9 ? v * 2 - 9 : v * 2;
    sum += v;
  }
  return sum % 10 == 0;
}

/* The issuers' ranges: first digits (four of them) and lengths. */
static bool is_issued(const char *d, size_t n)
{
  static const struct {
    int from, to;
    unsigned char min, max;
  } ranges[] = {
      {4000, 4999, 13, 13}, {4000, 4999, 16, 16}, {4000, 4999, 19, 19},
      {5100, 5599, 16, 16}, {2221, 2720, 16, 16}, {3400, 3499, 15, 15},
      {3700, 3799, 15, 15}, {6011, 6011, 16, 19}, {6440, 6599, 16, 19},
      {3528, 3589, 16, 19}, {3000, 3059, 14, 14}, {3600, 3699, 14, 14},
      {3800, 3999, 14, 14}, {6200, 6299, 16, 19}, {5018, 5018, 13, 19},
      {5020, 5020, 13, 19}, {5038, 5038, 13, 19}, {6304, 6304, 13, 19},
      {6759, 6763, 13, 19},
  };
  int first = (d[0] - '0') * 1000 + (d[1] - '0') * 100 + (d[2] - '0') * 10 + d[3] - '0';
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
    if (first >= ranges[i].from && first <= ranges[i].to && n >= ranges[i].min &&
        n <= ranges[i].max)
      return true;
  return false;
}

/* 5430 5431 5432 5433: groups that begin alike and differ. */
static bool is_row_of_codes(const struct number *n)
{
  if (n->groups != 4 || n->count != 16) return false;
  bool equal = true;
  for (int i = 4; i < 16; i += 4) {
    if (memcmp(n->digits, n->digits + i, 2) != 0) return false;
    if (memcmp(n->digits, n->digits + i, 4) != 0) equal = false;
  }
  return !equal;
}

static bool is_card(const struct number *n)
{
  if (n->count < 13 || n->count > 19 || n->plus || n->bracket) return false;
  if (n->separator && n->separator != ' ' && n->separator != '-') return false;
  if (n->groups > 1 && (n->sizes[0] != 4 || n->groups > 5)) return false;
  if (strspn(n->digits + 4, "0") == n->count - 4 || is_row_of_codes(n)) return false;
  return is_luhn(n->digits, n->count) && is_issued(n->digits, n->count);
}

static bool is_date(const struct number *n)
{
  if (n->groups < 3) return false;
  int a = n->sizes[0], b = n->sizes[1], c = n->sizes[2];
  if (a == 4 && b <= 2 && c <= 2) return true;
  return a <= 2 && b <= 2 && c == 4;
}

/* 555-123-4567, (555) 123-4567, 1-555-123-4567 */
static bool is_north_american(const struct number *n)
{
  int lead = n->groups == 4 && n->sizes[0] == 1 && n->digits[0] == '1';
  const int *sizes = n->sizes + lead;
  const char *d = n->digits + lead;
  if (n->groups != 3 + lead || sizes[0] != 3 || sizes[1] != 3 || sizes[2] != 4)
    return false;
  return d[0] >= '2' && d[3] >= '2' && (!n->spaces_only || n->bracket) &&
         n->separator != '/';
}

/* 030 1234567, 089/123456, 01 23 45 67 89, 020 7946 0958, 08712300220 */
static bool is_national(const struct number *n)
{
  if (n->digits[0] != '0' || n->digits[1] == '0') return false;
  if (n->groups == 1) return n->count == 10 || n->count == 11;
  if (n->count < 9 || n->count > 12) return false;
  if (n->groups == 5 && n->count == 10 && n->sizes[0] == 2 && n->sizes[4] == 2) {
    bool rising = n->digits[1] < '6'; /* as the numbers of a draw are; 06: mobile */
    for (size_t i = 2; i < 10; i += 2)
      if (strncmp(n->digits + i - 2, n->digits + i, 2) >= 0) rising = false;
    return !rising && n->separator != '*';
  }
  if (n->separator == '.' && n->groups < 3) return false;
  if (n->groups == 2 && n->sizes[0] == 5 && n->sizes[1] == 4 && n->separator == '-')
    return false; /* a postal code of the United States */
  return n->sizes[0] >= 3 && n->sizes[0] <= 5 && n->groups <= 4 &&
         n->sizes[n->groups - 1] >= 3;
}

/* 0123456789 and the like, and codes of four digits in a row. */
static bool is_made_up(const struct number *n)
{
  size_t steps = 0, fours = 0;
  for (size_t i = 1; i < n->count; i++) {
    int d = n->digits[i] - n->digits[i - 1];
    steps += d == 1 || d == -1 || d == 9 || d == -9;
  }
  for (int i = 0; i < n->groups; i++) fours += n->sizes[i] == 4;
  return (n->groups == 1 && steps + 1 == n->count) ||
         (n->groups >= 3 && fours == (size_t)n->groups);
}

/* Ten digits behind a 0 whose last one is the check digit of a book's number. */
static bool is_book(const struct number *n)
{
  unsigned sum = 0;
  if (n->groups != 1 || n->count != 10) return false;
  for (size_t i = 0; i < 10; i++)
    sum += (10 - (unsigned)i) * (unsigned)(n->digits[i] - '0');
  return sum % 11 == 0;
}

static bool is_phone(const struct number *n, const struct gt_scan *s)
{
  if (n->groups == 0 || is_date(n) || (!n->plus && is_made_up(n))) return false;
  if (n->plus)
    return n->count >= 8 && n->count <= 15 && n->digits[0] != '0' &&
           (n->separator != '.' || n->groups > 2) && n->separator != '/';
  if (n->digits[0] == '0' && n->digits[1] == '0')
    return n->count >= 11 && n->count <= 16 && n->digits[2] != '0' &&
           (n->groups > 1 || n->count >= 12);
  if (is_north_american(n) || (is_national(n) && !is_book(n))) return true;
  if (n->count < 7 || n->count > 12 || n->sizes[0] < 2 || n->separator == '.')
    return false;
  if (n->groups == 1 && n->count != 10 && n->count != 11) return false;
  return n->groups <= 4 && n->sizes[n->groups - 1] >= 3 &&
         gt_scan_named(
             s, n->from, 16,
             "call phone tel telephone mobile mob cell whatsapp fax dial ring");
}

static bool is_cut_off(const struct gt_scan *s, const struct number *n)
{
  char before = n->from > 0 ? s->text[n->from - 1] : ' ';
  char after = n->to < s->len ? s->text[n->to] : ' ';
  char next = n->to + 1 < s->len ? s->text[n->to + 1] : ' ';
  if (gt_scan_alnum(before) || one_of(before, "_#$@&=/+\\")) return true;
  if (one_of(before, ".,-") && n->from > 1 && gt_scan_alnum(s->text[n->from - 2]))
    return true;
  if (gt_scan_alnum(after) || one_of(after, "_%@$")) return true;
  return one_of(after, ",:.-/") && gt_scan_digit(next);
}

void gt_scan_number(struct gt_scan *s, size_t at)
{
  struct number n;
  char c = s->text[at];
  if (at < s->personal_to) return;
  if (gt_scan_digit(c) && at > 0 && gt_scan_digit(s->text[at - 1])) return;
  size_t took = 0;
  if (gt_scan_digit(c)) {
    if (at >= 2 && gt_scan_upper(s->text[at - 1]) && gt_scan_upper(s->text[at - 2]))
      took = gt_scan_iban(s, at - 2);
    if (took > 0) {
      s->personal_to = at - 2 + took;
      return;
    }
    if (at > 0 && (gt_scan_alnum(s->text[at - 1]) || one_of(s->text[at - 1], "_")))
      return;
    if (at == 0 || !one_of(s->text[at - 1], ".-")) took = gt_scan_v4(s, at);
    if (took > 0) {
      s->personal_to = at + took;
      return;
    }
  }
  if (!read_number(&n, s, at)) return;
  s->personal_to = n.to;
  if (is_cut_off(s, &n)) return;
  if (is_card(&n))
    gt_scan_add(s, &card, n.from, n.to - n.from, NULL);
  else if (is_phone(&n, s))
    gt_scan_add(s, &phone, n.from, n.to - n.from, NULL);
}
