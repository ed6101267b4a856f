/* The one error value of the C side: a canonical code, a sentence, a next step.
 *
 * Used by every floor; task/raise.c turns it into the Lua error object. It owns no
 * memory, so it may be dropped at any time (also by a longjmp). The message is set
 * where the fact is known and never rewritten on the way up. */
#ifndef GT_BASE_ERR_H
#define GT_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

/* google.rpc.Code, numbers included: operations carry them as numbers. */
enum gt_code {
  GT_OK = 0,
  GT_CANCELLED = 1,
  GT_UNKNOWN = 2,
  GT_INVALID_ARGUMENT = 3,
  GT_DEADLINE_EXCEEDED = 4,
  GT_NOT_FOUND = 5,
  GT_ALREADY_EXISTS = 6,
  GT_PERMISSION_DENIED = 7,
  GT_RESOURCE_EXHAUSTED = 8,
  GT_FAILED_PRECONDITION = 9,
  GT_ABORTED = 10,
  GT_OUT_OF_RANGE = 11,
  GT_UNIMPLEMENTED = 12,
  GT_INTERNAL = 13,
  GT_UNAVAILABLE = 14,
  GT_DATA_LOSS = 15,
  GT_UNAUTHENTICATED = 16,
};

/* Exit codes of the command line (design: the command line). */
enum gt_exit {
  GT_EXIT_OK = 0,
  GT_EXIT_SCRIPT = 1,
  GT_EXIT_USAGE = 2,
  GT_EXIT_DATA = 10,
  GT_EXIT_JOB_FAILED = 14,
  GT_EXIT_AUTH = 15,
  GT_EXIT_QUOTA = 16,
  GT_EXIT_NETWORK = 17,
  GT_EXIT_SANDBOX = 18,
  GT_EXIT_SIGINT = 130,
  GT_EXIT_SIGTERM = 143,
};

struct gt_err {
  enum gt_code code;
  int status;         /* HTTP status, 0 without an answer */
  int attempts;       /* requests sent, 0 when none was */
  int exit_code;      /* 0: follows from code */
  bool retryable;     /* trying the same again may work */
  double retry_after; /* seconds the server asked for, 0 when it did not */
  char op[40];        /* "generate_content" */
  char provider[12];  /* "gemini", "vertex", "local", "" */
  char reason[64];    /* google.rpc.ErrorInfo.reason, "" */
  char request_id[96];
  char message[1024];
  char hint[512]; /* what to do next, "" */
};

/* Starts a new error in *err (which may be uninitialised); returns -1. err may be
 * NULL where the caller only wants to know that it failed. */
int gt_err_set(struct gt_err *err, enum gt_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* As gt_err_set, with ": strerror(errnum)" behind the text. */
int gt_err_sys(struct gt_err *err, int errnum, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Sets the hint of an error that has been set; returns -1. */
int gt_err_hint(struct gt_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "INVALID_ARGUMENT"; "UNKNOWN" for a number outside the list. */
const char *gt_code_name(int code);
/* The code of a canonical name, -1 when it is none. */
int gt_code_parse(const char *name, size_t len);
/* The code an HTTP status stands for when the body does not say. */
enum gt_code gt_code_from_http(int status);
/* The exit code of a program that ends with this error. */
int gt_err_exit(const struct gt_err *err);

/* Copies at most cap-1 bytes and never cuts a UTF-8 sequence in two. */
void gt_err_copy(char *dst, size_t cap, const char *src, size_t len);

#endif
