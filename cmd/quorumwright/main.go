// Quorumwright generates Redis with Sentinel and the values of the Gravitee
// gateway from one short spec, and lints any GitOps repository for whether the
// halves meet.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/quorumwright/quorumwright/internal/supervisor"
)

// echo is how long a signal may come again that was sent once.
const echo = 300 * time.Millisecond

func main() {
	guard := supervisor.Enter() // before anything is read
	paceCollector()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() {
		// The first signal asks what runs to end well, the second one ends it: not
		// that of a terminal, which parent and child both get, and the parent passes
		// on.
		time.Sleep(echo)
		stop()
	})
	guard.Exit(runGuarded(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, guard.Stderr()}, guard))
}
