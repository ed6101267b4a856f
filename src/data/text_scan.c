/* One pass over a text: a table tells the bytes that are worth a look, the searchers
 * (scan.h) look. See text_scan.h. */
#include "base/err.h"
#include "data/scan.h"

#include <string.h>

enum {
  WORD = 0,     /* key characters that give nothing away */
  BREAK = 1,    /* no key character: a run of them ends here */
  DAMAGE = 2,   /* control characters, lead bytes that damage begins with, \ and & */
  PERSONAL = 4, /* @ */
  DIGIT = 8,    /* also + and (, which numbers begin with */
  COLON = 16,
};

#define RUN_MIN 16 /* no key is shorter */
#define SHOWN_MAX 6

#define FOUR(x) x, x, x, x
#define SIXTEEN(x) FOUR(x), FOUR(x), FOUR(x), FOUR(x)
#define CONTROL (BREAK | DAMAGE)

static const unsigned char classes_of[256] = {
    FOUR(CONTROL), FOUR(CONTROL), CONTROL, BREAK, BREAK, CONTROL, CONTROL, BREAK,
    CONTROL, CONTROL, SIXTEEN(CONTROL),
    /* space to ' */
    FOUR(BREAK), BREAK, BREAK, BREAK | DAMAGE, BREAK,
    /* ( ) * + , - . / */
    BREAK | DIGIT, BREAK, BREAK, DIGIT, BREAK, WORD, WORD, WORD,
    /* digits, : ; < = > ? */
    FOUR(DIGIT), FOUR(DIGIT), DIGIT, DIGIT, BREAK | COLON, BREAK, BREAK, WORD, BREAK,
    BREAK,
    /* @ and upper case, [ \ ] ^ _ */
    BREAK | PERSONAL, WORD, WORD, WORD, FOUR(WORD), FOUR(WORD), FOUR(WORD), FOUR(WORD),
    FOUR(WORD), WORD, WORD, WORD, BREAK, BREAK | DAMAGE, BREAK, BREAK, WORD,
    /* ` and lower case, { | } ~ DEL */
    BREAK, WORD, WORD, WORD, FOUR(WORD), FOUR(WORD), FOUR(WORD), FOUR(WORD), FOUR(WORD),
    WORD, WORD, WORD, BREAK, BREAK, BREAK, WORD, CONTROL,
    /* UTF-8: C1 controls, mojibake, U+20xx, U+FExx and U+FFxx, U+Exxxx */
    SIXTEEN(BREAK), SIXTEEN(BREAK), SIXTEEN(BREAK), SIXTEEN(BREAK), BREAK, BREAK,
    CONTROL, CONTROL, FOUR(BREAK), FOUR(BREAK), FOUR(BREAK), SIXTEEN(BREAK), BREAK,
    BREAK, CONTROL, BREAK, FOUR(BREAK), FOUR(BREAK), BREAK, BREAK, BREAK, CONTROL,
    BREAK, BREAK, BREAK, CONTROL, FOUR(BREAK), FOUR(BREAK), FOUR(BREAK)};

bool gt_scan_has(const struct gt_scan *s, size_t at, const char *word)
{
  size_t n = strlen(word);
  return at <= s->len && s->len - at >= n && memcmp(s->text + at, word, n) == 0;
}

static bool has_folded(const char *text, const char *word, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if ((gt_scan_upper(text[i]) ? text[i] + 32 : text[i]) != word[i]) return false;
  return true;
}

/* A word by itself or in a name like accessToken. */
static bool is_whole(const struct gt_scan *s, size_t at, size_t n)
{
  char before = at > 0 ? s->text[at - 1] : ' ';
  char after = at + n < s->len ? s->text[at + n] : ' ';
  if (gt_scan_upper(before)) return false;
  return !(gt_scan_lower(before) && gt_scan_lower(s->text[at])) &&
         !gt_scan_lower(after);
}

bool gt_scan_named(const struct gt_scan *s, size_t at, size_t within, const char *words)
{
  size_t from = at > within ? at - within : 0;
  while (*words) {
    size_t n = strcspn(words, " ");
    for (size_t i = from; i + n <= at; i++)
      if (has_folded(s->text + i, words, n) && is_whole(s, i, n)) return true;
    words += n;
    if (*words == ' ') words++;
  }
  return false;
}

