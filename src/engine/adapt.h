/* Adapts a training row's output to a query: what differs between the two inputs and
 * stands in the output is replaced there.
 *
 * Used by retrieve.c. It moves text, it does not reason: numbers are not added up. */
#ifndef GT_ENGINE_ADAPT_H
#define GT_ENGINE_ADAPT_H

#include "base/buf.h"
#include "engine/engine.h"
#include "engine/tokens.h"

/* A run of the row's tokens that the query has another run in place of. */
struct gt_adapt_span {
  size_t row, row_count;
  size_t query, query_count;
  bool explained; /* its text stands in the output */
};

/* Memory reused from row to row; start it with {0}. */
struct gt_adapt {
  struct gt_tokens row;
  uint16_t *table; /* longest common subsequences, up to GT_ADAPT_CELLS */
  size_t table_cap;
  struct gt_adapt_span *spans;
  size_t span_count, span_cap;
};

#define GT_ADAPT_CELLS ((size_t)1 << 20)

void gt_adapt_clear(struct gt_adapt *a);
/* Finds the spans and the cost: the tokens of spans that are not explained, as a share
 * of all tokens of both inputs. */
int gt_adapt_compare(double *cost, struct gt_adapt *a, const struct gt_engine_row *row,
                     const struct gt_tokens *query, struct gt_err *err);
/* Appends the row's output with the spans of the last compare replaced. */
int gt_adapt_write(struct gt_buf *out, const struct gt_adapt *a,
                   const struct gt_engine_row *row, const char *query_text,
                   const struct gt_tokens *query, struct gt_err *err);

#endif
