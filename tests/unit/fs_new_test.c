/* Files that appear whole or not at all. */
#include "base/fs.h"
#include "base/fs_new.h"
#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/gt-fs-new-XXXXXX";
static char path[64];

static int entries(void)
{
  int n = 0;
  DIR *dir = opendir(folder);
  for (struct dirent *e; dir && (e = readdir(dir));) n += e->d_name[0] != '.';
  if (dir) closedir(dir);
  return n;
}

static void check_content(const char *want)
{
  struct gt_buf got;
  struct gt_err err;
  gt_buf_init(&got, 1 << 20);
  UNIT_CHECK(gt_fs_read(&got, path, &err) == 0);
  UNIT_STR(gt_buf_str(&got), want);
  gt_buf_clear(&got);
}

static void pieces(void)
{
  struct gt_fs_new file;
  struct gt_err err;
  struct stat st;
  UNIT_CHECK(gt_fs_new_open(&file, path, 0640, &err) == 0);
  UNIT_CHECK(gt_fs_new_write(&file, "one ", 4, &err) == 0);
  UNIT_CHECK(gt_fs_new_write(&file, "", 0, &err) == 0);
  UNIT_CHECK(gt_fs_new_write(&file, "two", 3, &err) == 0);
  UNIT_CHECK(!gt_fs_exists(path) && entries() == 1);
  UNIT_CHECK(gt_fs_new_commit(&file, &err) == 0);
  check_content("one two");
  UNIT_CHECK(entries() == 1 && file.fd == -1);
  UNIT_CHECK(stat(path, &st) == 0 && (st.st_mode & 0137) == 0);
  gt_fs_new_abort(&file); /* nothing is open any more: the file stays */
  check_content("one two");
}

static void given_up(void)
{
  struct gt_fs_new file, other;
  struct gt_err err;
  UNIT_CHECK(gt_fs_new_open(&file, path, 0600, &err) == 0);
  UNIT_CHECK(gt_fs_new_open(&other, path, 0600, &err) == 0); /* two at once */
  UNIT_CHECK(entries() == 3);
  UNIT_CHECK(gt_fs_new_write(&file, "new", 3, &err) == 0);
  gt_fs_new_abort(&file);
  gt_fs_new_abort(&file);
  gt_fs_new_abort(&other);
  UNIT_CHECK(entries() == 1);
  check_content("one two");
}

static void failures(void)
{
  struct gt_fs_new file;
  struct gt_err err;
  char inside[80];
  snprintf(inside, sizeof inside, "%s/x", path);
  UNIT_CHECK(gt_fs_new_open(&file, inside, 0600, &err) < 0 && file.fd == -1);
  UNIT_CHECK(strstr(err.message, inside) != NULL);
  UNIT_CHECK(gt_fs_new_open(&file, folder, 0600, &err) == 0); /* beside the folder */
  UNIT_CHECK(gt_fs_new_write(&file, "x", 1, &err) == 0);
  UNIT_CHECK(gt_fs_new_commit(&file, &err) < 0); /* a file never replaces a folder */
  UNIT_CHECK(file.fd == -1 && gt_fs_is_dir(folder) && entries() == 1);
}

int main(void)
{
  if (!mkdtemp(folder)) return 1;
  snprintf(path, sizeof path, "%s/file", folder);
  UNIT_RUN(pieces);
  UNIT_RUN(given_up);
  UNIT_RUN(failures);
  unlink(path);
  if (rmdir(folder) < 0) return 1;
  return unit_report();
}
