-- The language client of a project, whatever buffer one is in.
local trust = require('chant.trust')

local M = {}

local START_MS = 3000

function M.warn(text) vim.notify('chant: ' .. text, vim.log.levels.WARN) end

function M.root(bufnr)
  bufnr = bufnr or 0
  return vim.b[bufnr].chant_root or vim.fs.root(bufnr, '.chant')
end

function M.of(root)
  for _, client in ipairs(vim.lsp.get_clients({ name = 'chant' })) do
    if client.root_dir == root and not client:is_stopped() then return client end
  end
end

local function config_for(root) return vim.tbl_extend('force', vim.lsp.config.chant, { root_dir = root }) end

-- Starts the client without a buffer; calls back when it knows the specs.
local function start(root, done)
  local config = config_for(root)
  local called = false
  local function ready(client)
    if called then return end
    called = true
    done(client)
  end
  local function begun(client)
    require('chant.specs').once_known(client, ready)
    vim.defer_fn(function() ready(client) end, START_MS)
  end
  config.on_init = vim.iter({ begun, config.on_init }):flatten():totable()
  vim.lsp.start(config, { attach = false })
end

--- Calls back with the client of the project that one is in; says so where there is none.
function M.with(done)
  local root = M.root()
  if not root then return M.warn('no .chant folder here; `chant init` makes one') end
  local client = M.of(root)
  if client and client.initialized then return done(client) end
  trust.ask(root, function() start(root, done) end)
end

--- Ends the client and starts it anew with the buffers it had: trust is told at the start.
function M.restart(root, done)
  local client = M.of(root)
  if not client then return done() end
  local buffers = vim.tbl_keys(client.attached_buffers)
  client:stop()
  local left = START_MS
  local function again()
    left = left - 50
    if not client:is_stopped() and left > 0 then return vim.defer_fn(again, 50) end
    if not client:is_stopped() then client:stop(true) end
    for _, bufnr in ipairs(buffers) do
      if vim.api.nvim_buf_is_loaded(bufnr) then vim.lsp.start(config_for(root), { bufnr = bufnr }) end
    end
    done()
  end
  again()
end

return M
