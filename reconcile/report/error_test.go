package report

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"livery/reconcile/state"
	"livery/reconcile/terminal"
)

// A lock that could not be released is told on its own, under its own headline,
// whatever else went wrong.
func TestUnlockErrorIsToldApart(t *testing.T) {
	unlock := &state.UnlockError{Where: "pg", ID: "id-1", Err: errors.New("gone")}
	for name, err := range map[string]error{
		"first":  errors.Join(unlock, errors.New("the disk is full")),
		"last":   errors.Join(fmt.Errorf("the disk is full"), unlock),
		"nested": errors.Join(errors.Join(errors.New("the disk is full"), unlock), nil),
	} {
		var out, errs strings.Builder
		v := &View{Stdout: &out, Stderr: &errs, Style: func(io.Writer) terminal.Style { return terminal.Style{} }}
		v.Error(err)
		assert.Contains(t, errs.String(), "Error: The command failed\n\nThe disk is full.\n", name)
		assert.Contains(t, errs.String(), "Error: Error releasing the state lock\n\nError message: gone\n", name)
	}
}
