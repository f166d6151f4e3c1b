// Package lsp speaks the Language Server Protocol 3.17 with an editor, about the files of
// stacks. It reads files and nothing else: no state, no network, no keys; every change goes
// to the editor as an edit.
//
// # One thing at a time
//
// A reader takes messages off the wire and queues them; one loop answers them in the order
// in which they came, and analyses what has changed when the editor has been quiet for a
// moment. So nothing is shared, an answer is about exactly the text that was there when it
// was asked for, and a cancelled question that has not been begun is not answered.
//
// # Where what is done
//
// A document is a text that is open; it wins over the disk. A project is a stack that one
// of the open documents belongs to: it is read again through the stack's own reloading,
// and judged by the same lint that runs in a pipeline. What editors ask about its files is
// answered by package langserver, in bytes; positions are made of bytes here alone.
package lsp