static void release(struct gt_scan *s, size_t n)
{
  for (size_t i = 0; i < n; i++) s->hit(s->ctx, &s->waiting[i]);
  s->waiting_count -= n;
  memmove(s->waiting, s->waiting + n, s->waiting_count * sizeof *s->waiting);
}

/* The hits that nothing found from byte `at` on can come before. */
static void release_before(struct gt_scan *s, size_t at)
{
  size_t n = 0;
  while (n < s->waiting_count && s->waiting[n].at + GT_SCAN_BEFORE < at) n++;
  if (n > 0) release(s, n);
}

static bool is_told(struct gt_scan *s, const char *id)
{
  for (size_t i = 0; i < s->told_count; i++)
    if (strcmp(s->told[i], id) == 0) return true;
  if (s->told_count < GT_SCAN_RULES_MAX) s->told[s->told_count++] = id;
  return false;
}

/* The first characters, and never more than half of it. */
static void show_start(char *dst, size_t cap, const char *text, size_t len)
{
  size_t n = len / 2 < SHOWN_MAX ? len / 2 : SHOWN_MAX;
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7E) n = i;
  gt_err_copy(dst, cap, text, n);
  memcpy(dst + n, "...", sizeof "...");
}

void gt_scan_add(struct gt_scan *s, const struct gt_scan_rule *rule, size_t at,
                 size_t len, const char *shown)
{
  if (!s->all && is_told(s, rule->id)) return;
  if (s->waiting_count == GT_SCAN_WAITING) release(s, 1);
  size_t i = s->waiting_count++;
  for (; i > 0 && s->waiting[i - 1].at > at; i--) s->waiting[i] = s->waiting[i - 1];
  struct gt_scan_hit *h = &s->waiting[i];
  *h = (struct gt_scan_hit){
      .rule = rule->id, .what = rule->what, .hint = rule->hint, .at = at, .len = len};
  if (shown)
    gt_err_copy(h->shown, sizeof h->shown, shown, strlen(shown));
  else
    show_start(h->shown, sizeof h->shown, s->text + at, len);
}

static void look(struct gt_scan *s, size_t at, unsigned char c, unsigned wanted)
{
  if ((c & DAMAGE) && (wanted & GT_SCAN_DAMAGE)) gt_scan_damage(s, at);
  if ((c & COLON) && (wanted & GT_SCAN_SECRETS)) gt_scan_colon(s, at);
  if ((c & (PERSONAL | COLON)) && (wanted & GT_SCAN_PERSONAL)) gt_scan_personal(s, at);
  if ((c & DIGIT) && (wanted & GT_SCAN_PERSONAL)) gt_scan_number(s, at);
}

void gt_text_scan(const char *text, size_t len, unsigned classes, int all,
                  void (*hit)(void *ctx, const struct gt_scan_hit *h), void *ctx)
{
  struct gt_scan s;
  s.text = text, s.len = len, s.all = all != 0, s.hit = hit, s.ctx = ctx;
  s.told_count = s.waiting_count = 0;
  s.is_code = s.is_markup = s.escapes = -1;
  s.damage_to = s.personal_to = s.secrets_to = 0;
  if (classes & GT_SCAN_DAMAGE) gt_scan_outer_space(&s);
  size_t run = 0; /* where the run of key characters began */
  for (size_t i = 0; i < len; i++) {
    unsigned char c = classes_of[(unsigned char)text[i]];
    if (c == WORD) continue;
    if (c & BREAK) {
      if ((classes & GT_SCAN_SECRETS) && i > run &&
          (i - run >= RUN_MIN || text[run] == '-'))
        gt_scan_secrets(&s, run, i);
      run = i + 1;
      if (c == BREAK) continue;
    }
    look(&s, i, c, classes);
    if (s.waiting_count > 0) release_before(&s, run < i ? run : i);
  }
  if ((classes & GT_SCAN_SECRETS) && len > run &&
      (len - run >= RUN_MIN || text[run] == '-'))
    gt_scan_secrets(&s, run, len);
  release(&s, s.waiting_count);
}
