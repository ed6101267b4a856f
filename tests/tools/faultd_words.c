/*
 * faultd_words.c: one function for each directive that a reply of a fault script may
 * hold. Used by faultd_script.c only; never reads past the reply it is in, but for the
 * lines of a body.
 */
#define _POSIX_C_SOURCE 200809L
#include "faultd_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void set_text(char **slot, const char *value)
{
  free(*slot);
  *slot = faultd_strdup(value);
}

/* \n \r \t \\ \xHH; anything else after a backslash is an error. */
static int unescape(struct faultd_parser *ps, struct faultd_buf *out, const char *s)
{
  static const char from[] = "nrt\\", to[] = "\n\r\t\\";
  for (; *s; s++) {
    char c = *s;
    if (c == '\\') {
      const char *known = *++s ? strchr(from, *s) : NULL;
      unsigned byte;
      if (known) {
        c = to[known - from];
      } else if (*s == 'x' && sscanf(s + 1, "%2x", &byte) == 1 && s[1] && s[2]) {
        c = (char)byte;
        s += 2;
      } else {
        return faultd_script_refuse(ps, "unknown escape", s);
      }
    }
    faultd_buf_add(out, &c, 1);
  }
  return 0;
}

static int body_kind(struct faultd_parser *ps, enum faultd_body kind)
{
  if (ps->reply->body_kind != FAULTD_BODY_NONE)
    return faultd_script_refuse(ps, "the reply has a body already", NULL);
  ps->reply->body_kind = kind;
  return 0;
}

static int body_lines(struct faultd_parser *ps, const char *eol)
{
  char *line;
  unsigned first = ps->line;
  if (body_kind(ps, FAULTD_BODY_TEXT)) return -1;
  faultd_buf_add(&ps->reply->body, "", 0);
  while ((line = faultd_script_line(ps))) {
    if (!strcmp(line, ".")) return 0;
    if (line[0] == '.' && line[1] == '.') line++;
    faultd_buf_printf(&ps->reply->body, "%s%s", line, eol);
  }
  ps->line = first;
  return faultd_script_refuse(ps, "the body has no end (a line with one dot)", NULL);
}

static int on_body(struct faultd_parser *ps, char *rest)
{
  return *rest ? faultd_script_refuse(ps, "the body starts on the next line", rest)
               : body_lines(ps, "\n");
}

static int on_body_crlf(struct faultd_parser *ps, char *rest)
{
  return *rest ? faultd_script_refuse(ps, "the body starts on the next line", rest)
               : body_lines(ps, "\r\n");
}

static int on_body_text(struct faultd_parser *ps, char *rest)
{
  if (body_kind(ps, FAULTD_BODY_TEXT)) return -1;
  return unescape(ps, &ps->reply->body, rest);
}

static int on_body_fill(struct faultd_parser *ps, char *rest)
{
  if (body_kind(ps, FAULTD_BODY_FILL) ||
      faultd_script_size(ps, &ps->reply->fill_len, &rest))
    return -1;
  if (!rest[0]) return faultd_script_refuse(ps, "a fill byte is needed", NULL);
  ps->reply->fill = rest[0];
  return 0;
}

static int on_body_echo(struct faultd_parser *ps, char *rest)
{
  (void)rest;
  return body_kind(ps, FAULTD_BODY_ECHO);
}

static int on_body_file(struct faultd_parser *ps, char *rest)
{
  char block[65536];
  size_t n;
  if (body_kind(ps, FAULTD_BODY_TEXT)) return -1;
  const char *slash = strrchr(ps->path, '/');
  struct faultd_buf name = {0};
  if (rest[0] != '/' && slash)
    faultd_buf_add(&name, ps->path, (size_t)(slash - ps->path) + 1);
  faultd_buf_printf(&name, "%s", rest);
  FILE *f = fopen(name.p, "rb");
  faultd_buf_clear(&name);
  if (!f) return faultd_script_refuse(ps, "cannot read", rest);
  while ((n = fread(block, 1, sizeof block, f)) > 0)
    faultd_buf_add(&ps->reply->body, block, n);
  fclose(f);
  return 0;
}

static int on_status(struct faultd_parser *ps, char *rest)
{
  uint64_t code;
  if (faultd_script_size(ps, &code, &rest)) return -1;
  if (code < 100 || code > 999) return faultd_script_refuse(ps, "not a status", NULL);
  ps->reply->status = (unsigned)code;
  set_text(&ps->reply->reason, rest);
  return 0;
}

static int on_header(struct faultd_parser *ps, char *rest)
{
  if (!strchr(rest, ':'))
    return faultd_script_refuse(ps, "NAME: VALUE is needed", NULL);
  if (!strncasecmp(rest, "content-type:", 13)) ps->reply->has_type = true;
  faultd_buf_printf(&ps->reply->head, "%s\r\n", rest);
  return 0;
}

