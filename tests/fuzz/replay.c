/* Runs a fuzz target over the files of the folders (or over the files) given as
 * arguments, in an ordinary build: what a fuzzer once found stays a test. Linked with
 * one target; a find aborts, so the exit code tells. Prints how many inputs ran. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static int run_file(const char *path, size_t size)
{
  FILE *f = fopen(path, "rb");
  uint8_t *bytes = malloc(size ? size : 1); /* exact: a sanitizer sees its end */
  int rc = -1;
  if (f && bytes && fread(bytes, 1, size, f) == size) {
    LLVMFuzzerTestOneInput(bytes, size);
    rc = 0;
  }
  if (rc < 0) fprintf(stderr, "cannot read %s\n", path);
  free(bytes);
  if (f) fclose(f);
  return rc;
}

/* Returns how many inputs ran, -1 when one could not be read. */
static int run_path(const char *path, int depth)
{
  struct stat st;
  if (stat(path, &st) < 0) {
    perror(path);
    return -1;
  }
  if (!S_ISDIR(st.st_mode)) {
    fprintf(stderr, "%s\n", path); /* the last one named is the one that aborted */
    return run_file(path, (size_t)st.st_size) < 0 ? -1 : 1;
  }
  DIR *dir = depth > 0 ? opendir(path) : NULL;
  int ran = dir ? 0 : -1;
  for (struct dirent *e; ran >= 0 && (e = readdir(dir));) {
    char name[4096];
    if (e->d_name[0] == '.') continue;
    int n = snprintf(name, sizeof name, "%s/%s", path, e->d_name);
    int got = n < (int)sizeof name ? run_path(name, depth - 1) : -1;
    ran = got < 0 ? -1 : ran + got;
  }
  if (dir) closedir(dir);
  return ran;
}

int main(int argc, char **argv)
{
  int total = 0;
  for (int i = 1; i < argc; i++) {
    int ran = run_path(argv[i], 2);
    if (ran < 0) return 1;
    total += ran;
  }
  printf("%d inputs\n", total);
  return total > 0 ? 0 : 1;
}
