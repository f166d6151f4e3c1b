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

func (p *s3Blob) pastKey(serial uint64) string {
	return p.pastPrefix() + strconv.FormatUint(serial, 10) + pastEnding
}

func (p *s3Blob) pastPrefix() string { return p.key + ".history/" }

// Archive implements state.Blob.
func (p *s3Blob) Archive(ctx context.Context, serial uint64, data []byte) error {
	_, err := retry(ctx, p.retry, func() (string, error) { return p.write(ctx, p.pastKey(serial), data, regardless) })
	if err != nil {
		return err
	}
	kept, err := p.History(ctx)
	if err != nil {
		return err
	}
	for _, old := range state.Outdated(kept, serial) {
		_, err := retry(ctx, p.retry, func() (none struct{}, err error) {
			return none, p.with(ctx, func(ctx context.Context, client *s3.Client) error {
				_, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &p.bucket, Key: aws.String(p.pastKey(old))})
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
func (p *s3Blob) History(ctx context.Context) ([]uint64, error) {
	list, err := retry(ctx, p.retry, func() (list []uint64, err error) {
		err = p.with(ctx, func(ctx context.Context, client *s3.Client) error {
			// One page, which holds many times more than are kept.
			out, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &p.bucket, Prefix: aws.String(p.pastPrefix())})
			if err != nil {
				return err
			}
			for _, o := range out.Contents {
				digits := strings.TrimSuffix(strings.TrimPrefix(aws.ToString(o.Key), p.pastPrefix()), pastEnding)
				if serial, err := strconv.ParseUint(digits, 10, 64); err == nil && p.pastKey(serial) == aws.ToString(o.Key) {
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
func (p *s3Blob) ReadArchive(ctx context.Context, serial uint64) ([]byte, error) {
	o, err := p.read(ctx, p.pastKey(serial))
	if err == nil && o.etag == "" {
		err = state.ErrNotKept
	}
	return o.data, err
}