static void fill(struct faultd_buf *b, uint64_t n, char c)
{
  char block[1024];
  memset(block, c, sizeof block);
  for (; n; n -= n < sizeof block ? n : sizeof block)
    faultd_buf_add(b, block, n < sizeof block ? (size_t)n : sizeof block);
}

static int on_header_fill(struct faultd_parser *ps, char *rest)
{
  char *name = faultd_script_word(&rest);
  uint64_t n;
  if (faultd_script_size(ps, &n, &rest)) return -1;
  faultd_buf_printf(&ps->reply->head, "%s: ", name);
  fill(&ps->reply->head, n, rest[0] ? rest[0] : 'x');
  faultd_buf_add(&ps->reply->head, "\r\n", 2);
  return 0;
}

static int on_headers_fill(struct faultd_parser *ps, char *rest)
{
  uint64_t count, n;
  if (faultd_script_size(ps, &count, &rest) || faultd_script_size(ps, &n, &rest))
    return -1;
  for (uint64_t i = 1; i <= count; i++) {
    faultd_buf_printf(&ps->reply->head, "X-Fill-%llu: ", (unsigned long long)i);
    fill(&ps->reply->head, n, 'x');
    faultd_buf_add(&ps->reply->head, "\r\n", 2);
  }
  return 0;
}

static int on_redirect(struct faultd_parser *ps, char *rest)
{
  if (on_status(ps, rest)) return -1;
  if (!ps->reply->reason[0])
    return faultd_script_refuse(ps, "CODE URL is needed", NULL);
  faultd_buf_printf(&ps->reply->head, "Location: %s\r\n", ps->reply->reason);
  ps->reply->reason[0] = 0;
  return 0;
}

static int on_version(struct faultd_parser *ps, char *rest)
{
  (void)ps;
  set_text(&ps->reply->version, rest);
  return 0;
}

static int on_interim(struct faultd_parser *ps, char *rest)
{
  uint64_t code;
  if (faultd_script_size(ps, &code, &rest)) return -1;
  if (code < 100 || code > 199)
    return faultd_script_refuse(ps, "not an interim status", NULL);
  ps->reply->interim = (unsigned)code;
  return 0;
}

static int on_no_continue(struct faultd_parser *ps, char *rest)
{
  (void)rest;
  ps->reply->no_continue = true;
  return 0;
}

static int on_chunked(struct faultd_parser *ps, char *rest)
{
  if (faultd_script_size(ps, &ps->reply->chunk, &rest)) return -1;
  return ps->reply->chunk
             ? 0
             : faultd_script_refuse(ps, "a chunk has at least one byte", NULL);
}

static int on_bad_chunk(struct faultd_parser *ps, char *rest)
{
  static const char *const names[] = {"size", "length", "crlf", "end", NULL};
  int i = faultd_script_pick(ps, faultd_script_word(&rest), names);
  if (i < 0) return -1;
  ps->reply->bad = (enum faultd_bad)(FAULTD_BAD_SIZE + i);
  if (!ps->reply->chunk) ps->reply->chunk = 16;
  return 0;
}

static int on_content_length(struct faultd_parser *ps, char *rest)
{
  struct faultd_reply *r = ps->reply;
  uint64_t n;
  if (*rest == '+' || *rest == '-') {
    if (faultd_script_to_size(&n, rest + 1))
      return faultd_script_refuse(ps, "a size is needed, not", rest);
    r->length_delta = *rest == '+' ? (int64_t)n : -(int64_t)n;
    return 0;
  }
  r->length_kind = strcmp(rest, "none") ? FAULTD_LENGTH_TEXT : FAULTD_LENGTH_NONE;
  set_text(&r->length, rest);
  return 0;
}

static int on_stall(struct faultd_parser *ps, char *rest)
{
  static const char *const names[] = {"before-reading", "before-headers", "before-body",
                                      "after-body", NULL};
  struct faultd_reply *r = ps->reply;
  double *slots[] = {&r->stall_reading, &r->stall_headers, &r->stall_body,
                     &r->stall_mid};
  int i = faultd_script_pick(ps, faultd_script_word(&rest), names);
  if (i < 0 || (i == 3 && faultd_script_size(ps, &r->stall_mid_at, &rest))) return -1;
  return faultd_script_seconds(ps, slots[i], &rest);
}

static int on_drip(struct faultd_parser *ps, char *rest)
{
  if (faultd_script_size(ps, &ps->reply->drip, &rest) ||
      faultd_script_seconds(ps, &ps->reply->drip_pause, &rest))
    return -1;
  ps->reply->drip_pause /= 1000;
  return ps->reply->drip
             ? 0
             : faultd_script_refuse(ps, "at least one byte at a time", NULL);
}

