/* Text for completion. See words.h. */
#include "cli/words.h"

#include <stdlib.h>
#include <string.h>

/* What all words have in common; words end with '\n'. */
static size_t common_prefix(const char *words, size_t first)
{
  size_t n = first;
  for (const char *p = words; *p; p = strchr(p, '\n') + 1) {
    size_t i = 0;
    while (i < n && p[i] == words[i]) i++;
    n = i;
  }
  while (n && ((unsigned char)words[n] & 0xC0) == 0x80) n--;
  return n;
}

char **gt_words_list(const struct gt_buf *words)
{
  size_t count = 0, at = 1;
  for (size_t i = 0; i < words->len; i++) count += words->data[i] == '\n';
  char **list = calloc(count + 2, sizeof *list);
  if (!list) return NULL;
  size_t first = strcspn(words->data, "\n");
  list[0] = strndup(words->data, common_prefix(words->data, first));
  for (char *p = words->data; *p; at++) {
    size_t len = strcspn(p, "\n");
    list[at] = strndup(p, len);
    p += len + 1;
  }
  return list;
}

long gt_words_string(const char *line, int at, size_t *cursor)
{
  char quote = 0;
  bool escaped = false;
  long start = -1;
  const char *p = line;
  for (; *p; p++) {
    bool starts_character = ((unsigned char)*p & 0xC0) != 0x80;
    if (starts_character && at-- == 0) break;
    if (escaped) {
      escaped = false;
    } else if (quote) {
      escaped = *p == '\\';
      if (*p == quote) quote = 0;
    } else if (*p == '"' || *p == '\'') {
      quote = *p;
      start = p + 1 - line;
    }
  }
  *cursor = (size_t)(p - line);
  return quote ? start : -1;
}
