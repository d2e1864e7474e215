// Quorumwright generates Redis with Sentinel and the values of the Gravitee
// gateway from one short spec, and lints any GitOps repository for whether the
// halves meet.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/quorumwright/quorumwright/internal/supervisor"
)

func main() {
	guard := supervisor.Enter() // before anything is read
	paceCollector()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		// The first signal asks what runs to end well, the second one ends it.
		<-ctx.Done()
		stop()
	}()
	guard.Exit(runGuarded(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, guard.Stderr()}, guard))
}
