// Package markdown writes plans and comparisons as Markdown for pull requests, within the
// limits of the hosts that show them.
//
// What people wrote can be anything, and a comment is no place to be surprised: nothing of
// it is read as Markdown, mentions anybody, or turns the order of the letters around it. A
// report that is too long is shortened by whole parts, and says so first.
//
// It does not know where reports go.
package markdown
