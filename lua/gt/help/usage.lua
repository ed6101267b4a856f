-- What `gtlua --help` prints, but for the list of topics.

return [[
gtlua: a scriptable automation host for tuning language models

usage: gtlua [options] SCRIPT [args]     runs a Lua script; - is standard input
       gtlua [options] -e CODE           runs a line of code, before SCRIPT if there is one
       gtlua [options] [-i]              the prompt; without -i and without a terminal a
                                         script from standard input
       gtlua [options] VERB [args]

verbs: run SCRIPT [args]      the same as without a verb
       check FILE... [options]  every defect of data files, with its place; check --help
       fix FILE... [options]  safe repairs of data files, as a diff; fix --help
       serve [options]        the local engine on a socket; serve --help
       help [TOPIC]           this text, or a topic of the list below

who answers
  --provider NAME      local, gemini or vertex; default: by the environment, else local
  --base-url URL       another origin for the provider
  --offline            nothing may leave this machine
  --timeout SECONDS    for each call, its attempts included
  --concurrency N      requests under way at once; default 256
  --seed N             for repeatable random choices

the script
  -e CODE              runs CODE; may be repeated
  -i                   a prompt when everything else has run
  --set NAME=VALUE     fills gt.params.NAME; may be repeated
  --lax                undeclared globals are nil, as in plain Lua
  --allow-run          allows os.execute and io.popen
  -A                   allows everything: programs, native modules, bytecode
  --lua DIR            gtlua's own modules from DIR/gt/*.lua

  -q, -v               fewer or more notices on stderr
  --version            prints the version
  -h, --help           prints this text
  --                   ends the options
]]
