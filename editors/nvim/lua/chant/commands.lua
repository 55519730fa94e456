-- Commands that ask the server to do things; the server decides everything.
local clients = require('chant.client')
local lists = require('chant.lists')
local specs = require('chant.specs')
local trust = require('chant.trust')

local M = {}

-- Sends a server command; on_ok gets its answer. Refusals are shown with their hint.
local function send(client, command, argument, on_ok)
  argument.root = vim.uri_from_fname(client.root_dir)
  local params = { command = command, arguments = { argument } }
  client:request('workspace/executeCommand', params, function(err, result)
    vim.cmd.checktime()
    if not err then return on_ok(result) end
    vim.notify('chant: ' .. err.message, vim.log.levels.ERROR)
    if err.data and err.data.files then lists.conflict(err.data) end
  end)
end

-- The disk is what is worked, so what the editor holds of a spec goes there first; also of its
-- members, and of all that may be worked with it.
local function save(root, id, all)
  local inside = vim.fs.joinpath(root, '.chant') .. '/'
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    local name = vim.api.nvim_buf_get_name(bufnr)
    local stem = vim.startswith(name, inside) and name:match('([^/]+)%.md$')
    if stem and vim.bo[bufnr].modified and (all or stem:find(id, 1, true)) then
      vim.api.nvim_buf_call(bufnr, function() vim.cmd('silent update') end)
    end
  end
end

-- Calls back with the id that is meant: the one named, that of the buffer, or the one chosen.
local function choose(client, named, wanted, done)
  local here = named ~= '' and named or specs.in_buffer(0)
  if here then return done(here) end
  local rows = vim.tbl_filter(wanted, specs.of(client.root_dir))
  if #rows == 0 then return clients.warn('no spec is in a state for this') end
  vim.ui.select(rows, {
    prompt = 'Which spec?',
    kind = 'chant_spec',
    format_item = function(row) return ('%s  %s (%s)'):format(row.id, row.title, row.status) end,
  }, function(row)
    if row then done(row.id) end
  end)
end

local function sure(question, asked, done)
  if not asked then return done() end
  vim.ui.select({ 'Yes', 'No' }, { prompt = question, kind = 'chant_sure' }, function(_, index)
    if index == 1 then done() end
  end)
end

local function is(...)
  local statuses = { ... }
  return function(row) return vim.tbl_contains(statuses, row.status) end
end

local function any() return true end

local function ids(wanted)
  return function(typed)
    local root = clients.root()
    return root and specs.matching(root, typed, wanted) or {}
  end
end

-- A command about one spec. `rest` makes the other members of its argument.
local function on_spec(told)
  local function run(opts)
    clients.with(function(client)
      choose(client, opts.args, told.wanted, function(id)
        sure(('%s %s?'):format(told.sure or '', id), told.sure and not opts.bang, function()
          local argument = told.rest and told.rest(opts) or {}
          save(client.root_dir, id, argument.chain)
          argument.spec = id
          send(client, told.command, argument, told.on_ok or function(result)
            vim.notify('chant: ' .. (type(told.said) == 'function' and told.said(result) or told.said))
          end)
        end)
      end)
    end)
  end
  return { run = run, desc = told.desc, bang = told.bang, complete = ids(told.wanted) }
end

local function graph(opts)
  local format = opts.args == '' and 'tree' or opts.args
  clients.with(function(client)
    send(client, 'chant.graph', { format = format }, function(result)
      lists.text(client.root_dir, 'chant://graph', result.text, format == 'tree' and 'text' or format)
    end)
  end)
end

local function ask_trust()
  local root = clients.root()
  if not root then return clients.warn('no .chant folder here; `chant init` makes one') end
  local before = trust.of(root)
  trust.choose(root, function()
    local words = 'chant: ' .. (trust.of(root) and 'trusted' or 'read only')
    if trust.of(root) == before then return vim.notify(words) end
    clients.restart(root, function() vim.notify(words) end)
  end)
end

local FORMATS = { 'tree', 'mermaid', 'dot', 'json' }

local function beginning(names)
  return function(typed)
    local function fits(name) return vim.startswith(name, typed) end
    return vim.tbl_filter(fits, type(names) == 'function' and names() or names)
  end
end

M.all = {
  ChantWork = on_spec({
    command = 'chant.work',
    wanted = is('ready', 'blocked'),
    bang = true,
    rest = function(opts) return { chain = opts.bang or nil } end,
    said = 'started',
    desc = 'Work this spec, or the one named; with ! what it waits for first',
  }),
  ChantMerge = on_spec({
    command = 'chant.merge',
    wanted = specs.unmerged,
    bang = true,
    rest = function(opts) return { auto = opts.bang or nil } end,
    said = function(result) return result.commit and 'merged' or 'an agent settles the conflict' end,
    desc = 'Merge its completed work; with ! an agent settles conflicts',
  }),
  ChantCancel = on_spec({
    command = 'chant.cancel',
    wanted = is('in_progress', 'paused', 'failed', 'needs_attention', 'ready', 'blocked'),
    bang = true,
    sure = 'Cancel',
    said = 'cancelled',
    desc = 'Stop and cancel it; with ! unasked',
  }),
  ChantReset = on_spec({
    command = 'chant.reset',
    wanted = function(row) return type(row.run) == 'table' end,
    bang = true,
    sure = 'Make pending again',
    said = 'pending again',
    desc = 'Make it pending again; with ! unasked',
  }),
  ChantResume = on_spec({
    command = 'chant.resume',
    wanted = is('paused', 'failed', 'needs_attention'),
    said = 'resumed',
    desc = 'Go on in its worktree',
  }),
  ChantSplit = on_spec({
    command = 'chant.split',
    wanted = is('ready', 'blocked'),
    bang = true,
    rest = function(opts) return { research = opts.bang or nil } end,
    said = function(result)
      return result.run and 'an agent is dividing it' or 'divided; `:wall` writes its members'
    end,
    desc = 'Divide it by an agent; with ! into research and implement, without one',
  }),
  ChantLog = on_spec({
    command = 'chant.log',
    wanted = function(row) return type(row.run) == 'table' end,
    on_ok = function() end, -- the server shows the file
    desc = 'Show the log of its run, live',
  }),
  ChantGraph = { run = graph, complete = beginning(FORMATS), desc = 'Show who waits for whom' },
  ChantSpecs = {
    run = function(opts)
      clients.with(function(client) lists.specs(client.root_dir, opts.args) end)
    end,
    complete = beginning(function() return lists.filters(clients.root() or '') end),
    desc = 'List the specs of a status or label in the quickfix window; all with `all`',
  },
  ChantTrust = { run = ask_trust, nargs = 0, desc = 'Trust this project, or trust it no more' },
}

return M
