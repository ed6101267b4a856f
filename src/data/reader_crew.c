/* The ring of batches between the scanning threads. See reader_crew.h. */
#include "data/reader_crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define BATCHES 6
#define LARGE (4 * GT_FAST_MAX)

enum { FREE, BUSY, READY };

struct gt_crew {
  struct gt_feed feed;
  struct gt_batch ring[BATCHES];
  size_t take, give; /* batches begun so far; the one the caller wants next */
  size_t done;       /* batches the caller is through with: their places are free */
  size_t most;       /* bytes of a chunk that is scanned */
  int threads;       /* also: how many places of the ring are used */
  bool reading;      /* somebody has the feed */
  bool large;        /* a batch with a very long line is held: no further one yet */
  bool end;          /* nothing more to begin */
  bool stop;
  void *scratch[2]; /* the caller's, the second thread's */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  pthread_t second;
  bool started;
};

static bool can_take(const struct gt_crew *crew)
{
  size_t places = crew->threads > 1 ? BATCHES : 1;
  return !crew->reading && !crew->end && !crew->large &&
         crew->take - crew->done < places;
}

static int batch_init(struct gt_batch *b, size_t most, struct gt_err *err)
{
  if (b->rows.items || gt_fast_init(&b->rows, most) == 0) return 0;
  return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
}

/* Reads and scans the next batch. The lock is held at the beginning and at the end. */
static void work(struct gt_crew *crew, void *scratch)
{
  struct gt_batch *b = &crew->ring[crew->take++ % BATCHES];
  b->state = BUSY;
  crew->reading = true;
  pthread_mutex_unlock(&crew->lock);
  b->rows.count = 0;
  b->rc = batch_init(b, crew->most, &b->err);
  if (b->rc == 0) b->rc = gt_feed_next(&crew->feed, &b->chunk, &b->err);
  pthread_mutex_lock(&crew->lock);
  crew->reading = false;
  if (b->rc <= 0) crew->end = true;
  if (b->chunk.cap > LARGE) crew->large = true;
  pthread_cond_broadcast(&crew->changed);
  pthread_mutex_unlock(&crew->lock);
  if (b->rc > 0 && !b->chunk.cut && b->chunk.len <= crew->most)
    gt_fast_read(&b->rows, scratch, b->chunk.data, b->chunk.len);
  pthread_mutex_lock(&crew->lock);
  b->state = READY;
  pthread_cond_broadcast(&crew->changed);
}

static void *second_main(void *arg)
{
  struct gt_crew *crew = arg;
  pthread_mutex_lock(&crew->lock);
  while (!crew->stop && !crew->end) {
    if (can_take(crew))
      work(crew, crew->scratch[1]);
    else
      pthread_cond_wait(&crew->changed, &crew->lock);
  }
  pthread_mutex_unlock(&crew->lock);
  return NULL;
}

/* Without a second thread the first does all: not a fault. */
static void start_second(struct gt_crew *crew)
{
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  crew->started = pthread_create(&crew->second, NULL, second_main, crew) == 0;
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  if (!crew->started) crew->threads = 1;
}

int gt_crew_new(struct gt_crew **crew, const struct gt_feed *feed, int threads,
                struct gt_err *err)
{
  struct gt_crew *c = calloc(1, sizeof *c);
  *crew = NULL;
  if (!c) {
    struct gt_feed lost = *feed;
    gt_feed_clear(&lost);
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  }
  c->feed = *feed;
  c->threads = threads > 1 ? 2 : 1;
  c->most = feed->source || feed->left > GT_FAST_MAX ? GT_FAST_MAX : feed->left;
  pthread_mutex_init(&c->lock, NULL);
  pthread_cond_init(&c->changed, NULL);
  for (int i = 0; i < c->threads; i++) {
    c->scratch[i] = malloc(gt_fast_scratch(c->most));
    if (c->scratch[i]) continue;
    gt_crew_free(c);
    return gt_err_set(err, GT_RESOURCE_EXHAUSTED, "out of memory");
  }
  if (c->threads > 1) start_second(c);
  *crew = c;
  return 0;
}

void gt_crew_free(struct gt_crew *crew)
{
  if (!crew) return;
  if (crew->started) {
    pthread_mutex_lock(&crew->lock);
    crew->stop = true;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
    pthread_join(crew->second, NULL);
  }
  for (int i = 0; i < BATCHES; i++) {
    gt_chunk_clear(&crew->ring[i].chunk);
    gt_fast_clear(&crew->ring[i].rows);
  }
  free(crew->scratch[0]);
  free(crew->scratch[1]);
  pthread_cond_destroy(&crew->changed);
  pthread_mutex_destroy(&crew->lock);
  gt_feed_clear(&crew->feed);
  free(crew);
}

static void drop_given(struct gt_crew *crew)
{
  struct gt_batch *b = &crew->ring[crew->done++ % BATCHES];
  if (b->chunk.cap > LARGE) {
    gt_chunk_clear(&b->chunk);
    crew->large = false;
  }
  b->state = FREE;
  pthread_cond_broadcast(&crew->changed);
}

int gt_crew_next(struct gt_crew *crew, const struct gt_batch **batch,
                 struct gt_err *err)
{
  pthread_mutex_lock(&crew->lock);
  if (crew->done < crew->give) drop_given(crew);
  struct gt_batch *b = &crew->ring[crew->give % BATCHES];
  while (b->state != READY) {
    if (can_take(crew))
      work(crew, crew->scratch[0]);
    else
      pthread_cond_wait(&crew->changed, &crew->lock);
  }
  if (b->rc > 0) crew->give++; /* the end and a failure are given again */
  pthread_mutex_unlock(&crew->lock);
  *batch = b;
  if (b->rc < 0) *err = b->err;
  return b->rc;
}
