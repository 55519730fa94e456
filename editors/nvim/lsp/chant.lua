-- Client of the chant language server, for vim.lsp.enable('chant').
local runs = require('chant.runs')
local specs = require('chant.specs')
local trust = require('chant.trust')

---@type vim.lsp.Config
return {
  cmd = { 'chant-ls', '--stdio' },
  filetypes = { 'markdown' },
  capabilities = {
    experimental = { chant = { runEvents = true, consent = true, references = true } },
    -- Neovim applies them, and does not say so.
    workspace = { workspaceEdit = { documentChanges = true } },
  },
  handlers = {
    ['chant/runEvent'] = runs.on_event,
    ['chant/specsChanged'] = specs.on_changed,
    ['window/showDocument'] = require('chant.log').on_show,
  },

  commands = {
    ['chant.ui.references'] = require('chant.references').list,
    -- A lens that only tells.
    [''] = function() end,
  },

  -- Only files of a chant project, and only once the user has said whether it is trusted.
  root_dir = function(bufnr, on_dir)
    local root = vim.fs.root(bufnr, '.chant')
    local name = vim.api.nvim_buf_get_name(bufnr)
    if root and vim.fs.relpath(vim.fs.joinpath(root, '.chant'), name) then
      trust.ask(root, function() on_dir(root) end)
    end
  end,

  before_init = function(params, config)
    params.initializationOptions = { trusted = trust.of(config.root_dir) }
  end,

  on_init = function(client) specs.refresh(client) end,
}
