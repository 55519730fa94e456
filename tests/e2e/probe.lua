-- Run by test_neovim.py in a real Neovim: `probe.lua PLUGIN ROOT SCENARIO`. A scenario ends with a
-- line that says so; anything else is a failure.
local plugin, root, scenario = unpack(_G.arg)
vim.opt.runtimepath:prepend(plugin)
vim.opt.swapfile = false
vim.opt.hidden = true

READY, BROKEN, GROUP = '2026-01-29-010-abc', '2026-01-29-011-def', '2026-01-29-012-ghi'

-- Every question is answered by `answers`, by what it asks; all are kept.
local asked, answers = {}, { trust = 2, lsp_message = 1, chant_sure = 1, chant_spec = 1 }
vim.ui.select = function(choices, told, choose)
  local kind = told.kind or (told.prompt:match('trust') and 'trust')
  table.insert(asked, { kind = kind, prompt = told.prompt })
  choose(choices[answers[kind]], answers[kind])
end
local said = {}
vim.notify = function(text) table.insert(said, text) end

local function wait(what, holds)
  local ok, held = vim.wait(30000, function() return holds() end, 20)
  assert(ok, ('never came: %s\nsaid: %s'):format(what, vim.inspect(said)))
  return held
end

local function told(text)
  wait(text, function()
    for _, one in ipairs(said) do
      if one:find(text, 1, true) then return true end
    end
  end)
end

