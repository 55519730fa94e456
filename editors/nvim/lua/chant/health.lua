-- `:checkhealth chant`
local M = {}

local function version_of(command)
  local ok, done = pcall(function() return vim.system(command, { text = true }):wait(10000) end)
  if not ok or done.code ~= 0 then return nil end
  return vim.trim(done.stdout .. done.stderr):match('[^\n]*')
end

local function editor()
  if vim.fn.has('nvim-0.11') == 1 then
    local version = vim.version()
    vim.health.ok(('Neovim %d.%d.%d'):format(version.major, version.minor, version.patch))
  else
    vim.health.error('Neovim 0.11 or later is needed', 'install a newer Neovim')
  end
end

local function server()
  local command = vim.lsp.config.chant and vim.lsp.config.chant.cmd or { 'chant-ls' }
  local version = type(command) == 'table' and version_of({ command[1], '--version' })
  if version then
    vim.health.ok(('server: %s (%s)'):format(version, vim.fn.exepath(command[1])))
  else
    vim.health.error(('the language server %s does not start'):format(vim.inspect(command)), {
      'put `chant-ls` on PATH: `chant-ls --version` must answer',
      'or name it: require("chant").setup({ cmd = { "/path/to/chant-ls" } })',
    })
  end
end

local function git()
  local told = version_of({ 'git', '--version' })
  local version = told and vim.version.parse(told)
  if not version then
    vim.health.warn('git is not there: specs can be edited, but not worked')
  elseif vim.version.lt(version, { 2, 38, 0 }) then
    vim.health.warn(told .. ' is too old to work specs', 'git 2.38 or later is needed')
  else
    vim.health.ok(told)
  end
end

local function project()
  local root = vim.fs.root(vim.fn.getcwd(), '.chant')
  if not root then return vim.health.info('no .chant folder here; `chant init` makes one') end
  vim.health.ok('project: ' .. root)
  if require('chant.trust').of(root) then
    vim.health.ok('trusted: agents and checks may run')
  else
    vim.health.info('not trusted: specs are read and edited, nothing runs (`:ChantTrust`)')
  end
  local client = require('chant.client').of(root)
  if client then
    local count = #require('chant.specs').of(root)
    vim.health.ok(('client: running, %s, %d specs'):format(client.offset_encoding, count))
  else
    vim.health.info('client: not running; it starts with the first spec that is opened')
  end
end

function M.check()
  vim.health.start('chant')
  editor()
  server()
  git()
  project()
end

return M
