package cli

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"livery/reconcile/liveness"
	"livery/reconcile/simulator"
	"livery/reconcile/state"
	"livery/schema"
	"livery/schema/stack"
)

// defaultBaseURL is the service itself.
const defaultBaseURL = "https://api.advance.ai"

// The sample keys that the service's documents print; the simulator that is
// built in knows them.
const (
	sampleAccessKey = "sampleaccesskey"
	sampleSecretKey = "samplesecretkey"
)

// account is whose pages a run is about.
type account struct {
	baseURL   string
	accessKey string
	secretKey schema.Secret
	ttl       time.Duration
	retries   int
}

// account puts together what the stack and the environment say.
func (a *app) account(s stack.Account) (account, error) {
	acc := account{baseURL: s.BaseURL, accessKey: s.AccessKey, secretKey: s.SecretKey, ttl: s.TokenTTL, retries: -1}
	if s.Retries != nil {
		acc.retries = *s.Retries
	}
	if acc.baseURL == "" {
		acc.baseURL = strings.TrimSuffix(a.Getenv("LIVERY_BASE_URL"), "/")
	}
	if acc.baseURL == "" {
		acc.baseURL = defaultBaseURL
	}
	if acc.baseURL != stack.Simulator {
		if err := liveness.CheckBaseURL(acc.baseURL); err != nil {
			return acc, fail("Not a usable base URL", "%v.", err)
		}
	}
	if acc.accessKey == "" {
		text, err := a.secretFromEnv("LIVERY_ACCESS_KEY")
		if err != nil {
			return acc, err
		}
		acc.accessKey = text
	}
	if acc.secretKey == "" {
		text, err := a.secretFromEnv("LIVERY_SECRET_KEY")
		if err != nil {
			return acc, err
		}
		acc.secretKey = schema.Secret(text)
	}
	return acc.at(acc.baseURL), nil
}

// at is the account at another base URL. The simulator that is built in needs no
// keys of one's own.
func (acc account) at(baseURL string) account {
	acc.baseURL = baseURL
	if baseURL == stack.Simulator && acc.accessKey == "" && acc.secretKey == "" {
		acc.accessKey, acc.secretKey = sampleAccessKey, sampleSecretKey
	}
	return acc
}

// secretFromEnv reads a variable, or the file that its ..._FILE twin names.
func (a *app) secretFromEnv(name string) (string, error) {
	if text := a.Getenv(name); text != "" {
		return text, nil
	}
	path := a.Getenv(name + "_FILE")
	if path == "" {
		return "", nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fail("Cannot read a key", "%s_FILE: %v.", name, err)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// recorded is the account as the state knows it.
func (acc account) recorded() state.Account {
	return state.Account{BaseURL: acc.baseURL, AccessKeySHA256: state.Fingerprint(acc.accessKey)}
}

// client opens the way to the service, or to the simulator that is built in.
func (a *app) client(acc account, parallel int) (*liveness.Client, error) {
	if acc.accessKey == "" || acc.secretKey == "" {
		return nil, fail("No credentials", "Talking to %s needs an access key and a secret key: set LIVERY_ACCESS_KEY and LIVERY_SECRET_KEY, or LIVERY_ACCESS_KEY_FILE and LIVERY_SECRET_KEY_FILE. To try livery without an account, set base_url = \"simulator\" in the account block.", acc.baseURL)
	}
	cfg := liveness.Config{
		BaseURL: acc.baseURL, AccessKey: acc.accessKey, SecretKey: acc.secretKey, TokenTTL: acc.ttl, Retries: acc.retries,
		Parallel: parallel, Log: a.log, Now: a.Now, UserAgent: "livery/" + version(), OnThrottle: a.waiting,
	}
	if acc.baseURL == stack.Simulator {
		transport, err := a.builtIn(acc)
		if err != nil {
			return nil, err
		}
		cfg.BaseURL, cfg.Transport = "http://127.0.0.1", transport
	}
	client, err := liveness.New(cfg)
	if err != nil {
		return nil, fail("Not a usable account", "%v.", err)
	}
	return client, nil
}

// waiting says why nothing seems to happen.
func (a *app) waiting(d time.Duration, code string) {
	a.note(fmt.Sprintf("The service asks to wait (%s): all requests go on in %s.", cmp.Or(code, "no reason given"), d.Round(time.Second)))
}

// note says something by the way.
func (a *app) note(text string) {
	if a.stream != nil {
		a.stream.Log(text)
		return
	}
	if a.json { // a command that prints one object prints nothing else
		return
	}
	a.print("%s\n", text)
}

// builtIn is the simulator inside this process; what it remembers lies under
// .livery beside the stack.
func (a *app) builtIn(acc account) (http.RoundTripper, error) {
	cfg := simulator.Config{
		Accounts: []simulator.Account{{AccessKey: acc.accessKey, SecretKey: string(acc.secretKey)}},
		Data:     filepath.Join(dataDirectory, "simulator.json"),
		Now:      a.Now,
		// Nobody serves the pages of sessions inside a process that ends at once.
		AutoComplete: cmp.Or(a.Getenv("LIVERY_SIMULATOR_AUTO_COMPLETE"), "pass"),
	}
	for _, spec := range strings.Fields(a.Getenv("LIVERY_SIMULATOR_FAULT")) {
		fault, err := simulator.ParseFault(spec)
		if err != nil {
			return nil, fail("Invalid fault", "LIVERY_SIMULATOR_FAULT: %v.", err)
		}
		cfg.Faults = append(cfg.Faults, fault)
	}
	if text := a.Getenv("LIVERY_SIMULATOR_LATENCY"); text != "" {
		latency, err := time.ParseDuration(text)
		if err != nil {
			return nil, fail("Invalid latency", "LIVERY_SIMULATOR_LATENCY: %v.", err)
		}
		cfg.Latency = latency
	}
	s, err := simulator.New(cfg)
	if err != nil {
		return nil, fail("The simulator cannot start", "%v.", err)
	}
	a.atExit = append(a.atExit, func() {
		grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Shutdown(grace); err != nil { // callbacks on their way
			a.debug("the simulator's callbacks were given up", "error", err.Error())
		}
	})
	return liveness.HandlerTransport(s), nil
}
