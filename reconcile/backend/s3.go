package backend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/logging"

	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/storage"
)

// s3Blob keeps the state as an object of S3, or of a server that is like it, and
// beside it KEY.lock and KEY.history/SERIAL.json.
//
// Every write is conditional on the object's ETag. Some servers take the condition
// and ignore it, so a server is tested (checkConditions) before the first write.
type s3Blob struct {
	store *s3Store
	*s3Lock
	*s3History
}

// s3Store makes the requests about the objects of one state, and knows what the answers mean.
type s3Store struct {
	bucket, key string // of the state
	server      string // for messages
	region      string
	endpoint    *string
	pathStyle   bool
	encryption  types.ServerSideEncryption
	kmsKey      *string
	retry       retryPolicy

	client    func(context.Context) (*s3.Client, error) // made once it is needed
	transport atomic.Pointer[http.Transport]            // of the client; nil before its first request
	reached   atomic.Bool                               // the server was there once: if it is not now, it may be restarting
}

func openS3(s storage.Settings, log *slog.Logger) (state.Blob, error) {
	p := &s3Store{
		bucket: s["bucket"], key: s["key"], region: s["region"], server: "S3", pathStyle: s.On("use_path_style"),
		retry: retryPolicy{tries: 4, first: 200 * time.Millisecond, most: 5 * time.Second, timeout: requestTimeout},
	}
	if endpoint := s["endpoint"]; endpoint != "" {
		host, err := hostOfEndpoint("endpoint", endpoint)
		if err != nil {
			return nil, err
		}
		p.endpoint, p.server = &endpoint, host
	}
	switch key := s["kms_key_id"]; {
	case key != "": // whoever names a key wants it used
		p.encryption, p.kmsKey = types.ServerSideEncryptionAwsKms, &key
	case s.On("encrypt"):
		p.encryption = types.ServerSideEncryptionAes256
	}
	p.client = p.connect(log)
	return &s3Blob{p, &s3Lock{store: p, key: p.key + ".lock"}, &s3History{p, p.key + ".history/"}}, nil
}

// hostOfEndpoint judges a URL, which is not repeated, and gives its host.
func hostOfEndpoint(name, text string) (string, error) {
	if why := schema.CheckURL(text, schema.StateAddress); why != "" {
		return "", fmt.Errorf("%s %s", name, why)
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil {
		return "", fmt.Errorf("%s takes a URL without user and password; credentials come as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from a profile", name)
	}
	return u.Host, nil
}

// connect gives what makes the client, once: credentials may have to be fetched.
// An attempt that fails is made again.
func (p *s3Store) connect(log *slog.Logger) func(context.Context) (*s3.Client, error) {
	var mu sync.Mutex
	var client *s3.Client
	return func(ctx context.Context) (*s3.Client, error) {
		mu.Lock()
		defer mu.Unlock()
		if client != nil {
			return client, nil
		}
		cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(p.region), config.WithLogger(sdkLog(log)),
			config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(p.transport.Store)),
			config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} })) // what may be repeated is known here
		if err != nil {
			return nil, fmt.Errorf("the configuration of AWS (its variables, or the files in ~/.aws) cannot be used: %w", err)
		}
		cfg.HTTPClient = sdkClient{cfg.HTTPClient}
		found := p.clientOf(cfg)
		endpoint := found.Options().BaseEndpoint
		switch {
		case cfg.Region == "" && endpoint == nil:
			return nil, errors.New("the s3 backend needs a region: write it in the backend block, or set AWS_REGION")
		case cfg.Region == "":
			cfg.Region = "us-east-1" // what servers that are not Amazon's go by
			found = p.clientOf(cfg)
		}
		if endpoint != nil && p.endpoint == nil { // AWS_ENDPOINT_URL_S3 and its like
			if p.server, err = hostOfEndpoint("AWS_ENDPOINT_URL_S3, or AWS's other ways to say it,", *endpoint); err != nil {
				return nil, err
			}
		}
		client = found
		return client, nil
	}
}

// sdkLog takes what the SDK would write to stderr.
func sdkLog(log *slog.Logger) logging.Logger {
	return logging.LoggerFunc(func(level logging.Classification, format string, args ...any) {
		log.Debug("the AWS SDK says", "level", string(level), "message", fmt.Sprintf(format, args...))
	})
}

// sdkClient makes the requests of the SDK.
type sdkClient struct{ aws.HTTPClient }

