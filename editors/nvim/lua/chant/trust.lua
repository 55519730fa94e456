-- Whether what a project's specs and configuration name may be run. Asked once per project.
local M = {}

local function store() return vim.fs.joinpath(vim.fn.stdpath('state'), 'chant-trust.json') end

local function read()
  local file = io.open(store(), 'r')
  if not file then return {} end
  local ok, answers = pcall(vim.json.decode, file:read('a'))
  file:close()
  return ok and answers or {}
end

function M.of(root) return read()[root] == true end

function M.set(root, trusted)
  local answers = read()
  answers[root] = trusted
  vim.fn.mkdir(vim.fn.stdpath('state'), 'p')
  local file = assert(io.open(store(), 'w'))
  file:write(vim.json.encode(answers))
  file:close()
end

-- Asks, whatever was answered before; calls back when there is an answer or none.
function M.choose(root, done)
  local choices = { 'Read only', 'Trust: agents and checks may run' }
  vim.ui.select(choices, { prompt = 'chant: trust ' .. root .. '?' }, function(_, index)
    if index then M.set(root, index == 2) end
    done()
  end)
end

-- Asks once; a dismissed question is asked again next time.
function M.ask(root, done)
  if read()[root] ~= nil then return done() end
  M.choose(root, done)
end

return M
