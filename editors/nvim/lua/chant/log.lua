-- A run's log as a live buffer: what is added to the file appears, and is followed to its end.
local M = {}

local EVERY_MS = 250
local LONGEST = 64 * 1024 * 1024

local function add(bufnr, text)
  local last = vim.api.nvim_buf_line_count(bufnr)
  local following = vim.tbl_filter(
    function(win) return vim.api.nvim_win_get_cursor(win)[1] == last end,
    vim.fn.win_findbuf(bufnr)
  )
  local end_of = #vim.api.nvim_buf_get_lines(bufnr, last - 1, last, false)[1]
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_text(bufnr, last - 1, end_of, last - 1, end_of, vim.split(text, '\n'))
  vim.bo[bufnr].modifiable = false
  last = vim.api.nvim_buf_line_count(bufnr)
  for _, win in ipairs(following) do vim.api.nvim_win_set_cursor(win, { last, 0 }) end
end

local function read(path, from)
  local file = io.open(path, 'rb')
  if not file then return '', from end
  local size = file:seek('end')
  if size < from then from = 0 end -- a new attempt began the log anew
  file:seek('set', from)
  local text = file:read(LONGEST) or ''
  file:close()
  return text, from + #text
end

local function follow(bufnr, path)
  local at, poll = 0, assert(vim.uv.new_fs_poll())
  local function more()
    if not vim.api.nvim_buf_is_valid(bufnr) then return end
    local text
    text, at = read(path, at)
    if text ~= '' then add(bufnr, (text:gsub('\r', ''))) end
  end
  more()
  poll:start(path, EVERY_MS, vim.schedule_wrap(more))
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    once = true,
    callback = function()
      poll:stop()
      poll:close()
    end,
  })
end

--- Shows the log; one that is shown already is gone to.
function M.open(path)
  local name = 'chant://log/' .. vim.fs.basename(path):gsub('%.log$', '')
  local bufnr = vim.fn.bufnr('^' .. name .. '$')
  local win = bufnr > 0 and vim.fn.win_findbuf(bufnr)[1]
  if win then return vim.api.nvim_set_current_win(win) end
  local root, spec = require('chant.client').root(), vim.fs.basename(path):gsub('%.log$', '')
  vim.cmd('botright new')
  bufnr = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_name(bufnr, name)
  local bo = vim.bo[bufnr]
  bo.buftype, bo.bufhidden, bo.swapfile, bo.modifiable = 'nofile', 'wipe', false, false
  bo.filetype = 'chantlog'
  vim.b[bufnr].chant_root, vim.b[bufnr].chant_spec = root, spec
  vim.keymap.set('n', 'q', '<cmd>close<cr>', { buffer = bufnr, desc = 'Close the log' })
  follow(bufnr, path)
  vim.cmd('normal! G')
end

--- What the server shows beside the files of a project is a log.
function M.on_show(err, params, context)
  local path = vim.startswith(params.uri, 'file:') and vim.uri_to_fname(params.uri)
  if not path or path:find('/.chant/', 1, true) then
    return vim.lsp.handlers['window/showDocument'](err, params, context)
  end
  M.open(path)
  return { success = true }
end

return M
