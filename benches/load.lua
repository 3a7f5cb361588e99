-- What wrk sends, and the one line of JSON that it reports in the end. Arguments after `--`:
--   get              the same request again and again
--   paced MS         the same, each connection waiting MS milliseconds between two requests
--   sign-in COUNT    signs in as one of COUNT accounts, in turn
--   prefix COUNT     lists accounts by one of COUNT prefixes of their address, by chance

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
   elseif mode == "prefix" then
      request = by_prefix(amount)
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