local function spec(id) return root .. '/.chant/specs/' .. id .. '.md' end
local function edit(id)
  vim.cmd('edit! ' .. spec(id))
  wait('the client', function() return #vim.lsp.get_clients({ bufnr = 0 }) == 1 end)
end
local function complete(line) return vim.fn.getcompletion(line, 'cmdline') end
local function lines() return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') end
local function status(id)
  for _, row in ipairs(require('chant.specs').of(root)) do
    if row.id == id then return row.status end
  end
end

local scenarios = {}

function scenarios.edits_and_works()
  edit(BROKEN)
  local function codes()
    return vim.tbl_map(function(found) return found.code end, vim.diagnostic.get(0))
  end
  wait('the diagnostic', function() return vim.tbl_contains(codes(), 'unknown-dependency') end)
  assert(#vim.tbl_filter(function(c) return c == 'unknown-dependency' end, codes()) == 1, 'told twice')

  local line = vim.fn.search('\\v^ +- ')
  vim.fn.setline(line, '  - 010')
  local answer = vim.lsp.buf_request_sync(0, 'textDocument/completion', {
    textDocument = vim.lsp.util.make_text_document_params(),
    position = { line = line - 1, character = #vim.fn.getline(line) },
  }, 10000)
  local labels = {}
  for _, found in pairs(answer) do
    for _, item in ipairs(found.result.items or found.result) do labels[item.label] = true end
  end
  assert(labels[READY], 'not completed: ' .. vim.inspect(labels))

  edit(READY)
  local title = { line = vim.fn.search('^# ') - 1, character = 0 }
  local place = { uri = vim.uri_from_bufnr(0), position = title }
  local listing = { title = '1 dependent', command = 'chant.ui.references', arguments = { place } }
  vim.lsp.get_clients()[1]:exec_cmd(listing, { bufnr = 0 })
  wait('the references', function() return #vim.fn.getqflist() == 1 end)
  vim.cmd.cclose()
  assert(vim.api.nvim_buf_get_name(vim.fn.getqflist()[1].bufnr) == spec(BROKEN))
  vim.fn.setqflist({})
  assert(#vim.lsp.get_clients() == 1, 'one client')
  assert(#vim.tbl_filter(function(one) return one.kind == 'trust' end, asked) == 1, 'one question')
  vim.cmd.ChantWork()
  told('chant: ' .. READY .. ' completed')
  local consent = vim.tbl_filter(function(one) return one.kind == 'lsp_message' end, asked)
  assert(consent[1].prompt:match('echo made'), 'not asked before the run')
  vim.cmd.ChantMerge()
  told('chant: merged')
  wait('the buffer behind its file', function()
    return vim.fn.search('^status: completed', 'nw') > 0 and not vim.bo.modified
  end)
end

function scenarios.lists_and_shows()
  require('chant').setup({ notify = false })
  assert(not pcall(require('chant').setup, { colour = 'red' }), 'an unknown option is refused')
  vim.cmd.cd(root)
  assert(complete('ChantWork ')[1] == READY, 'ids before there is a client')
  vim.cmd.ChantSpecs() -- from a buffer without a name: the client starts by itself
  wait('the list', function() return vim.bo.filetype == 'qf' end)
  local list = vim.fn.getqflist({ items = 0, title = 0 })
  assert(list.title == 'Chant specs' and #list.items == 3, vim.inspect(list))
  assert(list.items[1].text:match('^ready  Make a file %(0/1%)'), list.items[1].text)
  assert(list.items[2].text:match('^blocked  Wait .*waits for 010%-abd'), list.items[2].text)
  vim.cmd.cfirst()
  assert(vim.api.nvim_buf_get_name(0) == spec(READY))
  wait('the client', function() return #vim.lsp.get_clients({ bufnr = 0 }) == 1 end)
  assert(#vim.lsp.get_clients() == 1, 'the same client')

  assert(vim.deep_equal(complete('ChantWork 011'), { BROKEN }), 'a short id')
  assert(#complete('ChantMerge ') == 0, 'nothing is there to merge')
  assert(vim.deep_equal(complete('ChantSpecs b'), { 'blocked' }))
  assert(require('chant').statusline() == '2 ready', require('chant').statusline())
  vim.cmd.enew()
  vim.cmd.cd('/')
  assert(require('chant').statusline() == '', 'elsewhere')
  vim.cmd.cd(root)

  vim.cmd.ChantGraph()
  wait('the graph', function() return lines():match('Make a file') end)
  assert(vim.bo.buftype == 'nofile' and not vim.bo.modifiable)
  vim.cmd.ChantGraph('mermaid')
  wait('another format', function() return lines():match('^graph') or lines():match('^flowchart') end)
  vim.cmd.close()

  vim.cmd.ChantCancel(GROUP)
  told('chant: cancelled')
  assert(asked[#asked].prompt == 'Cancel ' .. GROUP .. '?', vim.inspect(asked))
  wait('the list is live', function() return #vim.fn.getqflist() == 2 end)
  answers.chant_sure = 2
  vim.cmd('ChantCancel ' .. READY)
  assert(asked[#asked].prompt == 'Cancel ' .. READY .. '?')
  assert(status(READY) == 'ready')
end

function scenarios.follows_a_log()
  local gate = root .. '/../gate'
  edit(READY)
  wait('the specs', function() return status(READY) end)
  vim.api.nvim_buf_set_lines(0, -1, -1, false, { '', 'More.' })
  vim.cmd.enew()
  vim.cmd.cd(root)
  vim.cmd('ChantWork 010-abc') -- its buffer is saved, though another one is current
  told('chant: started')
  vim.cmd('ChantLog ' .. READY)
  wait('the log', function() return vim.bo.filetype == 'chantlog' and lines():match('waiting') end)
  assert(not lines():match('opened') and not vim.bo.modifiable)
  wait('a run in the statusline', function() return require('chant').statusline():match('1 running') end)
  assert(os.remove(gate))
  wait('more of the log', function() return lines():match('opened') end)
  assert(vim.fn.line('.') == vim.fn.line('$'), 'it is followed')
  told('chant: ' .. READY .. ' completed')
  vim.cmd('ChantLog ' .. READY)
  assert(#vim.fn.win_findbuf(vim.fn.bufnr()) == 1, 'shown once')
  vim.cmd.bwipeout()
  wait('its work', function() return vim.deep_equal(complete('ChantMerge '), { READY }) end)
  vim.fn.writefile({ 'of the user' }, root .. '/made.txt')
  vim.fn.system({ 'git', '-C', root, 'add', 'made.txt' })
  vim.fn.system({ 'git', '-C', root, 'commit', '-qm', 'another one' })
  vim.cmd.ChantMerge(READY)
  wait('the conflict', function() return vim.fn.getqflist({ title = 0 }).title == 'Chant conflict' end)
  vim.cmd.cfirst()
  assert(lines():match('<<<<<<<'), lines())
end

function scenarios.trust_is_taken_back()
  edit(READY)
  answers.trust = 1
  local before = vim.lsp.get_clients()[1].id
  vim.cmd.ChantTrust()
  told('chant: read only')
  wait('a new client', function()
    local found = vim.lsp.get_clients({ bufnr = 0 })
    return #found == 1 and found[1].id ~= before and found[1].initialized
  end)
  wait('its specs', function() return status(READY) end)
  vim.cmd.ChantWork()
  told('not trusted')
  vim.cmd('ChantSplit!')
  told('`:wall` writes its members')
  assert(vim.fn.bufloaded(spec(READY .. '.1')) == 1, 'a member came as a buffer')
end

function scenarios.ends_are_told_once()
  local now = os.date('!%Y-%m-%dT%H:%M:%SZ')
  local function finished(run, at)
    local event = { event = 'finished', root = root, run = run, spec = run, at = at, error = '', hint = '' }
    event.state = 'completed'
    require('chant.runs').on_event(nil, event)
  end
  finished('old', '2026-01-29T10:00:00Z')
  finished('new', now)
  finished('new', now) -- a server that was started anew tells it again
  assert(vim.deep_equal(said, { 'chant: new completed' }), vim.inspect(said))
end

function scenarios.helps()
  vim.cmd.helptags(plugin .. '/doc')
  for name in pairs(require('chant.commands').all) do vim.cmd.help(':' .. name) end
  vim.cmd.help('chant.statusline()')
  edit(READY)
  wait('the specs', function() return status(GROUP) end)
  vim.cmd.cd(root)
  vim.cmd.checkhealth('chant')
  local found = lines()
  for _, words in ipairs({ 'Neovim 0', 'chant%-ls, version', 'git version', 'trusted', 'running, utf%-8, 3 specs' }) do
    assert(found:match('OK[^\n]*' .. words), words .. ' is missing in\n' .. found)
  end
  assert(not found:match('ERROR') and not found:match('WARNING'), found)
  vim.lsp.config('chant', { cmd = { 'no-such-server' } })
  vim.cmd.checkhealth('chant')
  assert(lines():match('ERROR[^\n]*no%-such%-server'), lines())
end

vim.cmd.filetype('on')
vim.cmd.runtime('plugin/chant.lua')
scenarios[scenario]()
print('PROBE ' .. scenario)