static int on_drip_all(struct faultd_parser *ps, char *rest)
{
  ps->reply->drip_all = true;
  return on_drip(ps, rest);
}

static int on_cut(struct faultd_parser *ps, char *rest, bool reset)
{
  static const char *const names[] = {"before-reading", "after-reading", "after",
                                      "after-body", NULL};
  int i = faultd_script_pick(ps, faultd_script_word(&rest), names);
  if (i < 0 || (i >= 2 && faultd_script_size(ps, &ps->reply->cut.at, &rest))) return -1;
  ps->reply->cut.place = (enum faultd_place)(FAULTD_BEFORE_READING + i);
  ps->reply->cut.reset = reset;
  return 0;
}

static int on_reset(struct faultd_parser *ps, char *rest)
{
  return on_cut(ps, rest, true);
}
static int on_close(struct faultd_parser *ps, char *rest)
{
  return on_cut(ps, rest, false);
}

static int on_connection(struct faultd_parser *ps, char *rest)
{
  static const char *const names[] = {"keep-alive", "close", "stale", "stale-on-reuse",
                                      NULL};
  int i = faultd_script_pick(ps, faultd_script_word(&rest), names);
  if (i < 0) return -1;
  ps->reply->after = (enum faultd_after)(FAULTD_KEEP_SAID + i);
  return 0;
}

static int on_garbage(struct faultd_parser *ps, char *rest)
{
  ps->reply->is_garbage = true;
  return unescape(ps, &ps->reply->garbage, rest);
}

static int on_upload_session(struct faultd_parser *ps, char *rest)
{
  (void)rest;
  ps->reply->plan.on = true;
  return 0;
}

static int on_upload_drop_after(struct faultd_parser *ps, char *rest)
{
  struct faultd_plan *p = &ps->reply->plan;
  if (p->n_drops == FAULTD_DROPS_MAX)
    return faultd_script_refuse(ps, "too many drops", NULL);
  if (faultd_script_size(ps, &p->drops[p->n_drops], &rest)) return -1;
  if (p->n_drops && p->drops[p->n_drops] <= p->drops[p->n_drops - 1])
    return faultd_script_refuse(ps, "drops come in rising order", NULL);
  p->n_drops++;
  return 0;
}

static int on_upload_status_missing(struct faultd_parser *ps, char *rest)
{
  return faultd_script_size(ps, &ps->reply->plan.status_missing_on, &rest);
}

static int on_upload_gone(struct faultd_parser *ps, char *rest)
{
  return faultd_script_size(ps, &ps->reply->plan.gone_on, &rest);
}

static int on_upload_granularity(struct faultd_parser *ps, char *rest)
{
  return faultd_script_size(ps, &ps->reply->plan.granularity, &rest);
}

static int on_upload_finalize_lost(struct faultd_parser *ps, char *rest)
{
  (void)rest;
  ps->reply->plan.finalize_lost = true;
  return 0;
}

static int on_upload_state(struct faultd_parser *ps, char *rest)
{
  set_text(&ps->reply->plan.state, rest);
  return 0;
}

static const struct {
  const char *name;
  int (*run)(struct faultd_parser *ps, char *rest);
} DIRECTIVES[] = {
    {"status", on_status},
    {"header", on_header},
    {"header-fill", on_header_fill},
    {"headers-fill", on_headers_fill},
    {"redirect", on_redirect},
    {"version", on_version},
    {"interim", on_interim},
    {"no-continue", on_no_continue},
    {"body", on_body},
    {"body-crlf", on_body_crlf},
    {"body-text", on_body_text},
    {"body-fill", on_body_fill},
    {"body-echo", on_body_echo},
    {"body-file", on_body_file},
    {"chunked", on_chunked},
    {"bad-chunk", on_bad_chunk},
    {"content-length", on_content_length},
    {"stall", on_stall},
    {"drip", on_drip},
    {"drip-all", on_drip_all},
    {"reset", on_reset},
    {"close", on_close},
    {"connection", on_connection},
    {"garbage", on_garbage},
    {"upload-session", on_upload_session},
    {"upload-drop-after", on_upload_drop_after},
    {"upload-status-missing-on", on_upload_status_missing},
    {"upload-gone-on", on_upload_gone},
    {"upload-granularity", on_upload_granularity},
    {"upload-finalize-lost", on_upload_finalize_lost},
    {"upload-state", on_upload_state},
};

int faultd_words_run(struct faultd_parser *ps, const char *word, char *rest)
{
  for (size_t i = 0; i < sizeof DIRECTIVES / sizeof *DIRECTIVES; i++)
    if (!strcmp(word, DIRECTIVES[i].name))
      return ps->reply ? DIRECTIVES[i].run(ps, rest)
                       : faultd_script_refuse(ps, "comes before any reply", word);
  return faultd_script_refuse(ps, "unknown directive", word);
}
