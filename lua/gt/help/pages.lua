-- The topics that explain instead of listing. Lines of at most 90 columns.

local pages = {}

pages.tasks = { summary = "sleep, map, group, within, shield, try", text = [[
Every primitive looks blocking and waits inside; tasks run meanwhile. There is one thread:
between two waits nobody else runs. Tasks are born in groups only and never outlive them.

  gt.sleep(seconds)             waits
  gt.map(items, f, options)     f for every item, several at a time; results in order
  gt.group(f)                   f(g) starts tasks with g:spawn(f, ...); ends with the last
  gt.within(seconds, f, ...)    a deadline for all that f waits for
  gt.shield(seconds, f, ...)    keeps a cancellation out, for clean-up that has to wait
  gt.try(f, ...)                results of f, or nil and the error

The first failure in a group cancels its other tasks and is raised by the group. A
cancelled task raises CANCELLED at every wait until it ends. Coroutines and iterators may
wait too; table.sort, gsub and require may not, and say so. Ctrl-C cancels the script,
a second Ctrl-C ends it at once.

  local answers, errors = gt.map(rows, function(row)
    return generate_content(job, row.text_input).text
  end, { concurrency = 16, on_error = "collect" })
]] }

pages.states = { summary = "the states of a tuning job", text = [[
The state of a model is one of these, whatever the provider calls it:

  CREATING    accepted; no step has been made
  TRAINING    steps are made; progress and tuning_task.snapshots move
  SUCCEEDED   ready for generate_content
  FAILED      ended with an error: model.error says which
  CANCELLED   stopped on request

provider_state has the provider's own word (on the Gemini API: CREATING, ACTIVE, FAILED).
The first two change by themselves, the others are final. get_tuned_model and job:wait
raise FAILED and CANCELLED (exit code 14) unless raise = false is passed, so that a loop
on the state always ends.

  while job.state ~= "SUCCEEDED" do gt.sleep(10); job = get_tuned_model(job.name) end
  job:wait()      -- the same, with progress on stderr
]] }

pages["local"] = { summary = "what the local engine is and is not", text = [[
Without an API key, or with --provider local, the same script runs on an engine inside
gtlua. It speaks the Gemini API's own bytes, with its states, limits and errors, so that a
pipeline can be rehearsed without a key, a network or a bill.

What it is: a classifier that really trains (word and character n-grams, softmax
regression) on your rows. epoch_count, batch_size and learning_rate do what they say,
every epoch leaves its true mean loss, and the same seed gives the same model. Where the
outputs of the rows are not labels but open texts, it answers with the nearest training
row. Models and files are kept in the state folder and outlive the process.

What it is not: a language model. It writes nothing that is not in its rows, cannot
reason, and untuned it only picks among labels that the prompt names. Its scores are a
baseline to beat, not a forecast of what a tuned Gemini will do. model_version begins with
local/, so results cannot be mistaken.

gtlua serve puts the same engine on a socket: another gtlua reaches it with
--provider gemini --base-url http://127.0.0.1:PORT.
]] }

pages["exit-codes"] = { summary = "what gtlua's exit code means", text = [[
    0  done
    1  script error
    2  usage
   10  data check failed
   11  gate failed
   12  inconclusive
   13  budget reached
   14  remote job failed
   15  permission or authentication
   16  quota
   17  network
   18  permission denied by the sandbox
   19  lock drift
  130  stopped by SIGINT (Ctrl-C)
  143  stopped by SIGTERM
]] }

pages.environment = { summary = "the environment variables that are read", text = [[
  GOOGLE_API_KEY, GEMINI_API_KEY    key of the Gemini API; the first wins, with a warning
                                    when they differ. Read once and removed: no script
                                    and no child process sees it
  GTLUA_PROVIDER                    local, gemini or vertex, as --provider
  GOOGLE_GENAI_USE_VERTEXAI         true: vertex; GOOGLE_GENAI_USE_ENTERPRISE comes first
  GTLUA_BASE_URL                    another origin, as --base-url;
                                    else GOOGLE_GEMINI_BASE_URL
  GTLUA_HTTP2                       1 or 0: HTTP/2 on or off; default on from libcurl 8.6
  https_proxy, http_proxy, no_proxy proxies, as libcurl reads them
  CURL_CA_BUNDLE, SSL_CERT_FILE     file of trusted certificates
  XDG_STATE_HOME, HOME              state folder: $XDG_STATE_HOME/gtlua, else
                                    ~/.local/state/gtlua; a folder .gtlua here comes first
  LUA_PATH_5_4, LUA_PATH            where `require` looks for a script's own modules
]] }

return pages
