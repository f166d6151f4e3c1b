package session

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"livery/reconcile/liveness"
	"livery/schema"
)

// Asking again begins often, while somebody may be watching, and slows down.
const (
	firstPause = 2 * time.Second
	lastPause  = 30 * time.Second
)

// ImageForm is how a result holds its images.
type ImageForm string

// The forms of images.
const (
	ImagesAsDeclared ImageForm = "" // as the session declares, else as the service likes
	ImagesAsURL      ImageForm = "url"
	ImagesAsBase64   ImageForm = "base64"
)

// NewResultRequest asks for the result of one session.
func NewResultRequest(s schema.Session, id string, form ImageForm) liveness.ResultRequest {
	r := liveness.ResultRequest{API: s.API, ID: id, Base64: form == ImagesAsBase64}
	switch declared := s.Defaults.At(schema.AttributeNumber("result_type")); {
	case form == ImagesAsURL:
		r.ResultType = "IMAGE_URL"
	case form == ImagesAsDeclared && declared.Declared():
		r.ResultType = declared.Text()
	}
	return r
}

// Polling says how long to ask for a result that is not there yet.
type Polling struct {
	Timeout time.Duration                     // no pause begins that would end later; 0 asks once
	Stop    <-chan struct{}                   // when it is closed, the answer under way is the last; nil for never
	Now     func() time.Time                  // the clock
	Pending func(waited, pause time.Duration) // is told before each pause; nil for nobody
}

// Result asks for a result until there is one, as long as it may. When it may not
// any more, the result is the one that says so.
func (p Polling) Result(ctx context.Context, service Service, r liveness.ResultRequest) (liveness.Result, error) {
	began, pause := p.Now(), firstPause
	for {
		result, err := service.Result(ctx, r)
		if err != nil {
			return result, &Error{Headline: "No result", Err: err}
		}
		waited := p.Now().Sub(began)
		if !result.Pending || waited+pause > p.Timeout {
			return result, nil
		}
		if p.Pending != nil {
			p.Pending(waited, pause)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-p.Stop:
			timer.Stop()
			return result, nil
		}
		pause = min(pause*3/2, lastPause)
	}
}

// SaveFile saves what write writes, whole or not at all and never over another
// file, under the name that write returns; it gives the path of the file.
type SaveFile func(write func(io.Writer) (name string, err error)) (path string, err error)

// Result is what came of a session, and where its media are.
type Result struct {
	liveness.Result
	Saved []Medium
}

// Medium is an image, a video or an archive of a result.
type Medium struct {
	Name string
	File string // "" while it is not saved
	Type string // "" while it is not known
	Size int64  // in bytes
}

// Save saves the media of a result. The list names all of them, also when the
// error says that some could not be saved. Without save, none is.
func Save(ctx context.Context, service Service, media []liveness.Medium, save SaveFile) ([]Medium, error) {
	list := make([]Medium, 0, len(media))
	var faults []string
	for _, m := range media {
		if save == nil {
			list = append(list, Medium{Name: m.Name, Type: m.Type, Size: int64(len(m.Data))})
			continue
		}
		saved, err := saveMedium(ctx, service, m, save)
		if err != nil {
			faults = append(faults, err.Error()+".")
		}
		list = append(list, saved)
	}
	if len(faults) > 0 {
		return list, &Error{Headline: "Cannot save all images", Detail: strings.Join(faults, "\n")}
	}
	return list, nil
}

func saveMedium(ctx context.Context, service Service, m liveness.Medium, save SaveFile) (Medium, error) {
	saved := Medium{Name: m.Name}
	var downloadErr error
	path, err := save(func(w io.Writer) (string, error) {
		saved.Type, saved.Size, downloadErr = service.Download(ctx, m, w)
		return m.Name + liveness.Extension(saved.Type), downloadErr
	})
	switch {
	case downloadErr != nil: // which names the medium
		return Medium{Name: m.Name}, downloadErr
	case err != nil:
		return Medium{Name: m.Name}, fmt.Errorf("%s: %w", m.Name, err)
	}
	saved.File = path
	return saved, nil
}
