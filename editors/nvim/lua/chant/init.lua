-- Commands that ask the server to do things; the server decides everything.
local M = {}

local function client_of(bufnr)
  return vim.lsp.get_clients({ bufnr = bufnr, name = 'chant' })[1]
end

local function spec_of(bufnr, args)
  if args ~= '' then return args end
  return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ':t:r')
end

-- Sends a server command; on_ok gets its answer. Refusals are shown with their hint.
function M.run(command, argument, on_ok)
  local bufnr = vim.api.nvim_get_current_buf()
  local client = client_of(bufnr)
  if not client then return vim.notify('chant: open a spec first', vim.log.levels.WARN) end
  client:request('workspace/executeCommand', {
    command = command,
    arguments = { argument },
  }, function(err, result)
    vim.cmd.checktime()
    if err then return vim.notify('chant: ' .. err.message, vim.log.levels.ERROR) end
    if on_ok then on_ok(result) end
  end, bufnr)
end

local function show_text(text, filetype)
  vim.cmd.new()
  vim.bo.buftype, vim.bo.bufhidden, vim.bo.filetype = 'nofile', 'wipe', filetype
  vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(text, '\n'))
  vim.bo.modifiable = false
end

-- The disk is what is worked, so the buffer goes there first.
local function save(bufnr)
  if vim.bo[bufnr].modified then vim.api.nvim_buf_call(bufnr, vim.cmd.update) end
end

local function on_spec(command, on_ok)
  return function(opts)
    local bufnr = vim.api.nvim_get_current_buf()
    save(bufnr)
    M.run(command, { spec = spec_of(bufnr, opts.args) }, on_ok)
  end
end

local function told(text)
  return function() vim.notify('chant: ' .. text) end
end

M.commands = {
  ChantWork = { on_spec('chant.work', told('started')), 'Work this spec, or the one named' },
  ChantMerge = { on_spec('chant.merge', told('merged')), 'Merge its completed work' },
  ChantCancel = { on_spec('chant.cancel', told('cancelled')), 'Stop and cancel it' },
  ChantReset = { on_spec('chant.reset', told('pending again')), 'Make it pending again' },
  ChantResume = { on_spec('chant.resume', told('resumed')), 'Go on in its worktree' },
  ChantLog = {
    on_spec('chant.log', function(result) show_text(result.text, 'text') end),
    'Show the log of its run',
  },
  ChantGraph = {
    function()
      M.run('chant.graph', { format = 'tree' }, function(result) show_text(result.text, 'text') end)
    end,
    'Show who waits for whom',
  },
  ChantTrust = {
    function()
      local client = client_of(0)
      if not client then return vim.notify('chant: open a spec first', vim.log.levels.WARN) end
      local trust = require('chant.trust')
      trust.choose(client.root_dir, function()
        local now = trust.of(client.root_dir) and 'trusted' or 'read only'
        vim.notify('chant: ' .. now .. '; `:restart` or a new Neovim takes it up')
      end)
    end,
    'Trust this project, or trust it no more',
  },
}

function M.on_run_event(_, event)
  if event.event == 'merged' then vim.cmd.checktime() end
  if event.event ~= 'finished' then return end
  local level = event.error ~= '' and vim.log.levels.WARN or vim.log.levels.INFO
  vim.notify(('chant: %s %s'):format(event.spec, event.state:gsub('_', ' ')), level)
  vim.cmd.checktime()
end

return M
