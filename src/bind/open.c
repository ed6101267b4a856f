/* The list of C modules. See open.h. */
#include "bind/open.h"

#include "bind/api.h"
#include "bind/check.h"
#include "bind/data.h"
#include "bind/engine.h"
#include "bind/fs.h"
#include "bind/host.h"
#include "bind/serve.h"
#include "bind/split.h"
#include "bind/task.h"
#include "bind/text.h"

#include <stddef.h>

const struct gt_module GT_MODULES[] = {
    {"gt.core.api", gt_open_api},     {"gt.core.check", gt_open_check},
    {"gt.core.data", gt_open_data},   {"gt.core.engine", gt_open_engine},
    {"gt.core.fs", gt_open_fs},       {"gt.core.host", gt_open_host},
    {"gt.core.serve", gt_open_serve}, {"gt.core.split", gt_open_split},
    {"gt.core.task", gt_open_task},   {"gt.core.text", gt_open_text},
    {NULL, NULL},
};
