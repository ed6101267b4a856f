std = "lua54"
max_line_length = 120
globals = { "gt" }
read_globals = { "upload", "create_tuned_model", "get_tuned_model", "generate_content" }
files["tests/spec/*.lua"] = { read_globals = { "describe", "it", "before_each", "after_each", "pending", "expect" } }
exclude_files = { "lua/meta/*", "build*/*" }
ignore = { "581" } -- not (x > y) also refuses NaN
