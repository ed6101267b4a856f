/*
 * faultd_script.h: what faultd_script.c and faultd_words.c share while a script is
 * read.
 */
#ifndef FAULTD_SCRIPT_H
#define FAULTD_SCRIPT_H

#include "faultd.h"

struct faultd_parser {
  const char *path;
  char *text, *at; /* at: the next line */
  unsigned line;
  struct faultd_script *script;
  struct faultd_rule *rule;
  struct faultd_reply *reply;
};

/* Prints FILE:LINE: why: what; returns -1. */
int faultd_script_refuse(const struct faultd_parser *ps, const char *why,
                         const char *what);
char *faultd_script_line(struct faultd_parser *ps);
char *faultd_script_word(char **rest);
int faultd_script_to_size(uint64_t *out, const char *s);
int faultd_script_size(struct faultd_parser *ps, uint64_t *out, char **rest);
int faultd_script_seconds(struct faultd_parser *ps, double *out, char **rest);
/* The index of word in names, -1 after refusing it. */
int faultd_script_pick(struct faultd_parser *ps, const char *word,
                       const char *const *names);

int faultd_words_run(struct faultd_parser *ps, const char *word, char *rest);

#endif
