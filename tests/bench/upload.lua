-- gtlua's side of scripts/bench upload: sends one file, whatever its bytes are.
--   gtlua upload.lua FILE
local file = upload(arg[1], { check = false, mime_type = "text/plain" })
assert(file.state == "ACTIVE")
