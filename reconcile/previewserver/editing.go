package previewserver

import (
	"encoding/json"
	"errors"
	"maps"
	"net"
	"net/http"
	"strings"

	"livery/reconcile/studio"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/preview"
)

// Editing lets browsers change the files of a stack.
type Editing struct {
	Studio *studio.Studio
	guard  *guard
}

// NewEditing makes it possible for those who have the address, on what listens there.
func NewEditing(s *studio.Studio, listen net.Addr) *Editing { return &Editing{s, newGuard(listen)} }

// Path is what is behind the host in the address for those who may change files. It is a
// secret: it belongs on the screen of whoever started livery and nowhere else.
func (e *Editing) Path() string { return "/?token=" + e.guard.token }

const (
	editPath = "/edit/"
	mostAsks = 4 << 20 // bytes of a request: a thousand changes of long texts
)

// asked is what the page asks for. Changes come all together each time.
type asked struct {
	value            // that is described
	Changes []change `json:"changes"`
	Digest  string   `json:"digest"` // of the review; "" for no condition

	Revision string   `json:"revision"` // that the page shows
	Drawn    []string `json:"drawn"`    // screens that it has drawn otherwise
}

// value names a value of a document.
type value struct {
	Address string `json:"address"` // as locale.en_US
	Path    string `json:"path"`
}

// locale is that of the address.
func (v value) locale() (schema.Locale, error) {
	address, err := schema.ParseAddress(v.Address)
	if err != nil {
		return "", &studio.Refusal{Reason: studio.Impossible, Summary: "No such address", Detail: err.Error() + "."}
	}
	return schema.Locale(address.Name), nil
}

// change is a [studio.Change] as the page sends it.
type change struct {
	value
	Value     json.RawMessage `json:"value"`
	Reference string          `json:"reference"`
	Where     string          `json:"where"`
	SHA256    string          `json:"sha256"`
}

func changesOf(asked []change) ([]studio.Change, error) {
	list := make([]studio.Change, len(asked))
	for i, c := range asked {
		locale, err := c.locale()
		if err != nil {
			return nil, err
		}
		list[i] = studio.Change{Locale: locale, Field: c.Path, Value: c.Value, Reference: c.Reference, Where: c.Where, SHA256: c.SHA256}
	}
	return list, nil
}

// drawing is what a page takes to show changes that are in no file yet. It says too why they
// cannot be saved, if so.
type drawing struct {
	Revision string           `json:"revision"`
	Screens  []preview.Part   `json:"screens"`
	Findings string           `json:"findings"`
	Problems []studio.Problem `json:"problems"`
	Stops    string           `json:"stops"`
}

// serveEditing answers what the page asks for about changes.
func (s *Server) serveEditing(w http.ResponseWriter, r *http.Request) {
	if why := s.cfg.Editing.guard.refusal(r); why != "" {
		writeJSON(w, http.StatusForbidden, refused{"Not allowed", why})
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		writeJSON(w, http.StatusMethodNotAllowed, refused{"Not allowed", "Changes are asked for by POST."})
		return
	}
	var a asked
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostAsks)).Decode(&a); err != nil {
		writeJSON(w, http.StatusBadRequest, refused{"Not understood", err.Error() + "."})
		return
	}
	answer, err := s.edit(r, strings.TrimPrefix(r.URL.Path, editPath), a)
	if err != nil {
		status, said := refusalOf(err)
		writeJSON(w, status, said)
		return
	}
	status := http.StatusOK
	if d, drawn := answer.(drawing); drawn && d.Stops != "" && a.Revision == "" {
		status = http.StatusUnprocessableEntity // a page draws it all the same, and a browser would complain of it in its console
	}
	writeJSON(w, status, answer)
}

func (s *Server) edit(r *http.Request, what string, a asked) (any, error) {
	e := s.cfg.Editing.Studio
	changes, err := changesOf(a.Changes)
	if err != nil {
		return nil, err
	}
	switch what {
	case "element":
		locale, err := a.locale()
		if err != nil {
			return nil, err
		}
		return e.Element(locale, a.Path)
	case "overlay":
		drawn, err := e.Draw(r.Context(), changes)
		if err != nil {
			return nil, err
		}
		return s.drawing(drawn, a), nil
	case "review":
		return e.Review(changes)
	case "save":
		return e.Save(r.Context(), changes, a.Digest)
	case "saves":
		return e.Saves(), nil
	case "undo":
		return e.Undo()
	case "redo":
		return e.Redo()
	}
	return nil, &studio.Refusal{Reason: studio.Impossible, Summary: "Nothing there", Detail: "There is nothing at " + r.URL.Path + "."}
}

// drawing is what differs from what the page shows. While the files would have errors, the
// last picture without them stays.
func (s *Server) drawing(d *studio.Drawn, a asked) drawing {
	answer := drawing{Revision: a.Revision, Screens: []preview.Part{}, Problems: d.Problems, Stops: d.Stops}
	if d.IsBroken {
		return answer
	}
	s.mu.Lock()
	known, now := maps.Clone(s.known(a.Revision)), s.parts
	s.mu.Unlock()
	for _, id := range a.Drawn {
		delete(known, id)
	}
	delete(known, preview.FaultsID) // the page may show other findings than those of its revision
	update := d.Gallery.Parts(now).Since(known)
	answer.Screens, answer.Findings = update.Screens, update.Findings
	return answer
}

// refused is why nothing came of a request.
type refused struct {
	Error  string `json:"error"`
	Detail string `json:"detail"`
}

func refusalOf(err error) (status int, said refused) {
	if r, ok := errors.AsType[*studio.Refusal](err); ok {
		status := map[studio.Reason]int{studio.Conflict: http.StatusConflict, studio.Failed: http.StatusInternalServerError}[r.Reason]
		if status == 0 {
			status = http.StatusUnprocessableEntity
		}
		return status, refused{r.Summary, r.Detail}
	}
	if f, ok := errors.AsType[*workspace.Failure](err); ok {
		return http.StatusUnprocessableEntity, refused{f.Summary, f.Detail}
	}
	return http.StatusInternalServerError, refused{"It did not work", err.Error() + "."}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":"It did not work","detail":""}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data) // a browser that has gone needs nothing
}
