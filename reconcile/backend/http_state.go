package backend

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"livery/reconcile/state"
)

// etagPrefix is what the revision of a content begins with that the server names by
// an ETag. Others are hashes.
const etagPrefix = "etag:"

// Get implements state.Blob.
func (h *httpBlob) Get(ctx context.Context) ([]byte, state.Revision, error) {
	return h.contentOf(h.client.sendRetried(ctx, http.MethodGet, h.address, nil))
}

// Exists implements state.Blob.
func (h *httpBlob) Exists(ctx context.Context) (bool, error) { return exists(ctx, h) }

func (h *httpBlob) contentOf(a *httpResponse, err error) ([]byte, state.Revision, error) {
	if err != nil {
		return nil, "", err
	}
	switch {
	case a.status == http.StatusNoContent, a.status == http.StatusNotFound, a.status == http.StatusOK && len(a.body) == 0:
		return nil, "", nil
	case a.status == http.StatusOK:
		return a.body, h.revision(a.etag, a.body), nil
	}
	return nil, "", statusError(a, h.address)
}

func (h *httpBlob) revision(etag string, data []byte) state.Revision {
	if etag == "" {
		return revisionOf(data)
	}
	h.givesETags.Store(true)
	return etagPrefix + state.Revision(etag)
}

// knownRevision gives the revision that what is there was known by, when it is that in
// either way of naming it.
func knownRevision(data []byte, revision, before state.Revision) state.Revision {
	if revision != "" && revisionOf(data) == before {
		return before
	}
	return revision
}

// Put implements state.Blob.
func (h *httpBlob) Put(ctx context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	if err := ctx.Err(); err != nil {
		return "", context.Cause(ctx)
	}
	if len(data) > maxSize {
		return "", tooLargeError(h.String())
	}
	if err := h.CheckLock(ctx); err != nil {
		return "", err
	}
	return putVerified(ctx, h.client.retry, data, ifRevision,
		func(ctx context.Context) ([]byte, state.Revision, error) {
			there, now, err := h.Get(ctx)
			return there, knownRevision(there, now, ifRevision), err
		},
		func(ctx context.Context) (state.Revision, error) { return h.put(ctx, data, ifRevision) })
}

// put writes once.
func (h *httpBlob) put(ctx context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	var header []string
	etag, hasETag := strings.CutPrefix(string(ifRevision), etagPrefix)
	switch {
	case hasETag:
		header = []string{"If-Match", etag}
	case ifRevision == "":
		header = []string{"If-None-Match", "*"}
	}
	if !hasETag { // nor is a server that has given no ETag yet
		there, now, err := h.contentOf(h.client.send(ctx, http.MethodGet, h.address, nil))
		if err != nil {
			return "", asUnsent(err)
		}
		if knownRevision(there, now, ifRevision) != ifRevision {
			return "", state.ErrStale
		}
	}
	a, err := h.client.send(ctx, h.updateMethod, h.updateURL(), data, header...)
	switch {
	case err != nil:
		return "", err
	case a.status == http.StatusOK, a.status == http.StatusCreated, a.status == http.StatusNoContent:
		return h.revisionAfterPut(ctx, a, data)
	case a.status == http.StatusPreconditionFailed:
		return "", state.ErrStale
	case a.status == http.StatusLocked, a.status == http.StatusConflict:
		return "", h.lockedError(a)
	case a.status == http.StatusRequestEntityTooLarge:
		return "", errors.New("the server does not take a state of this size (413): raise its limit")
	}
	return "", statusError(a, h.address)
}

// asUnsent is what a lost answer to a question means for the write after it.
func asUnsent(err error) error {
	if isTransportError(err) {
		return &unsentError{err}
	}
	return err
}

// updateURL is the address with the ID of the lock, as Terraform sends it.
func (h *httpBlob) updateURL() *url.URL {
	held := h.holding()
	if held == nil {
		return h.address
	}
	u := *h.address
	query := u.Query()
	query.Set("ID", held.ID)
	u.RawQuery = query.Encode()
	return &u
}

// revisionAfterPut is the revision of what was put. A server that gives an ETag only when
// it is read is asked for it; if somebody else has written by then, the hash makes
// the next write find out.
func (h *httpBlob) revisionAfterPut(ctx context.Context, a *httpResponse, data []byte) (state.Revision, error) {
	if a.etag != "" {
		return h.revision(a.etag, data), nil
	}
	if h.givesETags.Load() {
		if there, now, err := h.Get(ctx); err == nil && revisionOf(there) == revisionOf(data) {
			return now, nil
		}
	}
	return revisionOf(data), nil
}

// Capabilities implements state.Blob. GitLab keeps every write as the version of its
// serial, and takes none twice; other servers do not mind.
func (h *httpBlob) Capabilities() state.Capabilities {
	return state.Capabilities{Locks: h.lock != nil, UniqueSerials: true}
}

// Archive implements state.Blob. The protocol has no history; a server that keeps
// versions, such as GitLab, does so by itself.
func (h *httpBlob) Archive(context.Context, uint64, []byte) error { return nil }

// maxMissingSerials is how many serials in a row may be missing before a history is at its end.
const maxMissingSerials = 3

// History implements state.Blob. The server has no list, so it is asked for the
// serials before the one that is there now.
func (h *httpBlob) History(ctx context.Context) ([]uint64, error) {
	data, _, err := h.Get(ctx)
	if err != nil || data == nil {
		return nil, err
	}
	var now struct{ Serial uint64 }
	if err := json.Unmarshal(data, &now); err != nil {
		return nil, nil // whoever reads the state itself is told
	}
	var list []uint64
	missed := 0
	for serial := now.Serial; serial > 1 && len(list) < state.HistoryMax && missed < maxMissingSerials; {
		serial--
		switch _, err := h.ReadArchive(ctx, serial); {
		case errors.Is(err, state.ErrNotKept):
			missed++
		case err != nil:
			return nil, err
		default:
			list, missed = append(list, serial), 0
		}
	}
	return list, nil
}

// ReadArchive implements state.Blob. The address is GitLab's.
func (h *httpBlob) ReadArchive(ctx context.Context, serial uint64) ([]byte, error) {
	u := h.address.JoinPath("versions", strconv.FormatUint(serial, 10))
	a, err := h.client.sendRetried(ctx, http.MethodGet, u, nil)
	switch {
	case err != nil:
		return nil, err
	case a.status == http.StatusOK && hasSerial(a.body, serial):
		return a.body, nil
	case a.isSuccess() || a.status == http.StatusNotFound || a.status == http.StatusMethodNotAllowed:
		return nil, state.ErrNotKept
	}
	return nil, statusError(a, u)
}

// hasSerial reports whether data is a state of that serial: many servers answer 200 at any
// address, with a page or with the current state.
func hasSerial(data []byte, serial uint64) bool {
	var kept struct{ Serial *uint64 }
	return json.Unmarshal(data, &kept) == nil && kept.Serial != nil && *kept.Serial == serial
}
