package previewserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"livery/schema"
	"livery/schema/preview"
)

// Changed are the pictures of screens that differ.
type Changed struct {
	Differences []preview.Difference
	LeftOut     int    // differences that no pictures are taken of
	Subject     string // what differs from what, for the head of the contact sheet

	Dir   string // of the pairs, with an index; "" for none
	Sheet string // the file of the contact sheet; "" for none
}

// Index is what index.json says of the pictures beside it.
type Index struct {
	FormatVersion string    `json:"format_version"`
	Differences   int       `json:"differences"` // in all
	LeftOut       int       `json:"left_out"`    // that have no pictures
	Pictures      []Picture `json:"pictures"`
}

// Picture is a pair: a screen before and after, in one language for all that differ alike.
type Picture struct {
	Screen    string        `json:"screen"` // as in addresses of the gallery
	Title     string        `json:"title"`
	Device    schema.Device `json:"device"`
	Documents []string      `json:"documents"` // addresses of those that differ alike
	Drawn     string        `json:"drawn"`     // the address of the one in the pictures
	Paths     []string      `json:"paths"`     // of the fields that differ
	Before    string        `json:"before"`    // names of files in the same directory
	After     string        `json:"after"`
}

const (
	indexName    = "index.json"
	indexVersion = "1.0"
	beforeSuffix = ".before.png"
	afterSuffix  = ".after.png"
)

// PictureOf names the pair of a difference.
func PictureOf(d *preview.Difference) Picture {
	name := string(d.Locale()) + "." + d.Screen.FileName()
	p := Picture{
		Screen: d.Screen.Name, Title: d.Screen.Title, Device: d.Screen.Device, Drawn: d.Locale().AddressOf().String(),
		Before: name + beforeSuffix, After: name + afterSuffix,
	}
	for _, l := range d.Locales {
		p.Documents = append(p.Documents, l.AddressOf().String())
	}
	for _, f := range d.Fields {
		p.Paths = append(p.Paths, f.Path())
	}
	return p
}

// Prepare takes away what an earlier run has left, and so holds that the places can be
// written to: the pairs that the index names, which would be taken for those of this
// run, the index, and the contact sheet. Nothing else in the directory is touched; an
// index that livery did not write is an error.
func (c *Changed) Prepare() error {
	if c.Sheet != "" {
		if err := remove(c.Sheet); err != nil {
			return err
		}
	}
	if c.Dir == "" {
		return nil
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return fmt.Errorf("writing screenshots: %w", err)
	}
	path := filepath.Join(c.Dir, indexName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading what an earlier run has left: %w", err)
	}
	var earlier Index
	if json.Unmarshal(data, &earlier) != nil || earlier.FormatVersion != indexVersion {
		return fmt.Errorf("writing screenshots: %s is there already, and is not of livery's screenshots: name another directory", path)
	}
	for _, p := range earlier.Pictures {
		for name, suffix := range map[string]string{p.Before: beforeSuffix, p.After: afterSuffix} {
			if name != filepath.Base(name) || !strings.HasSuffix(name, suffix) {
				continue // it names what no run has written
			}
			if err := remove(filepath.Join(c.Dir, name)); err != nil {
				return err
			}
		}
	}
	return remove(path)
}

// remove removes a file that may not be there.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing what an earlier run has left: %w", err)
	}
	return nil
}

// Write takes the pictures, and reports how many it wrote; without differences it needs
// no browser. The index is written in any case, and names the pairs that are there
// whole, also when the work was stopped.
func (c *Changed) Write(ctx context.Context, browser string, progress func(done, all int)) (int, error) {
	s := screenshotter{browser: browser, timeout: browserTimeout, progress: progress}
	n, err := s.run(ctx, c.pages())
	if c.Dir == "" {
		return n, err
	}
	return n, errors.Join(err, c.writeIndex())
}

func (c *Changed) pages() []shotPage {
	if len(c.Differences) == 0 {
		return nil
	}
	var pages []shotPage
	if c.Dir != "" {
		for i := range c.Differences {
			d := &c.Differences[i]
			names := PictureOf(d)
			pages = append(pages, shotPage{
				subject: string(d.Locale()),
				html:    func() string { return pageOf([]side{{d.Screen, d.Before}, {d.Screen, d.After}}) },
				paths:   []string{filepath.Join(c.Dir, names.Before), filepath.Join(c.Dir, names.After)},
			})
		}
	}
	if c.Sheet != "" {
		pages = append(pages, shotPage{
			subject: "what changed", paths: []string{c.Sheet},
			html: func() string { return preview.ContactSheet(c.Subject, c.Differences) },
		})
	}
	return pages
}

func (c *Changed) writeIndex() error {
	index := Index{FormatVersion: indexVersion, Differences: len(c.Differences) + c.LeftOut, LeftOut: c.LeftOut, Pictures: []Picture{}}
	for i := range c.Differences {
		if p := PictureOf(&c.Differences[i]); c.holds(p.Before) && c.holds(p.After) {
			index.Pictures = append(index.Pictures, p)
		} else {
			index.LeftOut++
		}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(index); err != nil {
		return err
	}
	if err := writeWhole(filepath.Join(c.Dir, indexName), b.Bytes()); err != nil {
		return fmt.Errorf("writing the index of the screenshots: %w", err)
	}
	return nil
}

func (c *Changed) holds(name string) bool {
	_, err := os.Lstat(filepath.Join(c.Dir, name))
	return err == nil
}
