-- Specs and conflicts in the quickfix list, text of the server in windows of its own.
local specs = require('chant.specs')

local M = {}

local KIND = { failed = 'E', needs_attention = 'E', paused = 'W', blocked = 'W' }
local TITLE = 'Chant specs'

local function short(id) return (id:gsub('^%d%d%d%d%-%d%d%-%d%d%-', '')) end

-- Why it waits, else how far it is.
local function detail(row)
  if specs.unmerged(row) then return 'not merged' end
  if row.status == 'blocked' and row.blocked_by[1] then
    local more = #row.blocked_by - 1
    return 'waits for ' .. short(row.blocked_by[1].id) .. (more > 0 and (' and ' .. more .. ' more') or '')
  end
  if row.criteria.total > 0 then return row.criteria.done .. '/' .. row.criteria.total end
  return ''
end

local function item(root, row)
  local told = detail(row)
  return {
    filename = vim.fs.joinpath(root, row.path),
    lnum = 1,
    type = KIND[row.status] or 'I',
    text = ('%s  %s%s'):format(row.status:gsub('_', ' '), row.title, told ~= '' and (' (' .. told .. ')') or ''),
  }
end

-- What is over is left out unless it is asked for.
local function shown(row, filter)
  if filter == 'all' then return true end
  if filter == '' then
    return (row.status ~= 'completed' and row.status ~= 'cancelled') or specs.unmerged(row)
  end
  return row.status == filter or vim.tbl_contains(row.labels, filter)
end

local function items(root, filter)
  local rows = vim.tbl_filter(function(row) return shown(row, filter) end, specs.of(root))
  return vim.tbl_map(function(row) return item(root, row) end, rows)
end

local function current(root)
  local list = vim.fn.getqflist({ id = 0, title = 0, context = 0 })
  local context = type(list.context) == 'table' and list.context or {}
  return list.title == TITLE and context.root == root and list.id, context.filter
end

specs.watch(function(root)
  local id, filter = current(root)
  if id then vim.fn.setqflist({}, 'r', { id = id, items = items(root, filter) }) end
end)

--- Lists the specs in the quickfix window, which stays up to date.
function M.specs(root, filter)
  local found = items(root, filter)
  if #found == 0 then return vim.notify('chant: no such specs') end
  local what = { title = TITLE, items = found, context = { root = root, filter = filter } }
  vim.fn.setqflist({}, ' ', what)
  vim.cmd('botright copen')
end

--- What `:ChantSpecs` may be given: statuses and labels in use.
function M.filters(root)
  local found = { all = true }
  for _, row in ipairs(specs.of(root)) do
    found[row.status] = true
    for _, label in ipairs(row.labels) do found[label] = true end
  end
  local names = vim.tbl_keys(found)
  table.sort(names)
  return names
end

--- The files of a merge that somebody has to settle.
function M.conflict(data)
  local found = vim.tbl_map(function(file)
    return { filename = vim.fs.joinpath(data.folder, file), lnum = 1, type = 'E', text = 'conflict' }
  end, data.files)
  vim.fn.setqflist({}, ' ', { title = 'Chant conflict', items = found })
  vim.cmd('botright copen')
end

--- A text of the server, for reading; one of that name is replaced.
function M.text(root, name, text, filetype)
  local bufnr = vim.fn.bufnr('^' .. name .. '$')
  local win = bufnr > 0 and vim.fn.win_findbuf(bufnr)[1]
  if win then
    vim.api.nvim_set_current_win(win)
  else
    vim.cmd('botright new')
    bufnr = vim.api.nvim_get_current_buf()
    vim.api.nvim_buf_set_name(bufnr, name)
  end
  local bo = vim.bo[bufnr]
  bo.buftype, bo.bufhidden, bo.swapfile, bo.modifiable = 'nofile', 'wipe', false, true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(vim.trim(text), '\n'))
  bo.modifiable, bo.filetype = false, filetype
  vim.b[bufnr].chant_root = root
  vim.keymap.set('n', 'q', '<cmd>close<cr>', { buffer = bufnr, desc = 'Close' })
end

return M
