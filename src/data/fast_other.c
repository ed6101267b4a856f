/* Members of plainly good rows that are not used: flat, with names that say nothing to
 * us. See fast_walk.h. */
#include "data/fast_walk.h"

#include <string.h>

static bool same(const struct gt_fast_name *a, const char *name, size_t len)
{
  return a->len == len && memcmp(a->at, name, len) == 0;
}

/* Whether nothing is to be told about a member of this name; asked once a name. */
static bool is_plain(struct gt_fast_walk *w, const char *name, size_t len)
{
  for (size_t i = 0; i < w->names_count; i++)
    if (same(&w->names[i], name, len)) return w->names[i].plain;
  if (w->names_count == GT_FAST_NAMES) return false;
  bool plain =
      gt_form_key(name, len) == GT_KEY_NONE && gt_form_near(name, len) == GT_KEY_NONE;
  w->names[w->names_count++] = (struct gt_fast_name){name, len, plain};
  return plain;
}

static size_t digits(const char *s, size_t at)
{
  while (s[at] >= '0' && s[at] <= '9') at++;
  return at;
}

/* The end of the number at `at`, `at` itself when there is none. */
static size_t number_end(const char *s, size_t at)
{
  size_t from = at + (s[at] == '-'), end = digits(s, from);
  if (end == from || (s[from] == '0' && end > from + 1)) return at;
  if (s[end] == '.') {
    from = end + 1;
    end = digits(s, from);
    if (end == from) return at;
  }
  if (s[end] == 'e' || s[end] == 'E') {
    from = end + 1;
    from += s[from] == '+' || s[from] == '-';
    end = digits(s, from);
    if (end == from) return at;
  }
  return end;
}

static bool word_at(struct gt_fast_walk *w, const char *word, size_t len)
{
  if (w->len - w->at < len || memcmp(w->data + w->at, word, len) != 0) return false;
  w->at += len;
  return true;
}

/* What follows the value is looked at by the caller: a comma or the end. */
static bool skip_value(struct gt_fast_walk *w)
{
  struct gt_fast_text unused;
  size_t side_len = w->side_len, end;
  switch (w->data[w->at]) {
  case '"':
    if (!gt_fast_string(w, &unused)) return false;
    w->side_len = side_len;
    return true;
  case 't': return word_at(w, "true", 4);
  case 'f': return word_at(w, "false", 5);
  case 'n': return word_at(w, "null", 4);
  default:
    end = number_end(w->data, w->at);
    if (end == w->at) return false;
    w->at = end;
    return true;
  }
}

bool gt_fast_other(struct gt_fast_walk *w, const char *name, size_t len)
{
  if (w->others_count == GT_FAST_OTHERS || !is_plain(w, name, len)) return false;
  for (size_t i = 0; i < w->others_count; i++)
    if (same(&w->others[i], name, len)) return false;
  w->others[w->others_count++] = (struct gt_fast_name){name, len, true};
  return skip_value(w);
}
