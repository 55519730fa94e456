-- What the server tells of runs: the end of each is said, and buffers take up what it wrote.
local M = {}

local function say(event)
  local words = ('chant: %s %s'):format(event.spec, (event.state:gsub('_', ' ')))
  if event.error and event.error ~= '' then words = words .. '\n' .. event.error end
  if event.hint and event.hint ~= '' then words = words .. '\n' .. event.hint end
  local well = event.state == 'completed' or event.state == 'merged' or event.state == 'cancelled'
  vim.notify(words, well and event.error == '' and vim.log.levels.INFO or vim.log.levels.WARN)
end

-- A server that is new tells what happened before it too.
local since, told = os.date('!%Y-%m-%dT%H:%M:%S'), {}

local function is_news(event)
  local key = event.root .. event.run .. event.at
  if event.at < since or told[key] then return false end
  told[key] = true
  return true
end

function M.on_event(_, event)
  if event.event == 'finished' and is_news(event) and require('chant').options.notify then say(event) end
  if event.event == 'finished' or event.event == 'merged' then vim.cmd.checktime() end
end

return M
