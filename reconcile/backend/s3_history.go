package backend

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"livery/reconcile/state"
)

// s3History is the history of a state: an object for each serial.
type s3History struct {
	store  *s3Store
	prefix string // of the keys
}

func (h *s3History) objectKey(serial uint64) string {
	return h.prefix + strconv.FormatUint(serial, 10) + pastEnding
}

// Archive implements state.Blob.
func (h *s3History) Archive(ctx context.Context, serial uint64, data []byte) error {
	_, err := retry(ctx, h.store.retry, func(ctx context.Context) (string, error) {
		return h.store.write(ctx, h.objectKey(serial), data, regardless)
	})
	if err != nil {
		return err
	}
	kept, err := h.History(ctx)
	if err != nil {
		return err
	}
	for _, old := range state.Outdated(kept, serial) {
		_, err := retry(ctx, h.store.retry, func(ctx context.Context) (none struct{}, err error) {
			return none, h.store.with(ctx, func(ctx context.Context, client *s3.Client) error {
				_, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &h.store.bucket, Key: aws.String(h.objectKey(old))})
				return err
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// History implements state.Blob.
func (h *s3History) History(ctx context.Context) ([]uint64, error) {
	list, err := retry(ctx, h.store.retry, func(ctx context.Context) (list []uint64, err error) {
		err = h.store.with(ctx, func(ctx context.Context, client *s3.Client) error {
			// One page, which holds many times more than are kept.
			out, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &h.store.bucket, Prefix: aws.String(h.prefix)})
			if err != nil {
				return err
			}
			for _, o := range out.Contents {
				digits := strings.TrimSuffix(strings.TrimPrefix(aws.ToString(o.Key), h.prefix), pastEnding)
				if serial, err := strconv.ParseUint(digits, 10, 64); err == nil && h.objectKey(serial) == aws.ToString(o.Key) {
					list = append(list, serial)
				}
			}
			return nil
		})
		return list, err
	})
	slices.Sort(list)
	slices.Reverse(list)
	return list, err
}

// ReadArchive implements state.Blob.
func (h *s3History) ReadArchive(ctx context.Context, serial uint64) ([]byte, error) {
	o, err := h.store.read(ctx, h.objectKey(serial))
	if err == nil && o.etag == "" {
		err = state.ErrNotKept
	}
	return o.data, err
}
