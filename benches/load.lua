-- What wrk sends, and the one line of JSON that it reports in the end. Arguments after `--`:
--   get              the same request again and again
--   paced MS         the same, each connection waiting MS milliseconds between two requests
--   sign-in COUNT    signs in as one of COUNT accounts, in turn
--   refresh FILE N    uses the refresh tokens of FILE, one a line, in N threads, and those that follow
--   prefix COUNT     lists accounts by one of COUNT prefixes of their address, by chance
--   form BODY AUTH   posts the same form again and again, with this `Authorization`

local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

local function sign_in(count)
   local turn = number * 7919
   wrk.headers["Content-Type"] = "application/json"
   return function()
      turn = turn + 1
      local body = string.format(
         '{"email":"user%07d@example.test","password":"a ferry of seven quiet lanterns"}',
         turn % count)
      return wrk.format("POST", nil, nil, body)
   end
end

-- Each thread takes every Nth token; whatever comes back is the next to be used.
local function refresh(file, count)
   local tokens = {}
   local at = 0
   for line in io.lines(file) do
      if at % count == number then
         table.insert(tokens, line)
      end
      at = at + 1
   end
   wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
   response = function(status, headers, body)
      local token = body:match('"refresh_token":"([^"]+)"')
      if token then
         table.insert(tokens, token)
      end
   end
   return function()
      local token = table.remove(tokens, 1) or "none"
      return wrk.format("POST", nil, nil, "grant_type=refresh_token&refresh_token=" .. token)
   end
end

local function form(body, authorization)
   wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
   wrk.headers["Authorization"] = authorization
   local sent = wrk.format("POST", nil, nil, body)
   return function() return sent end
end

local function by_prefix(count)
   math.randomseed(number + 1)
   return function()
      local prefix = string.format("user%05d", math.random(0, count - 1))
      return wrk.format("GET", wrk.path .. "&email_prefix=" .. prefix)
   end
end

function init(args)
   local mode = args[1]
   local amount = tonumber(args[2])
   if mode == "paced" then
      delay = function() return amount end
   elseif mode == "sign-in" then
      request = sign_in(amount)
   elseif mode == "refresh" then
      request = refresh(args[2], tonumber(args[3]))
   elseif mode == "prefix" then
      request = by_prefix(amount)
   elseif mode == "form" then
      request = form(args[2], args[3])
   end
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format(
      'RESULT {"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"max":%.3f,' ..
      '"not_ok":%d,"cut_off":%d}\n',
      summary.requests, summary.duration / 1e6,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
      errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
