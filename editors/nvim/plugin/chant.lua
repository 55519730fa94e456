-- Neovim 0.11 or later. The one thing a user does: put this folder on the runtime path.
if vim.g.loaded_chant then return end
vim.g.loaded_chant = true

local commands = require('chant.commands')
for name, command in pairs(commands.all) do
  vim.api.nvim_create_user_command(name, command.run, {
    nargs = command.nargs or '?',
    bang = command.bang or false,
    complete = command.complete,
    desc = command.desc,
  })
end

vim.lsp.enable('chant')
