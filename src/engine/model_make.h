/* The way from an image to a model, for train.c and model.c only. */
#ifndef GT_ENGINE_MODEL_MAKE_H
#define GT_ENGINE_MODEL_MAKE_H

#include "engine/image.h"
#include "engine/model.h"

/* Takes the image's bytes, whether it succeeds or not. */
int gt_model_make(struct gt_model **out, struct gt_image *image, struct gt_err *err);

#endif
