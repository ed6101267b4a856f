/* What the first bytes of a file look like: text, or which kind of binary file.
 *
 * Used by source.c. It guesses from well-known first bytes and from how many control
 * bytes there are; it reads no files. */
#ifndef GT_DATA_FILE_KIND_H
#define GT_DATA_FILE_KIND_H

#include <stddef.h>

#define GT_FILE_KIND_BYTES 4096 /* as many are looked at */

/* NULL for text (also UTF-16, and text with some damage in it), else a few words for a
 * message: "a PDF document", "binary". */
const char *gt_file_kind(const char *head, size_t len);

#endif
