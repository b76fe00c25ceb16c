-- wrk -s load.lua URL -- REQUESTS START: sends the lines of REQUESTS one after another, from line START on, round and round.
-- A line is METHOD, path, body (JSON, or a form) and token, with tabs between them. The last line of the output is JSON.

local requests, next_one = {}, 0

local function parsed(line)
  local parts = {}
  for part in (line .. "\t"):gmatch("([^\t]*)\t") do parts[#parts + 1] = part end
  local method, path, body, token = parts[1], parts[2], parts[3], parts[4]
  local headers = { Accept = "application/json" }
  if body ~= "" then
    local json = body:sub(1, 1) == "{"
    headers["Content-Type"] = json and "application/json" or "application/x-www-form-urlencoded"
  end
  if token ~= "" then headers["Authorization"] = "Bearer " .. token end
  return wrk.format(method, path, headers, body ~= "" and body or nil)
end

function init(arguments)
  for line in io.lines(arguments[1]) do requests[#requests + 1] = parsed(line) end
  next_one = tonumber(arguments[2]) % #requests
end

function request()
  next_one = next_one % #requests + 1
  return requests[next_one]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "duration_us": %d, "p50_us": %d, "p99_us": %d, "errors": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