// Do implements aws.HTTPClient.
func (c sdkClient) Do(r *http.Request) (*http.Response, error) {
	return refuseUpgrade(c.HTTPClient.Do(r))
}

func (p *s3Store) clientOf(cfg aws.Config) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = p.pathStyle
		if p.endpoint != nil {
			o.BaseEndpoint = p.endpoint
		}
		// Other servers do not know the checksums that the SDK adds by itself.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		o.DisableLogOutputChecksumValidationSkipped = true
	})
}

// Close implements state.Blob.
func (p *s3Blob) Close() {
	if t := p.store.transport.Load(); t != nil {
		t.CloseIdleConnections()
	}
}

// Capabilities implements state.Blob.
func (p *s3Blob) Capabilities() state.Capabilities { return state.Capabilities{Locks: true} }

// String implements state.Blob.
func (p *s3Blob) String() string { return p.store.String() }

// String names the state in messages.
func (p *s3Store) String() string { return "s3://" + p.bucket + "/" + p.key }

// with makes one request.
func (p *s3Store) with(ctx context.Context, do func(context.Context, *s3.Client) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	client, err := p.client(ctx)
	if err != nil {
		return err
	}
	err = do(ctx, client)
	if err == nil {
		p.reached.Store(true)
	}
	return p.classify(ctx, err)
}

// object is what is stored under a key.
type object struct {
	data []byte
	etag string // "" when there is nothing
}

// read gives an object.
func (p *s3Store) read(ctx context.Context, key string) (object, error) {
	return retry(ctx, p.retry, func(ctx context.Context) (object, error) { return p.readOnce(ctx, key) })
}

func (p *s3Store) readOnce(ctx context.Context, key string) (o object, err error) {
	err = p.with(ctx, func(ctx context.Context, client *s3.Client) error {
		out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &p.bucket, Key: &key})
		if err != nil {
			return err
		}
		defer out.Body.Close()
		o.etag = aws.ToString(out.ETag)
		o.data, err = readLimited(out.Body, "s3://"+p.bucket+"/"+key)
		return err
	})
	if isAbsent(err) {
		return object{}, nil
	}
	return o, err
}

// condition of a write: an ETag, or absent.
type condition string

const (
	absent     condition = "*"
	regardless condition = ""
)

// write stores an object once and gives its ETag. The error is errLost when the
// condition does not hold.
func (p *s3Store) write(ctx context.Context, key string, data []byte, on condition) (etag string, err error) {
	in := &s3.PutObjectInput{
		Bucket: &p.bucket, Key: &key, Body: bytes.NewReader(data), ContentType: aws.String("application/json"),
		ServerSideEncryption: p.encryption, SSEKMSKeyId: p.kmsKey,
	}
	switch on {
	case absent:
		in.IfNoneMatch = aws.String("*")
	case regardless:
	default:
		in.IfMatch = aws.String(string(on))
	}
	err = p.with(ctx, func(ctx context.Context, client *s3.Client) error {
		out, err := client.PutObject(ctx, in)
		if err == nil {
			etag = aws.ToString(out.ETag)
		}
		return err
	})
	if on != regardless && on != absent && isAbsent(err) {
		err = errLost // what was to be replaced is gone
	}
	return etag, err
}

// Get implements state.Blob.
func (p *s3Blob) Get(ctx context.Context) ([]byte, state.Revision, error) {
	o, err := p.store.read(ctx, p.store.key)
	if err == nil && o.etag != "" && o.data == nil {
		o.data = []byte{}
	}
	return o.data, state.Revision(o.etag), err
}

// Exists implements state.Blob.
func (p *s3Blob) Exists(ctx context.Context) (bool, error) { return exists(ctx, p) }

// Put implements state.Blob.
func (p *s3Blob) Put(ctx context.Context, data []byte, ifRevision state.Revision) (state.Revision, error) {
	if len(data) > maxSize {
		return "", tooLargeError(p.String())
	}
	if err := p.CheckLock(ctx); err != nil {
		return "", err
	}
	on := condition(ifRevision)
	if ifRevision == "" {
		on = absent
		if err := p.checkConditions(ctx); err != nil {
			return "", err
		}
	}
	return putVerified(ctx, p.store.retry, data, ifRevision, p.Get, func(ctx context.Context) (state.Revision, error) {
		etag, err := p.store.write(ctx, p.store.key, data, on)
		if err == errLost {
			return "", state.ErrStale
		}
		return state.Revision(etag), err
	})
}
