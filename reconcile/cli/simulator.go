package cli

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/spf13/cobra"

	"livery/reconcile/command"
	"livery/reconcile/localserver"
	"livery/reconcile/report"
	"livery/reconcile/simulator"
)

func simulatorCommand(run *command.Run) *cobra.Command {
	var listen, semantics string
	var accounts, faults, hosts command.StringList
	var cfg simulator.Config
	c := &cobra.Command{
		Use:  "simulator [flags]",
		Args: command.Arguments(0, 0),
		Long: `Runs the service on this machine, for trying and testing: it judges requests by the
service's documentation and remembers documents and sessions per account. Without
-account it knows the documents' sample keys, sampleaccesskey and samplesecretkey.

The page of a session shows the document of its language and leads through the whole
check, to the return URL or with a message to the parent of an iframe. There is no
camera: a strip under the page asks whether it may be used and what it would have
seen. A POST of outcome=pass, fail, attack or timeout to the page's address ends a
session without a browser, -auto-complete all of them at once; then the callback URL
is told. SDK sessions have no page: liveness ids that begin with sim-pass, sim-fail
or sim-attack are known, and mean it.

A fault is CODE:N[@SKIP][:VALUE]: the next N requests, after SKIP others, answer
CODE (N may be * for all). CODE is an envelope code such as RETRY_LATER, whose VALUE
is the Retry-After header; or LOST (taken, no answer), DROP (not taken, no answer),
SLOW (VALUE later), GARBAGE, EMPTY, HUGE, REDIRECT (to VALUE), HTTP_429, HTTP_502.
Without a prefix it befalls the requests that configure a page; token., get_token.,
generate_url., auth_license., get_result., detection_result. and clear_data. mean
those calls, as in get_result.IAM_FAILED:1.

The simulator that is built in (base_url = "simulator") reads its faults, separated
by blanks, from LIVERY_SIMULATOR_FAULT, and LIVERY_SIMULATOR_LATENCY. Nobody serves
its pages, so its sessions end at once as LIVERY_SIMULATOR_AUTO_COMPLETE says: pass
(the default), fail or attack. It keeps its data in .livery/simulator.json.`,
		Example: "livery simulator -latency=50ms -fault=RETRY_LATER:2:10s\nLIVERY_BASE_URL=http://127.0.0.1:8585 LIVERY_ACCESS_KEY=sampleaccesskey \\\n  LIVERY_SECRET_KEY=samplesecretkey livery apply",
	}
	f := c.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:8585", "Listen on this `address`.")
	f.Var(&hosts, "host", "Also answer under this host `name`, such as that of a container. May be given several times; localhost and the address need not be.")
	f.StringVar(&cfg.Data, "data", "", "Remember documents and sessions in this `file`; without it they live as long as the simulator.")
	f.Var(&accounts, "account", "An account that exists, as `KEY:SECRET`. May be given several times.")
	f.DurationVar(&cfg.Latency, "latency", 0, "Answer this much later, such as 50ms.")
	f.Var(&faults, "fault", "Answer wrongly, as `SPEC` above says. May be given several times.")
	f.StringVar(&cfg.AutoComplete, "auto-complete", "", "Sessions have this `outcome` at once: pass, fail or attack. Otherwise somebody must walk through their page.")
	f.StringVar(&semantics, "semantics", "replace", "The `way` in which a request treats an earlier one: replace, merge or merge-ignore-null.")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := simulatorConfig(&cfg, accounts, faults, semantics); err != nil {
			return err
		}
		cfg.Now, cfg.Log = run.Now, run.Log
		if cfg.Data != "" {
			cfg.Data = run.Dir.Path(cfg.Data)
		}
		return simulate(run, c.Context(), listen, hosts, cfg)
	}
	return c
}

func simulatorConfig(cfg *simulator.Config, accounts, faults []string, semantics string) error {
	for _, text := range accounts {
		account, err := simulator.ParseAccount(text)
		if err != nil {
			return command.Fail("Invalid account", "%v.", err)
		}
		cfg.Accounts = append(cfg.Accounts, account)
	}
	for _, spec := range faults {
		fault, err := simulator.ParseFault(spec)
		if err != nil {
			return command.Fail("Invalid fault", "%v.", err)
		}
		cfg.Faults = append(cfg.Faults, fault)
	}
	parsed, err := simulator.ParseSemantics(semantics)
	if err != nil {
		return command.Fail("Invalid semantics", "%v.", err)
	}
	cfg.Semantics = parsed
	return nil
}

// reachable is an address that a browser on this machine can open, also where
// the simulator listens on all of them.
func reachable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// simulate answers until it is interrupted. The pages of sessions are served at
// the address that is listened on.
func simulate(run *command.Run, ctx context.Context, address string, hosts []string, cfg simulator.Config) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return command.Fail("Cannot listen", "%v. Choose another address with -listen.", err)
	}
	cfg.PageBase = "http://" + reachable(listener.Addr())
	s, err := simulator.New(cfg)
	if err != nil {
		_ = listener.Close() // the fault is told below
		return command.Fail("The simulator cannot start", "%v.", err)
	}
	report.WriteSimulatorAddress(run.Stdout, listener.Addr().String())
	err = command.Serve(ctx, listener, localserver.Server{Handler: s, Hosts: hosts})
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	return errors.Join(err, s.Shutdown(grace)) // callbacks on their way
}
