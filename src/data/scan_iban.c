/* International bank account numbers: the country's length and mod 97.
 *
 * Used by scan_number.c. */
#include "data/scan.h"

static const struct gt_scan_rule iban = {
    "personal-iban", "a bank account (IBAN)",
    "replace it by a made-up one, or leave the row out"};

static const char iban_lengths[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29"
    "ES24FI18FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20"
    "LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25"
    "QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20";

static size_t iban_length(const char *country)
{
  for (const char *p = iban_lengths; *p; p += 4)
    if (p[0] == country[0] && p[1] == country[1])
      return (size_t)((p[2] - '0') * 10 + p[3] - '0');
  return 0;
}

static unsigned mod97(unsigned sum, char c)
{
  if (gt_scan_digit(c)) return (sum * 10 + (unsigned)(c - '0')) % 97;
  return (sum * 100 + (unsigned)(c - 'A') + 10) % 97;
}

/* `at`: its first letter. Spaces may stand between. */
size_t gt_scan_iban(struct gt_scan *s, size_t at)
{
  char all[40];
  size_t want = iban_length(s->text + at), n = 0, i = at;
  if (want == 0 || (at > 0 && gt_scan_alnum(s->text[at - 1]))) return 0;
  for (; i < s->len && n < want; i++) {
    if (s->text[i] == ' ' && s->text[i - 1] != ' ') continue;
    if (!gt_scan_digit(s->text[i]) && !gt_scan_upper(s->text[i])) return 0;
    all[n++] = s->text[i];
  }
  if (n < want || (i < s->len && gt_scan_alnum(s->text[i]))) return 0;
  unsigned sum = 0;
  for (size_t k = 0; k < n; k++) sum = mod97(sum, all[(k + 4) % n]);
  if (sum != 1) return 0;
  gt_scan_add(s, &iban, at, i - at, NULL);
  return i - at;
}
