package prove

import (
	"context"
	"io"
	"net/netip"
	"os"
)

// A lab is where pods run.
type lab interface {
	// create makes a place for a pod with an address of its own.
	create(p *Pod) (site, error)
	// publish makes host names known to the pods of a namespace; nil makes none.
	publish(namespace string, names []hostName) error
	// refresh brings the files of ConfigMaps and Secrets into a running pod, as
	// they are now, the way a kubelet does.
	refresh(p *Pod) error
	// lose throws away the claims of a pod that does not exist, loseData only
	// what Redis keeps in them.
	lose(p *Pod) error
	loseData(p *Pod) error
	// isolation names the kind of lab.
	isolation() Isolation
	// searchPath is the PATH of containers.
	searchPath() string
	// mapping says, line by line, what of the manifests is not as in a cluster.
	mapping() []string
	// close ends everything that was started.
	close()
}

// A site is the place of one pod, from its creation to its deletion.
type site interface {
	address() netip.Addr
	// start runs a container's command; output gets what it prints.
	start(c *Container, vars []string, output io.Writer) (*process, error)
	// run executes a command in a running container and waits for it.
	run(ctx context.Context, c *Container, in *process, vars, command []string, output io.Writer) error
	// cut takes the pod off the network, or puts it back. It reports false if
	// the lab cannot do that without stopping the processes.
	cut(off bool) (bool, error)
	remove()
}

// A hostName is one line of a hosts file.
type hostName struct {
	addr  netip.Addr
	names []string
}

// A process is a running container.
type process struct {
	*os.Process
	// group says that signals go to its process group.
	group bool
	done  chan struct{}
	state *os.ProcessState // once done is closed
}

// await collects the end of the process.
func (p *process) await(wait func() (*os.ProcessState, error)) {
	p.done = make(chan struct{})
	go func() {
		p.state, _ = wait()
		close(p.done)
	}()
}

// ended tells whether the process is over.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}
