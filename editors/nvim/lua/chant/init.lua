-- What users call: everything else works without a line of configuration.
local M = {}

M.options = { notify = true }

---@class chant.Options
---@field cmd? string[] how the language server is started; `chant-ls --stdio` by default
---@field notify? boolean whether the end of a run is told by vim.notify; true by default

--- Optional.
---@param options? chant.Options
function M.setup(options)
  options = options or {}
  vim.validate('cmd', options.cmd, 'table', true)
  vim.validate('notify', options.notify, 'boolean', true)
  for name in pairs(options) do
    assert(name == 'cmd' or name == 'notify', ('chant: there is no option %q'):format(name))
  end
  M.options = vim.tbl_extend('force', M.options, options)
  if options.cmd then vim.lsp.config('chant', { cmd = options.cmd }) end
end

--- How the specs of this project stand, for a statusline; '' elsewhere.
---@return string
function M.statusline() return require('chant.specs').summary() end

return M
