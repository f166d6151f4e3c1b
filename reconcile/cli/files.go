package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/report"
	"livery/schema/exchange"
	"livery/schema/syntax"
)

var (
	errNotRegular = errors.New("it is not a regular file")
	errTooLarge   = errors.New("it is larger than 10 MB")
)

// readAll reads a stream of at most the size of a file.
func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, syntax.MaxFile+1))
	switch {
	case err != nil:
		return nil, fail("Cannot read standard input", "%v.", err)
	case len(data) > syntax.MaxFile:
		return nil, fail("Cannot read standard input", "It is larger than %d MB.", syntax.MaxFile>>20)
	}
	return data, nil
}

// writeWhole writes a file so that no half of one is ever seen.
func writeWhole(path string, data []byte, mode fs.FileMode) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return &fs.PathError{Op: "write", Path: path, Err: errNotRegular}
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".livery-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // nothing is left once it is renamed
	_, err = temp.Write(data)
	if err := errors.Join(err, temp.Chmod(mode), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// importBodies turns request bodies into HCL.
func importBodies(files []string, locale string) ([]byte, hcl.Diagnostics, report.Sources) {
	var bodies []*exchange.Body
	var diags hcl.Diagnostics
	src := make(report.Sources)
	for _, file := range files {
		data, err := readRegular(file)
		if err != nil {
			diags = append(diags, unreadable(file, err))
			continue
		}
		src[file] = data
		body, more := exchange.ReadBody(data, file, locale)
		diags = append(diags, more...)
		if body != nil {
			bodies = append(bodies, body)
		}
	}
	if diags.HasErrors() {
		return nil, diags, src
	}
	text, more := exchange.ImportHCL(bodies)
	return text, append(diags, more...), src
}
