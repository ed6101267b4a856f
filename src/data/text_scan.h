/* What stands in a text that should not be trained on: keys, personal data, damage.
 *
 * Used by the check, on every text of every row. It finds, it never changes a text, and
 * messages built from what it says never quote a secret whole. */
#ifndef GT_DATA_TEXT_SCAN_H
#define GT_DATA_TEXT_SCAN_H

#include <stddef.h>

enum gt_scan_class {
  GT_SCAN_DAMAGE = 1,   /* control characters, mojibake, double escapes, outer space */
  GT_SCAN_SECRETS = 2,  /* keys of the known kinds, private key blocks, entropy */
  GT_SCAN_PERSONAL = 4, /* mail, phone, card (Luhn), IBAN (mod 97), IP */
};

struct gt_scan_hit {
  const char *rule; /* kebab-case, a literal: "secret-google-api-key" */
  const char *what; /* for people, a literal: "a Google API key" */
  const char *hint; /* what to do, a literal */
  size_t at, len;   /* in the text, bytes */
  char shown[40];   /* the find for a message; of a secret its first characters only */
};

/* Calls hit() in the order of `at`, each rule at most once a text unless `all`. */
void gt_text_scan(const char *text, size_t len, unsigned classes, int all,
                  void (*hit)(void *ctx, const struct gt_scan_hit *h), void *ctx);

#endif
