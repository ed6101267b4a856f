/*
 * faultd_script.c: the frame of a fault script (rules, replies, connections) and the
 * tools its directives are read with; faultd_words.c reads the directives. README.md
 * here holds the grammar. Never guesses: what it does not know is an error with its
 * line.
 */
#define _POSIX_C_SOURCE 200809L
#include "faultd_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int faultd_script_refuse(const struct faultd_parser *ps, const char *why,
                         const char *what)
{
  fprintf(stderr, "%s:%u: %s%s%s\n", ps->path, ps->line, why, what ? ": " : "",
          what ? what : "");
  return -1;
}

/* The next line without its LF, NULL at the end. */
char *faultd_script_line(struct faultd_parser *ps)
{
  char *line = ps->at;
  if (!line || *line == 0) return NULL;
  char *end = strchr(line, '\n');
  ps->at = end ? end + 1 : NULL;
  if (end) *end = 0;
  ps->line++;
  return line;
}

char *faultd_script_word(char **rest)
{
  char *word = *rest + strspn(*rest, " \t\r");
  char *end = word + strcspn(word, " \t\r");
  if (*end) *end++ = 0;
  *rest = end + strspn(end, " \t\r");
  return word;
}

int faultd_script_to_size(uint64_t *out, const char *s)
{
  char *end;
  if (*s < '0' || *s > '9') return -1;
  uint64_t v = strtoull(s, &end, 10);
  unsigned shift = *end == 'k' ? 10 : *end == 'm' ? 20 : *end == 'g' ? 30 : 0;
  if (end[shift ? 1 : 0] || v > (UINT64_MAX >> 1) >> shift) return -1;
  *out = v << shift;
  return 0;
}

int faultd_script_size(struct faultd_parser *ps, uint64_t *out, char **rest)
{
  char *word = faultd_script_word(rest);
  return faultd_script_to_size(out, word)
             ? faultd_script_refuse(ps, "a size is needed, not", word)
             : 0;
}

int faultd_script_seconds(struct faultd_parser *ps, double *out, char **rest)
{
  char *word = faultd_script_word(rest), *end;
  *out = strtod(word, &end);
  if (end == word || *end || !(*out >= 0 && *out < 86400))
    return faultd_script_refuse(ps, "a time is needed, not", word);
  return 0;
}

int faultd_script_pick(struct faultd_parser *ps, const char *word,
                       const char *const *names)
{
  for (int i = 0; names[i]; i++)
    if (!strcmp(word, names[i])) return i;
  return faultd_script_refuse(ps, "unknown word", word);
}

static int start_rule(struct faultd_parser *ps, char *rest)
{
  if (ps->rule && !ps->rule->replies)
    return faultd_script_refuse(ps, "the rule above has no reply", NULL);
  struct faultd_rule *rule = faultd_alloc(sizeof *rule), **end = &ps->script->rules;
  while (*end) end = &(*end)->next;
  *end = ps->rule = rule;
  ps->reply = NULL;
  rule->method = faultd_strdup(faultd_script_word(&rest));
  rule->glob = faultd_strdup(faultd_script_word(&rest));
  return rule->glob[0]
             ? 0
             : faultd_script_refuse(ps, "on METHOD PATH-GLOB is needed", NULL);
}

static int start_reply(struct faultd_parser *ps, char *rest)
{
  if (!ps->rule) return faultd_script_refuse(ps, "a reply without a rule", NULL);
  struct faultd_reply *r = faultd_alloc(sizeof *r), **end = &ps->rule->replies;
  while (*end) end = &(*end)->next;
  *end = ps->reply = r;
  r->times = 1;
  r->status = 200;
  r->version = faultd_strdup("HTTP/1.1");
  r->reason = faultd_strdup("");
  if (*rest && faultd_script_size(ps, &r->times, &rest)) return -1;
  return r->times ? 0
                  : faultd_script_refuse(ps, "a reply is given at least once", NULL);
}

static int on_conn(struct faultd_parser *ps, char *rest)
{
  static const char *const names[] = {"reset", "close", "silent", NULL};
  uint64_t conn = 0;
  if (!strcmp(rest, "*") || !strncmp(rest, "* ", 2))
    faultd_script_word(&rest);
  else if (faultd_script_size(ps, &conn, &rest))
    return -1;
  int i = faultd_script_pick(ps, faultd_script_word(&rest), names);
  if (i < 0) return -1;
  struct faultd_on_conn *oc = faultd_alloc(sizeof *oc), **end = &ps->script->on_conns;
  while (*end) end = &(*end)->next;
  *end = oc;
  oc->conn = conn;
  oc->fault = (enum faultd_conn_fault)(FAULTD_CONN_RESET + i);
  return 0;
}

static int parse_line(struct faultd_parser *ps, char *line)
{
  char *word = faultd_script_word(&line);
  if (!*word || *word == '#') return 0;
  size_t n = strlen(line);
  while (n && strchr(" \t\r", line[n - 1])) line[--n] = 0;
  if (!strcmp(word, "on")) return start_rule(ps, line);
  if (!strcmp(word, "on-connection")) return on_conn(ps, line);
  if (!strcmp(word, "reply")) return start_reply(ps, line);
  return faultd_words_run(ps, word, line);
}

int faultd_script_load(struct faultd_script *s, const char *path)
{
  struct faultd_buf text = {0};
  struct faultd_parser ps = {.path = path, .script = s};
  char block[4096], *line;
  size_t n;
  int rc = -1;
  FILE *f = fopen(path, "rb");
  if (!f) {
    perror(path);
    return -1;
  }
  faultd_buf_add(&text, "", 0);
  while ((n = fread(block, 1, sizeof block, f)) > 0) faultd_buf_add(&text, block, n);
  fclose(f);
  ps.text = ps.at = text.p;
  if (strlen(text.p) != text.len) {
    faultd_script_refuse(&ps, "the script holds a NUL byte", NULL);
    goto out;
  }
  while ((line = faultd_script_line(&ps)))
    if (parse_line(&ps, line)) goto out;
  if (ps.rule && !ps.rule->replies) {
    faultd_script_refuse(&ps, "the last rule has no reply", NULL);
    goto out;
  }
  rc = 0;
out:
  faultd_buf_clear(&text);
  return rc;
}

static void reply_free(struct faultd_reply *r)
{
  free(r->reason);
  free(r->version);
  free(r->length);
  free(r->plan.state);
  faultd_buf_clear(&r->head);
  faultd_buf_clear(&r->body);
  faultd_buf_clear(&r->garbage);
  free(r);
}

void faultd_script_clear(struct faultd_script *s)
{
  for (struct faultd_rule *rule = s->rules, *next; rule; rule = next) {
    next = rule->next;
    for (struct faultd_reply *r = rule->replies, *after; r; r = after) {
      after = r->next;
      reply_free(r);
    }
    free(rule->method);
    free(rule->glob);
    free(rule);
  }
  for (struct faultd_on_conn *oc = s->on_conns, *next; oc; oc = next) {
    next = oc->next;
    free(oc);
  }
  *s = (struct faultd_script){0};
}
