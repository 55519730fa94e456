-- Run by test_neovim.py: opens a spec, sees a diagnostic, completes an id, works a spec.
local plugin, root, broken, ready = unpack(_G.arg)
vim.opt.runtimepath:prepend(plugin)
vim.opt.swapfile = false

local asked, consent = 0, nil
vim.ui.select = function(choices, told, choose)
  if told.kind == 'lsp_message' then
    consent = told.prompt
    return choose(choices[1], 1)
  end
  asked = asked + 1
  choose(choices[2], 2)
end
local finished, merged
local notify = vim.notify
vim.notify = function(text, ...)
  finished = finished or text:match('^chant: %S+ (%a+)$')
  merged = merged or text == 'chant: merged'
  notify(text, ...)
end

local function wait(what, ready_now)
  assert(vim.wait(20000, ready_now, 20), 'never came: ' .. what)
end

local function spec(id) return root .. '/.chant/specs/' .. id .. '.md' end

vim.cmd.filetype('on')
vim.cmd.runtime('plugin/chant.lua')

vim.cmd.edit(spec(broken))
wait('the client', function() return #vim.lsp.get_clients({ bufnr = 0 }) == 1 end)
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
for _, told in pairs(answer) do
  for _, item in ipairs(told.result.items or told.result) do labels[item.label] = true end
end
assert(labels[ready], 'not completed: ' .. vim.inspect(labels))

vim.cmd('edit! ' .. spec(ready))
wait('the second buffer', function() return #vim.lsp.get_clients({ bufnr = 0 }) == 1 end)
assert(#vim.lsp.get_clients() == 1 and asked == 1, 'one client, one question')
vim.cmd.ChantWork()
wait('the end of the run', function() return finished ~= nil end)
assert(consent and consent:match('echo made'), 'not asked before the run')
vim.cmd.ChantMerge()
wait('the merge', function() return merged end)
wait('the buffer behind its file', function()
  return vim.fn.search('^status: completed', 'nw') > 0 and not vim.bo.modified
end)
print('PROBE ' .. finished)
