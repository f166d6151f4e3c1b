package workspace

import (
	"cmp"
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

// Account is whose pages a workspace is about.
type Account struct {
	BaseURL   string
	AccessKey string
	SecretKey schema.Secret
	KeysFrom  string // what people look at when they are wrong
	TokenTTL  time.Duration
	Retries   int // less than 0 for as many as the client takes
}

// Account puts together what the stack and the environment say.
func (w *Workspace) Account(s stack.Account) (Account, error) {
	acc := Account{BaseURL: s.BaseURL, AccessKey: s.AccessKey, SecretKey: s.SecretKey, TokenTTL: s.TokenTTL, Retries: -1}
	if s.Retries != nil {
		acc.Retries = *s.Retries
	}
	acc.BaseURL = cmp.Or(acc.BaseURL, strings.TrimSuffix(w.Getenv("LIVERY_BASE_URL"), "/"), defaultBaseURL)
	if why := schema.CheckURL(acc.BaseURL, schema.ServiceBase); why != "" && acc.BaseURL != stack.Simulator {
		return acc, Failf("Not a usable base URL", "The base URL %s.", why)
	}
	if acc.AccessKey == "" {
		text, err := w.backends().secret("LIVERY_ACCESS_KEY")
		if err != nil {
			return acc, err
		}
		acc.AccessKey = text
	}
	if acc.SecretKey == "" {
		text, err := w.backends().secret("LIVERY_SECRET_KEY")
		if err != nil {
			return acc, err
		}
		acc.SecretKey = schema.Secret(text)
	}
	acc.KeysFrom = cmp.Or(s.AccessKeyFrom, w.variable("LIVERY_ACCESS_KEY")) + " and " + cmp.Or(s.SecretKeyFrom, w.variable("LIVERY_SECRET_KEY"))
	return acc.at(acc.BaseURL), nil
}

// variable is the name by which a secret of the environment was given.
func (w *Workspace) variable(name string) string {
	if w.Getenv(name) == "" && w.Getenv(name+"_FILE") != "" {
		return name + "_FILE"
	}
	return name
}

// at is the account at another base URL. The simulator that is built in needs no
// keys of one's own.
func (acc Account) at(baseURL string) Account {
	acc.BaseURL = baseURL
	if baseURL == stack.Simulator && acc.AccessKey == "" && acc.SecretKey == "" {
		acc.AccessKey, acc.SecretKey = sampleAccessKey, sampleSecretKey
	}
	return acc
}

// accountOf is the account of a stack. Without a configuration and without a
// word of the environment, the base URL that is recorded knows best whose pages
// they are.
func (w *Workspace) accountOf(s *stack.Stack, recorded string, acc Account) Account {
	if s.Empty && recorded != "" && s.Account.BaseURL == "" && w.Getenv("LIVERY_BASE_URL") == "" {
		return acc.at(recorded)
	}
	return acc
}

// Recorded is the account as the state knows it.
func (acc Account) Recorded() state.Account {
	return state.Account{BaseURL: acc.BaseURL, AccessKeySHA256: state.Fingerprint(acc.AccessKey)}
}

// Client opens the way to the service, or to the simulator that is built in.
func (w *Workspace) Client(acc Account, parallel int) (*liveness.Client, error) {
	if acc.AccessKey == "" || acc.SecretKey == "" {
		return nil, Failf("No credentials", "Talking to %s needs an access key and a secret key: set LIVERY_ACCESS_KEY and LIVERY_SECRET_KEY, or LIVERY_ACCESS_KEY_FILE and LIVERY_SECRET_KEY_FILE. To try livery without an account, set base_url = \"simulator\" in the account block.", acc.BaseURL)
	}
	cfg := liveness.Config{
		BaseURL: acc.BaseURL, AccessKey: acc.AccessKey, SecretKey: acc.SecretKey, KeysFrom: acc.KeysFrom, TokenTTL: acc.TokenTTL, Retries: acc.Retries,
		Parallel: parallel, Log: w.Log, Now: w.Now, UserAgent: "livery/" + w.Version, OnThrottle: w.Events.Throttled,
	}
	if acc.BaseURL == stack.Simulator {
		s, err := w.builtIn(acc)
		if err != nil {
			return nil, err
		}
		cfg.BaseURL, cfg.Transport = "http://127.0.0.1", liveness.HandlerTransport(s)
	}
	client, err := liveness.New(cfg)
	if err != nil {
		return nil, Failf("Not a usable account", "%v.", err)
	}
	return client, nil
}

// builtIn is the simulator inside this process; what it remembers lies under
// .livery beside the stack.
func (w *Workspace) builtIn(acc Account) (*simulator.Simulator, error) {
	cfg := simulator.Config{
		Accounts: []simulator.Account{{AccessKey: acc.AccessKey, SecretKey: string(acc.SecretKey)}},
		Data:     w.Dir.Path(dataDirectory + "/simulator.json"),
		Now:      w.Now,
		// Nobody serves the pages of sessions inside a process that ends at once.
		AutoComplete: cmp.Or(w.Getenv("LIVERY_SIMULATOR_AUTO_COMPLETE"), "pass"),
		OneProcess:   true,
	}
	for _, spec := range strings.Fields(w.Getenv("LIVERY_SIMULATOR_FAULT")) {
		fault, err := simulator.ParseFault(spec)
		if err != nil {
			return nil, Failf("Invalid fault", "LIVERY_SIMULATOR_FAULT: %v.", err)
		}
		cfg.Faults = append(cfg.Faults, fault)
	}
	if text := w.Getenv("LIVERY_SIMULATOR_LATENCY"); text != "" {
		latency, err := time.ParseDuration(text)
		if err != nil {
			return nil, Failf("Invalid latency", "LIVERY_SIMULATOR_LATENCY: %v.", err)
		}
		cfg.Latency = latency
	}
	s, err := simulator.New(cfg)
	if err != nil {
		return nil, Failf("The simulator cannot start", "%v.", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.simulators = append(w.simulators, s)
	return s, nil
}
