-- For wrk: asks for each address in turn. Its arguments are pairs of a path and the ETag to be compared with, or "-".
local requests, turn = {}, 0

function init(arguments)
  for i = 1, #arguments, 2 do
    local headers = {}
    for name, value in pairs(wrk.headers) do headers[name] = value end
    if arguments[i + 1] ~= "-" then headers["If-None-Match"] = arguments[i + 1] end
    requests[#requests + 1] = wrk.format("GET", arguments[i], headers)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end
