-- The specs of each project as the server tells them: for completion, lists and the statusline.
local M = {}

local known = {} -- by root: the rows of `chant/specs`
local asking = {} -- by client id: true while a question is open, 'again' where one more is due
local waiting = {} -- by client id: who wants to know when the specs are known
local watchers = {}

function M.of(root) return known[root] or {} end

--- Calls back, with the root, whenever the specs of a project changed.
function M.watch(watcher) table.insert(watchers, watcher) end

local function take(client, rows)
  local root = client.root_dir
  known[root] = rows
  if #known[root] > 0 then
    local callbacks = waiting[client.id] or {}
    waiting[client.id] = nil
    for _, callback in ipairs(callbacks) do callback(client) end
  end
  for _, watcher in ipairs(watchers) do watcher(root) end
  vim.cmd.redrawstatus({ bang = true })
end

function M.refresh(client)
  if asking[client.id] then
    asking[client.id] = 'again'
    return
  end
  asking[client.id] = true
  client:request('chant/specs', { root = vim.uri_from_fname(client.root_dir) }, function(err, rows)
    local again = asking[client.id] == 'again'
    asking[client.id] = nil
    if not err then take(client, rows) end
    if again then M.refresh(client) end
  end)
end

function M.once_known(client, callback)
  waiting[client.id] = waiting[client.id] or {}
  table.insert(waiting[client.id], callback)
end

function M.on_changed(_, _, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  if client then M.refresh(client) end
end

--- The id of the spec in this buffer, or nil.
function M.in_buffer(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  return name:match('/%.chant/specs/.*$') and name:match('([^/]+)%.md$') or vim.b[bufnr].chant_spec
end

-- Names of files: before the server knows them, and for projects that have no client yet.
local function on_disk(root)
  local rows = {}
  local folder = vim.fs.joinpath(root, '.chant', 'specs')
  for name, kind in vim.fs.dir(folder, { depth = 8 }) do
    local id = kind == 'file' and name:match('([^/]+)%.md$')
    if id then table.insert(rows, { id = id }) end
  end
  return rows
end

--- Ids of a project that hold the typed text, those first that begin with it.
function M.matching(root, typed, wanted)
  local rows = known[root]
  rows = rows and vim.tbl_filter(wanted or function() return true end, rows) or on_disk(root)
  local first, rest = {}, {}
  for _, row in ipairs(rows) do
    local at = row.id:find(typed, 1, true)
    if at then table.insert(at == 1 and first or rest, row.id) end
  end
  return vim.list_extend(first, rest)
end

function M.unmerged(row) return row.status == 'completed' and row.merged == false end

local ATTENTION = { needs_attention = true, failed = true, paused = true }

--- `2 running, 5 ready, 1 needs you`.
function M.summary()
  local root = require('chant.client').root(vim.api.nvim_get_current_buf())
  local running, ready, attention = 0, 0, 0
  for _, row in ipairs(root and known[root] or {}) do
    if row.status == 'in_progress' then running = running + 1 end
    if row.status == 'ready' then ready = ready + 1 end
    if ATTENTION[row.status] then attention = attention + 1 end
  end
  local parts = {}
  if running > 0 then table.insert(parts, running .. ' running') end
  if ready > 0 then table.insert(parts, ready .. ' ready') end
  if attention > 0 then table.insert(parts, attention .. (attention == 1 and ' needs you' or ' need you')) end
  return table.concat(parts, ', ')
end

return M
