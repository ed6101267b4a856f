/* TunedModel and Operation -> the model table of scripts.
 *
 *   name source_model display_name description state provider_state
 *   create_time update_time start_time complete_time
 *   temperature top_p top_k
 *   tuning_task { epoch_count, batch_size, learning_rate, snapshots = { { step, epoch,
 *                 mean_loss, compute_time }, ... } }
 *   progress    { total_steps, completed_steps, percent }
 *   operation   name of the long-running operation
 *   error       { code, message } when FAILED or CANCELLED
 *   raw         { model = , operation = } as they came
 * with the metatable whose methods are in lua/gt/model.lua. */
#ifndef GT_API_TUNED_SHAPE_H
#define GT_API_TUNED_SHAPE_H

#include <lua.h>

/* [-0, +1, e] Builds the table from the decoded TunedModel at `model` and Operation at
 * `operation` (0 or nil: none known). */
void gt_tuned_shape(lua_State *L, int model, int operation);
/* [-0, +1, m] Pushes the metatable of model tables. */
void gt_tuned_metatable(lua_State *L);

#endif
