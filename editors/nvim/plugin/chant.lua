-- Neovim 0.11 or later. The one thing a user does: put this folder on the runtime path.
if vim.g.loaded_chant then return end
vim.g.loaded_chant = true

for name, command in pairs(require('chant').commands) do
  vim.api.nvim_create_user_command(name, command[1], { nargs = '?', desc = command[2] })
end

vim.lsp.enable('chant')
