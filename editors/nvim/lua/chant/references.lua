-- The lens that counts dependents: a click lists what names the spec.
local M = {}

---@param command lsp.Command
---@param context { client_id: integer }
function M.list(command, context)
  local place = command.arguments[1]
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local range = { start = place.position, ['end'] = place.position }
  vim.lsp.util.show_document({ uri = place.uri, range = range }, client.offset_encoding)
  vim.lsp.buf.references({ includeDeclaration = false })
end

return M
